// SPDX-License-Identifier: GPL-2.0-or-later
// The vm: targets: a kernel in QEMU, whose only program runs traces as the target "live" does on this host's kernel.
// docs/vm.md tells how it works.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/target.h"

namespace lockstep {

struct VmOptions {
  int cpus = 1;  // one is faster: the steps of a trace come one at a time
  int memory_mib = 512;
  bool drain = true;               // false: what docs/live.md drains for may happen
  bool crowd = false;              // beside the traces others drop many filters at once, on a second CPU
  bool together = false;           // the last two steps of each trace, both appends, are taken at the same time
  int step_timeout_ms = 10'000;    // a step that takes longer hangs
  int answer_timeout_ms = 30'000;  // a guest that says nothing for longer hangs as a whole
  int boot_timeout_ms = 60'000;
  std::string parameters;  // more of the kernel's, for tests
  std::string test;        // a fault of the guest's own, for tests: "panic:3" (agent/settings.h)
};

class VmTarget : public Target {
 public:
  virtual int qemu() const = 0;        // pid; 0: no guest runs
  virtual uint64_t boots() const = 0;  // of guests, so far
  // How often the crowd of this guest dropped all of its filters at once, by the end of the last trace.
  virtual uint64_t crowd_rounds() const = 0;
  // Of each file of the node designs: how many of its lines any trace reached in this guest, and which none did. Empty
  // if the kernel does not tell.
  virtual std::vector<std::pair<std::string, std::string>> lines_reached() = 0;
};

// `name` is one of `lockstep kernel list`, or the path of a bzImage, which has a slash in it. Boots the guest. A guest
// that goes wrong is a TargetFault, and the next trace finds a new one. The target takes the steps of a trace ahead of
// its caller: only they, and in their order, can be asked for.
// REQUIRES: as make_live(), but for the CPU. Throws Unavailable; UnknownKernel (kernels.h).
std::unique_ptr<VmTarget> make_vm(const std::string& name, const VmOptions& options = {});

// One line, cheap: whether guests can run here at all; empty if they can.
std::string vm_hindrance();

}  // namespace lockstep
