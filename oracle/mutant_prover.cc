// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_prover.h"

#include <chrono>
#include <deque>

#include "oracle/mutant_explorer.h"
#include "oracle/prove_model.h"
#include "oracle/symbolic_run.h"

namespace lockstep {

namespace {

constexpr std::chrono::milliseconds kTimeout{2000};

// The first obligation that is open, by way of `steps` paths. A mutant can have paths without end.
std::optional<Kill> first_open(const ModelProofs& proofs, const std::function<bool()>& stop, uint64_t& steps) {
  constexpr uint64_t kMostPaths = 2000;
  for (size_t t = 0; t < proofs.transitions(); ++t) {
    std::deque<std::vector<bool>> todo{{}};
    while (!todo.empty() && steps < kMostPaths && !(stop && stop())) {
      auto result = proofs.run(t, todo.back());
      todo.pop_back();
      ++steps;
      for (size_t i = 0; i < result.obligations.size(); ++i)
        if (result.obligations[i].answer != ProofAnswer::proved)
          return Kill{result.properties[i] ? name_of(*result.properties[i]) : "an invariant", 1};
      for (auto& decisions : result.open) todo.push_back(std::move(decisions));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<ProofCache::Entry> ProofMemory::find(const std::string& key) {
  const std::lock_guard guard(mutex_);
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::nullopt : std::optional(found->second);
}

void ProofMemory::put(const std::string& key, const Entry& entry) {
  const std::lock_guard guard(mutex_);
  entries_.emplace(key, entry);
}

MutantProver::MutantProver(const std::string& model, const std::function<bool()>& stop)
    : stop_(stop), memory_(std::make_shared<ProofMemory>()) {
  const ExploreOptions options{.scope = mutant_scope(model), .jobs = 1, .stop = stop};
  for (const auto& [property, broken] : explore(model, options).broken) refuted_.insert(property);
  const auto proofs = model_proofs(model, {.refuted = refuted_, .timeout = kTimeout, .cache = memory_.get()});
  uint64_t steps = 0;
  if (proofs != nullptr) first_open(*proofs, stop_, steps);
}

Trial MutantProver::run(const Mutant& mutant) const {
  const auto begin = std::chrono::steady_clock::now();
  Trial trial;
  const auto proofs = mutant_proofs(mutant, {.refuted = refuted_, .timeout = kTimeout, .cache = memory_.get()});
  if (proofs != nullptr) trial.kill = first_open(*proofs, stop_, trial.steps);
  trial.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return trial;
}

}  // namespace lockstep
