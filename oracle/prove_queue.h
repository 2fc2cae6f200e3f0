// SPDX-License-Identifier: GPL-2.0-or-later
// All paths of all transitions of some models, on all cores.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <vector>

#include "oracle/prove.h"
#include "oracle/prove_model.h"

namespace lockstep {

using Sides = std::array<std::array<bool, 2>, kBranches>;

// What came of a model's obligations, in the order of its transitions and paths.
struct ModelAnswers {
  std::vector<std::pair<Obligation, std::optional<Property>>> obligations;  // of which property; none: a lemma
  size_t open_invariants = 0;                                               // of what every proof of the model rests on
  size_t paths = 0, transitions = 0;
  Sides sides{};                      // that a state may take, as far as the solver can tell
  std::vector<std::set<Site>> sites;  // calls that each transition makes, where its world takes note of them
};

std::vector<ModelAnswers> answer_all(const std::vector<const ModelProofs*>& models, const ProveOptions& options);

}  // namespace lockstep
