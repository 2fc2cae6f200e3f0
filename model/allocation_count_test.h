// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

namespace lockstep {

// How often this test program has called operator new.
uint64_t allocations_so_far();

}  // namespace lockstep
