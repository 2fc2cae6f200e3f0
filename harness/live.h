// SPDX-License-Identifier: GPL-2.0-or-later
// The target "live": seccomp traces on the running kernel, by real processes. docs/live.md tells how it works.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/target.h"

namespace lockstep {

inline constexpr int kKernelLog = -1, kNoLog = -2;

struct LiveOptions {
  int cpu = -1;                 // everything runs on this one; -1: the last of the affinity mask
  int step_timeout_ms = 10000;  // a step that takes longer hangs
  bool unprivileged = false;    // do as if there were no BPF
  bool drain = true;            // false deadlocks kernels (docs/live.md): only where another one is at stake
  bool faults = false;          // allocations may fail, where the kernel can do that: only in a guest
  bool alone = false;           // nobody else runs on this kernel: whatever it complains of, our traces brought about
  bool code = false;            // the design's code that runs is taken down, where the kernel can do that
  // Faults of our own, for tests: that what must be noticed is noticed.
  int forget_attach = 0;    // the n-th attach of a trace is not carried out, and reported as a success
  int hang_at = 0;          // the n-th step of a trace does not come back
  int hang_ms = 30000;      // unless somebody waits that long
  int log_fd = kKernelLog;  // what to read instead; records as /dev/kmsg gives them
};

struct LiveStatistics {
  uint64_t traces = 0;
  uint64_t steps = 0;
  uint64_t attach_calls = 0;  // each of them a filter that will be freed, whether the call succeeds or not
  uint64_t drains = 0;
  uint64_t max_backlog = 0;  // most attach calls between two drains
  uint64_t observations = 0;
};

class LiveTarget : public Target {
 public:
  // Two appends by different tasks at the same time, on two processors; they count as two steps. Throws NotCapable.
  virtual std::pair<Outcome, Outcome> step_together(const Step& one, const Step& other) = 0;
  virtual const LiveStatistics& statistics() const = 0;
  // Of all workers, in the controller's pid namespace: what tells them from other processes in /proc.
  virtual int process_group() const = 0;
  // Addresses of the design's code that any trace ran, but for the last one if it has not ended.
  virtual std::vector<uint64_t> code_reached() const = 0;
  // Of the trace's tasks, dead or alive, as the kernel's log calls them.
  virtual std::vector<int> pids() const = 0;
};

// REQUIRES: the thread that makes it outlives it (its death ends all workers), and is the only one that uses it; it
// is bound to one CPU meanwhile. Throws Unavailable.
std::unique_ptr<LiveTarget> make_live(const LiveOptions& options = {});

// One line, cheap: "available: ..." or why not.
std::string live_status();

}  // namespace lockstep
