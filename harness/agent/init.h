// SPDX-License-Identifier: GPL-2.0-or-later
// What the guest's init does before anything else works, and last of all.
#pragma once

namespace lockstep::agent {

// Mounts what the engine looks at, and lets the console show warnings. REQUIRES: we are the guest's init.
void set_up_guest();

// The kernel writes to its console where each task that is blocked waits.
void show_blocked_tasks();

// Programs that are loaded from now on run a few times each: to translate them costs more than it gains. Some kernels
// do nothing else.
void interpret_programs();

// Ends the guest, and with it QEMU.
[[noreturn]] void end_guest();

}  // namespace lockstep::agent
