// SPDX-License-Identifier: GPL-2.0-or-later
// Whose text a machine runs.
#pragma once

#include "model/machine.h"

namespace lockstep {

template <class Machine>
struct MachineTraits;
template <class M, template <class> class World, class Processes>
struct MachineTraits<NodeMachine<M, World, Processes>> {
  using Mechanism = M;
  using Task = NodeTask;
};
template <template <class> class World, class M, class Processes>
struct MachineTraits<SeccompMachineIn<World, M, Processes>> {
  using Mechanism = M;
  using Task = SeccompTask;
};

}  // namespace lockstep
