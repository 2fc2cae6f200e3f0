// SPDX-License-Identifier: GPL-2.0-or-later
// What the machine lets us do, found by looking at it.
#pragma once

#include <sched.h>
#include <sys/types.h>

#include <string>

#include "harness/live/file.h"

namespace lockstep::live {

// Throws Unavailable if this process has a seccomp filter or no_new_privs of its own: every worker would begin with it.
void check_base_state();

// stat_refresh, to be written for a drain; empty if we may not.
File open_drain();

// What hangs, in words, of the worker with this pid in the nursery's namespace; `who` is "P1". `stuck` tells whether
// the kernel holds it.
std::string describe_hang(pid_t nursery, int pid, const std::string& who, bool& stuck);

// Binds the calling thread to one CPU, for as long as it lives.
class Pin {
 public:
  explicit Pin(int cpu);  // -1: the last one that we may use; throws Unavailable
  ~Pin();
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

 private:
  cpu_set_t before_;
};

}  // namespace lockstep::live
