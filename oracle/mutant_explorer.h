// SPDX-License-Identifier: GPL-2.0-or-later
// The explorer as somebody who may notice a mutant: it has the properties alone to go by, and nothing to compare with.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "oracle/explore.h"
#include "oracle/mutant_matrix.h"

namespace lockstep {

// A scope in which the bound can be exceeded and everything is taken that the model can take.
Scope mutant_scope(const std::string& model);

class MutantExplorer {
 public:
  // Explores the unchanged model first, so that it is known what it breaks. `stop` is asked now and then.
  explicit MutantExplorer(const std::string& model, const std::function<bool()>& stop = {});
  // A mutant is noticed if it breaks a property that its model keeps within the scope, or sooner than its model does:
  // at first without failing allocations, which bring out much of what the posted designs break, then with them.
  Trial run(const Mutant& mutant) const;

 private:
  struct Pass {
    ExploreOptions options;
    std::map<Property, size_t> broken;  // by the unchanged model: how long a trace it takes
  };
  std::vector<Pass> passes_;
};

// The calls that the unchanged model makes within the scope.
struct ExploredSites {
  std::set<Site> sites;
  uint64_t states = 0;
};
ExploredSites explored_sites(const std::string& model);

}  // namespace lockstep
