// SPDX-License-Identifier: GPL-2.0-or-later
// One engine on a host: two together could free more filters than a drain of either bounds.
#pragma once

#include "harness/live/file.h"

namespace lockstep::live {

// Held for as long as the file, or a copy of it in a worker, is open. Throws Unavailable, naming the holder.
File lock_host();

}  // namespace lockstep::live
