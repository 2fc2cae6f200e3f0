// SPDX-License-Identifier: GPL-2.0-or-later
// A library in a child process, seen from the parent.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "harness/sim_backend.h"

namespace lockstep {

// Starts the child; a later reset() starts a new one where the last has crashed, hung or talked nonsense.
// `target_name` is what messages call it. Throws Unavailable if the library cannot be used; the backend throws
// TargetFault for what the library does wrong later.
std::unique_ptr<SimBackend> run_in_child(const std::string& target_name, const std::string& path,
                                         std::chrono::milliseconds timeout);

}  // namespace lockstep
