// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/explore.h"

#include <fmt/format.h>

#include <cassert>
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
  if (model == "v5-intended") return explore_machine(SmallNodeMachine<V5Intended>(), model, options);
  if (model == "v5-posted") return explore_machine(SmallNodeMachine<V5Posted>(), model, options);
  if (model == "v6-posted") return explore_machine(SmallNodeMachine<V6Posted>(), model, options);
  assert(model.starts_with("seccomp"));
  return explore_machine(SmallSeccompMachine<>({.release_at_reap = model == "seccomp@6.1"}), model, options);
}

}  // namespace lockstep
