// SPDX-License-Identifier: GPL-2.0-or-later
// The explorer as somebody who may notice a mutant: it has the properties alone to go by, and nothing to compare with.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "oracle/explore.h"
#include "oracle/mutant_matrix.h"

namespace lockstep {

class MutantExplorer {
 public:
  // Explores the unchanged model first. Throws what explore() does.
  MutantExplorer(const std::string& model, const Scope& scope, std::function<bool()> stop = {});
  // A mutant is noticed if it breaks a property that its model keeps within the scope, or sooner than its model does:
  // at first without failing allocations, which bring out much of what the posted designs break, then with them.
  Trial run(const Mutant& mutant) const;
  // What the unchanged model takes for it.
  uint64_t states() const { return states_; }

 private:
  struct Pass {
    ExploreOptions options;
    std::map<Property, size_t> broken;  // by the unchanged model: how long a trace it takes
  };
  std::vector<Pass> passes_;
  uint64_t states_ = 0;
};

// The calls that the unchanged model makes within the scope.
std::set<Site> explored_sites(const std::string& model, const Scope& scope);

}  // namespace lockstep
