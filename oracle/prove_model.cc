// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/prove_model.h"

#include "model/model.h"
#include "oracle/prove_machine.h"

namespace lockstep {

namespace {

template <class Machine>
std::unique_ptr<ModelProofs> proofs_of(const std::string& model, Machine machine, const ModelProofOptions& options) {
  return std::make_unique<MachineProofs<Machine>>(model, find_model(model)->promise, std::move(machine), options);
}

}  // namespace

std::unique_ptr<ModelProofs> model_proofs(const std::string& model, const ModelProofOptions& options) {
  if (model == "v5-intended") return proofs_of(model, NodeMachine<V5Intended, SymbolicWorld, AnyProcesses>(), options);
  if (model == "v5-posted") return proofs_of(model, NodeMachine<V5Posted, SymbolicWorld, AnyProcesses>(), options);
  if (model == "v6-posted") return proofs_of(model, NodeMachine<V6Posted, SymbolicWorld, AnyProcesses>(), options);
  return proofs_of(model,
                   SeccompMachineIn<SymbolicWorld, Seccomp, AnyProcesses>({.release_at_reap = model == "seccomp@6.1"}),
                   options);
}

}  // namespace lockstep
