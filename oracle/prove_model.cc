// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/prove_model.h"

#include "oracle/symbolic_machines.h"

namespace lockstep {

std::unique_ptr<ModelProofs> model_proofs(const std::string& model, const ModelProofOptions& options) {
  return with_symbolic_machine<SymbolicWorld>(
      model, [&](auto machine) { return proofs_of(model, std::move(machine), options); });
}

}  // namespace lockstep
