// SPDX-License-Identifier: GPL-2.0-or-later
// The targets by name, as the command line has them: spec:M, sim:NAME, sim:PATH.so, live, vm:NAME,
// vm:PATH.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/target.h"

namespace lockstep {

// There is no target of that name: bad usage.
struct UnknownTarget : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct TargetOptions {
  bool drain = true;      // false deadlocks kernels (docs/live.md): for vm: targets only
  bool together = false;  // the last two steps of a trace at the same time; for vm: targets only
  bool crowd = false;     // others in the guest drop many filters at once meanwhile; for vm: targets only
};

// Throws UnknownTarget, or Unavailable if it exists but cannot run here.
// REQUIRES: the options are the default ones, or the name is that of a vm: target.
std::unique_ptr<Target> make_target(const std::string& name, const TargetOptions& options = {});

// Our C code of this model's design. Null: there is none. REQUIRES: the model exists.
std::unique_ptr<Target> make_sim_of(const std::string& model);

// Whether what runs there is a kernel, and not a program of ours or of somebody else's.
bool is_kernel(const Target& target);

struct TargetStatus {
  std::string name;
  std::string status;  // "available" and what of it, or why not
};
std::vector<TargetStatus> list_targets();

// A target that broke as it was probed: with the trace that was run, and the step that broke; 0: before the first.
struct ProbeFault : TargetFault {
  ProbeFault(const std::string& what, Trace trace, uint32_t step)
      : TargetFault(what), trace(std::move(trace)), step(step) {}
  Trace trace;
  uint32_t step;
};

// Kernels differ in when they drop a dead task's filter. Looks at what this target does and names the preset of the
// model that does the same: "seccomp" or "seccomp@6.1". Any other model is returned as it is. Throws ProbeFault.
std::string probe_preset(const std::string& model, Target& target);

}  // namespace lockstep
