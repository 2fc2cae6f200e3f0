// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's own way to make one allocation of a task fail: its n-th from now on (CONFIG_FAULT_INJECTION).
#pragma once

#include <optional>

namespace lockstep::live {

// Whether this kernel has it.
bool can_fail_nth();
// Allocations that may wait for memory fail too, and none is announced in the log. REQUIRES: this kernel is a guest's.
void let_all_allocations_fail();

void fail_nth(int pid, unsigned n);
// Whether the task came to it; from now on nothing fails. Nothing: the task is gone.
std::optional<bool> end_fail_nth(int pid);

}  // namespace lockstep::live
