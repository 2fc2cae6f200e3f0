// SPDX-License-Identifier: GPL-2.0-or-later
// The models on worlds of formulas, by name. To compile this is a matter of minutes, so who needs it has a file of its
// own.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "model/model.h"
#include "oracle/prove_finite.h"

namespace lockstep {

template <class Machine>
std::unique_ptr<ModelProofs> proofs_of(const std::string& model, Machine machine, const ModelProofOptions& options) {
  return std::make_unique<FiniteProofs<Machine>>(model, find_model(model)->promise, std::move(machine), options);
}

// use(machine), with the machine of that model on such a world; or null if nobody has said what holds for it.
template <template <class> class World, class Use>
std::unique_ptr<ModelProofs> with_symbolic_machine(const std::string& model, Use use) {
  if (model == "v5-intended") return use(NodeMachine<V5Intended, World, AnyProcesses>());
  if (model == "v5-new-hierarchy") return use(NodeMachine<V5NewHierarchy, World, AnyProcesses>());
  if (model == "seccomp-nodes") return use(SeccompMachineIn<World, SeccompNodes, AnyProcesses>());
  if (model == "v5-posted") return use(NodeMachine<V5Posted, World, AnyProcesses>());
  if (model == "v6-posted") return use(NodeMachine<V6Posted, World, AnyProcesses>());
  if (model == "seccomp" || model.starts_with("seccomp@"))
    return use(SeccompMachineIn<World, Seccomp, AnyProcesses>({.release_at_reap = model == "seccomp@6.1"}));
  return nullptr;
}

}  // namespace lockstep
