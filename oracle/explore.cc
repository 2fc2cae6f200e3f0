// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/explore.h"

#include <fmt/format.h>

#include <stdexcept>

#include "model/grammar.h"
#include "oracle/explore_machine.h"

namespace lockstep {

std::vector<uint32_t> default_sizes(const std::string& model) {
  if (model.starts_with("seccomp")) return {8192};
  return {1, kMaxPages - 1};
}

void check_sizes(const std::string& model, const std::vector<uint32_t>& sizes) {
  for (const auto& operation : grammar_of(model)->operations)
    for (const auto param : {Param::pages, Param::len})
      if (const auto* argument = operation.find(param))
        for (const auto size : sizes)
          if (const auto why = argument->refusal(size))
            throw std::invalid_argument(fmt::format("a size of {}: {} {}", size, name_of(param), *why));
}

void check_scope(const std::string& model, const Scope& scope) {
  const auto check = [](const char* what, int value, int low, int high) {
    if (value < low || value > high)
      throw std::invalid_argument(fmt::format("{} {}: from {} to {}", what, value, low, high));
  };
  check("tasks", scope.tasks, 1, kMaxScopeTasks);
  check("events", scope.events, 1, kEvents);
  check("ops", scope.ops, 0, kMaxScopeOps);
  check_sizes(model, scope.sizes);
}

Exploration explore(const std::string& model, const ExploreOptions& options) {
  return with_small_machine<ConcreteWorld>(
      model, [&](const auto& machine) { return explore_machine(machine, model, options); });
}

}  // namespace lockstep
