// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of proofs in every format.
#pragma once

#include <string>

#include "oracle/prove_result.h"

namespace lockstep {

// "proved", "refuted, as expected", "REFUTED", "unknown", "n/a": loud where it is news.
std::string outcome_words(const ProofRow& row, RowVerdict verdict);
// "append event=0, 3: first_append: rule.usage is exact: proved in 0.02 s, from the cache"
std::string obligation_words(const Obligation& obligation);
// "owner_put, taken", "owner_put, not taken"
std::string side_words(const BranchProof& side);
// "31 reachable, 5 dead" of a model's branches, each way counted.
std::string sides_words(std::span<const BranchProof> branches);

// For people in a terminal: a table of the rows, then the ways of branches that are dead or not decided.
std::string proof_table(const Result& result, bool every_obligation);

}  // namespace lockstep
