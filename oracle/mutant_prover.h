// SPDX-License-Identifier: GPL-2.0-or-later
// The proofs as somebody who may notice a mutant: what was proved of the model is then open of the mutant.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "oracle/mutant_matrix.h"
#include "oracle/prove.h"

namespace lockstep {

// Answers of this run: most of what is owed of a mutant is owed of its model too.
class ProofMemory : public ProofCache {
 public:
  std::optional<Entry> find(const std::string& key) override;
  void put(const std::string& key, const Entry& entry) override;

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
};

struct MutantProverOptions {
  unsigned jobs = 1;                         // threads for the model's own proofs
  std::chrono::milliseconds budget{20'000};  // of a mutant
  std::function<bool()> stop;                // asked now and then
};

// One for all threads: the model's proofs are what takes its time.
class MutantProver {
 public:
  // Proves the model first. Throws if that leaves something open: nothing could be said of its mutants.
  explicit MutantProver(const std::string& model, const MutantProverOptions& options = {});
  // A mutant is noticed if an obligation is open: its text does not keep what the model's keeps. That is no kill: there
  // is no trace, and it may be for the invariants alone that it cannot be proved. Its steps are paths.
  Trial run(const Mutant& mutant) const;

 private:
  MutantProverOptions options_;
  std::set<Property> refuted_;  // of the model itself
  std::shared_ptr<ProofMemory> memory_ = std::make_shared<ProofMemory>();
  std::vector<std::set<Site>>
      sites_;  // by transition: calls that the model's text makes. Elsewhere a mutant is its model
};

}  // namespace lockstep
