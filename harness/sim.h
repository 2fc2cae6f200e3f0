// SPDX-License-Identifier: GPL-2.0-or-later
// The `sim:` targets: policy-node designs in C, run in user space. Entry point: make_sim().
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "model/target.h"

namespace lockstep {

struct SimOptions {
  // How long a library in a child process may take for one call.
  std::chrono::milliseconds timeout{5000};
};

// Our own designs, which run in this process: "v5", "v5-intended", "v6".
std::vector<std::string> builtin_sims();

// `name` is what follows "sim:": one of builtin_sims(), or the path of a library, ending in ".so", which implements
// harness/lockstep_sim.h and runs in a child process.
// Throws std::invalid_argument for a name that is neither, Unavailable for a library that cannot be used.
//
// REQUIRES, of a library's target: the thread that last called make_sim() or reset() lives at least as long as the
// target is used. The kernel ends the child together with that thread.
std::unique_ptr<Target> make_sim(const std::string& name, const SimOptions& options = {});

}  // namespace lockstep
