// SPDX-License-Identifier: GPL-2.0-or-later
// What proofs say, as results: each row held against what is expected of its model, each refutation run again from its
// trace.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "oracle/result.h"

namespace lockstep {

// A row against what is expected of its model.
enum class RowVerdict : uint8_t { as_expected, unexpected, undecided, not_applicable };
// branches: of the row's model; they decide on reachable-branches, if there are any.
RowVerdict verdict_of(const ProofRow& row, std::span<const BranchProof> branches);

struct ObligationCount {
  uint64_t all = 0, cached = 0;
  double slowest = 0, seconds = 0;  // of the solver
};
ObligationCount count_obligations(const ProofRow& row);
// All of a result, lemmas included; each once, however many rows rest on it.
ObligationCount count_obligations(const Result& result);

// One result for each model, in this order. REQUIRES: there is a model of each name.
std::vector<Result> prove_results(const Proofs& proofs, const std::vector<std::string>& models);

}  // namespace lockstep
