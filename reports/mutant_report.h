// SPDX-License-Identifier: GPL-2.0-or-later
// A mutation run for people and for programs (docs/mutants.md).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "oracle/mutant_matrix.h"
#include "reports/format.h"

namespace lockstep {

// A summary and the survivors of each model; with every_mutant a line for each mutant too. Ends with the verdict line.
std::string mutant_text(std::span<const MutantMatrix> matrices, bool every_mutant, const RenderOptions& options);
std::string mutant_json(std::span<const MutantMatrix> matrices, const RenderOptions& options);
std::string mutant_junit(std::span<const MutantMatrix> matrices, const RenderOptions& options);
std::string mutant_ktap(std::span<const MutantMatrix> matrices);

// What the proofs make of a mutant that is not killed.
std::vector<std::string> proofs_say(const MutantMatrix& matrix, const MutantRow& row);

}  // namespace lockstep
