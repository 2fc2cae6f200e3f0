// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/explore.h"

#include <fmt/format.h>

#include <stdexcept>

#include "oracle/explore_machine.h"

namespace lockstep {

std::vector<uint32_t> default_sizes(const std::string& model) {
  if (model.starts_with("seccomp")) return {8192};
  return {1, kMaxPages - 1};
}

void check_scope(const Scope& scope) {
  const auto check = [](const char* what, int value, int low, int high) {
    if (value < low || value > high)
      throw std::invalid_argument(fmt::format("{} {}: from {} to {}", what, value, low, high));
  };
  check("tasks", scope.tasks, 1, kMaxScopeTasks);
  check("events", scope.events, 1, kEvents);
  check("ops", scope.ops, 0, kMaxScopeOps);
}

Exploration explore(const std::string& model, const ExploreOptions& options) {
  return with_small_machine<ConcreteWorld>(
      model, [&](const auto& machine) { return explore_machine(machine, model, options); });
}

}  // namespace lockstep
