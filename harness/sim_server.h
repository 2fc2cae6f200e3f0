// SPDX-License-Identifier: GPL-2.0-or-later
// The child's side: loads a library and serves it over a socket.
#pragma once

#include <sys/types.h>

#include <string>

namespace lockstep {

// Runs in a process of its own until the parent closes its end or ends; never returns.
// REQUIRES: called right after fork, `parent` is the process that forked.
[[noreturn]] void serve_sim_library(const std::string& path, int socket, pid_t parent);

}  // namespace lockstep
