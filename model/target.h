// SPDX-License-Identifier: GPL-2.0-or-later
// A target is something that runs steps and lets itself be looked at. The pure interface; harness/ implements it.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/facts.h"
#include "model/trace.h"

namespace lockstep {

// What a step gave back. `error` is an errno (0: success).
struct Outcome {
  int error = 0;
  bool operator==(const Outcome&) const = default;
};

struct Capabilities {
  std::string layout;      // counters are compared with a model of the same layout; "" if none are shown
  FactSet facts;           // what observe() fills
  bool faults = false;     // `fail=` can be carried out
  bool any_fault = false;  // the n-th allocation of an append or a fork can be made to fail, whose ever it is
  std::string unobserved;  // why a fact is missing, one sentence; empty if nothing is
};

// The environment cannot do what was asked: exit code 3. The message names the remedy.
struct Unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// It is all there, and does not start: that may be its own fault.
struct DoesNotComeUp : Unavailable {
  using Unavailable::Unavailable;
};
// The thing under test broke: crashed, hung, warned. A divergence, tied to the step that was running.
struct TargetFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// This trace asks for what this target cannot do (a fault where none can be injected, more tasks than it has room for).
struct NotCapable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Memory of the mechanism that nothing in the target leads to any more.
struct Leak {
  uint64_t trace = 0;  // trace_number() of the trace that made it; 0: of none
  Kind kind{};
  std::string text;  // who allocated it
};

class Target {
 public:
  virtual ~Target() = default;
  virtual const std::string& name() const = 0;  // as on the command line: "sim:v5"
  virtual const Capabilities& capabilities() const = 0;
  // Everything of the last trace is gone afterwards; P1 exists with what `trace.start` says.
  // Throws NotCapable if the trace cannot be run here, before any of its steps.
  virtual void reset(const Trace& trace) = 0;
  // What the reset after the next one will be called with, most likely. A target to which each question is a long way
  // may begin with it.
  virtual void announce(const Trace&) {}
  // REQUIRES: step.task exists and has not exited. On success the name step.made belongs to what was made.
  virtual Outcome step(const Step& step) = 0;
  // The state after the last step, in any order; `snapshot` was cleared.
  virtual void observe(Snapshot& snapshot) = 0;
  // The trace is over: its tasks end, and what they held is dropped. reset() does the same for a trace that nobody
  // ended; only what goes wrong meanwhile is then not this trace's any more.
  virtual void end() {}
  // Of the last step: was there the allocation that it was to fail? Nothing: the target cannot tell.
  virtual std::optional<bool> fault_hit() const { return std::nullopt; }
  // How many programs of the last trace are still loaded after its end(). Nothing: the target cannot tell.
  virtual std::optional<uint32_t> programs_left() const { return std::nullopt; }
  // Of the last reset(): how many there were so far, where find_leaks() can look.
  virtual uint64_t trace_number() const { return 0; }
  // Looks for leaks of the traces since the last look; takes long. Nothing: the target cannot. It may miss some.
  virtual std::optional<std::vector<Leak>> find_leaks() { return std::nullopt; }
  // What a report should say of the runs so far and no fact does: what was not watched, what else happened here.
  virtual std::vector<std::string> notes() const { return {}; }
};

}  // namespace lockstep
