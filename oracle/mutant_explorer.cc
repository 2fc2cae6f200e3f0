// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_explorer.h"

#include "oracle/explore_machine.h"
#include "oracle/mutant_world.h"

namespace lockstep {

namespace {

constexpr uint64_t kMemory = 256ull << 20;  // a mutant that leaks has no end of states

Exploration explore_mutant(const Mutant& mutant, const ExploreOptions& options) {
  return with_small_machine<MutantWorld>(mutant.model, [&](auto machine) {
    machine.world.mutate(mutant.site, mutant.change);
    return explore_machine(machine, mutant.model, options);
  });
}

}  // namespace

Scope mutant_scope(const std::string& model) {
  // The fifth filter of the default size would be one too many on a path; the views of three tasks say who gets what.
  if (model.starts_with("seccomp")) return {.tasks = 2, .ops = 4};
  return {.tasks = 3, .ops = 3};
}

MutantExplorer::MutantExplorer(const std::string& model, const std::function<bool()>& stop) {
  for (const bool faults : {false, true}) {
    Pass pass{.options = {.scope = mutant_scope(model),
                          .faults = faults,
                          .jobs = 1,
                          .memory_bytes = kMemory,
                          .stop_at_first = true,
                          .stop = stop}};
    auto all = pass.options;
    all.stop_at_first = false;
    for (const auto& [property, broken] : explore(model, all).broken) {
      pass.broken[property] = broken.trace.steps.size();
      pass.options.known.push_back(property);
    }
    passes_.push_back(std::move(pass));
  }
}

Trial MutantExplorer::run(const Mutant& mutant) const {
  Trial trial;
  for (const auto& [options, known] : passes_) {
    const auto found = explore_mutant(mutant, options);
    trial.steps += found.transitions;
    trial.seconds += found.seconds;
    for (const auto& [property, broken] : found.broken) {
      const auto length = broken.trace.steps.size();
      const auto before = known.find(property);
      if (before != known.end() && length >= before->second) continue;
      if (!trial.kill || length < trial.kill->length) trial.kill = {name_of(property), static_cast<uint32_t>(length)};
    }
    if (trial.kill) break;
  }
  return trial;
}

ExploredSites explored_sites(const std::string& model) {
  ExploredSites explored;
  with_small_machine<MutantWorld>(model, [&](auto machine) {
    machine.world.record(&explored.sites);
    const ExploreOptions options{.scope = mutant_scope(model), .jobs = 1};  // one set, one thread
    explored.states = explore_machine(machine, model, options).states;
  });
  return explored;
}

}  // namespace lockstep
