// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_world.h"
#include "oracle/prove_model.h"
#include "oracle/symbolic_machines.h"

namespace lockstep {

template <class State>
class MutantSymbolicWorld : public Mutated<SymbolicWorld<State>> {};

std::unique_ptr<ModelProofs> mutant_proofs(const Mutant& mutant, const ModelProofOptions& options) {
  return with_symbolic_machine<MutantSymbolicWorld>(mutant.model, [&](auto machine) {
    machine.world.mutation.mutate(mutant.site, mutant.change);
    return proofs_of(mutant.model, std::move(machine), options);
  });
}

}  // namespace lockstep
