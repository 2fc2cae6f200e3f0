// SPDX-License-Identifier: GPL-2.0-or-later
// The proofs as somebody who may notice a mutant: what was proved of the model is then open of the mutant.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>

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

class MutantProver {
 public:
  // Proves the model first. `stop` is asked now and then.
  explicit MutantProver(const std::string& model, const std::function<bool()>& stop = {});
  // A mutant is noticed if an obligation is open: the mutant's text does not keep what the model's keeps.
  // Its steps are paths.
  Trial run(const Mutant& mutant) const;

 private:
  std::set<Property> refuted_;  // of the model itself
  std::function<bool()> stop_;
  std::shared_ptr<ProofMemory> memory_;
};

}  // namespace lockstep
