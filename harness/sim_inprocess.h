// SPDX-License-Identifier: GPL-2.0-or-later
// One of our own designs, linked into this program.
#pragma once

#include <memory>

#include "harness/sim_backend.h"

namespace lockstep {

// Throws Unavailable if there is no memory for it.
std::unique_ptr<SimBackend> run_in_process(const lockstep_sim_library& library);

}  // namespace lockstep
