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

MutantExplorer::MutantExplorer(const std::string& model, const Scope& scope, std::function<bool()> stop) {
  for (const bool faults : {false, true}) {
    Pass pass{.options = {.scope = scope, .faults = faults, .jobs = 1, .memory_bytes = kMemory, .stop = stop}};
    const auto unchanged = explore(model, pass.options);
    states_ = std::max(states_, unchanged.states);
    for (const auto& [property, broken] : unchanged.broken) {
      pass.broken[property] = broken.trace.steps.size();
      pass.options.known.push_back(property);
    }
    pass.options.stop_at_first = true;
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

std::set<Site> explored_sites(const std::string& model, const Scope& scope) {
  std::set<Site> sites;
  with_small_machine<MutantWorld>(model, [&](auto machine) {
    machine.world.record(&sites);
    return explore_machine(machine, model, {.scope = scope, .jobs = 1});  // one set, one thread
  });
  return sites;
}

}  // namespace lockstep
