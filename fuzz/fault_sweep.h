// SPDX-License-Identifier: GPL-2.0-or-later
// A fault sweep: for each step of a trace its first, second, ... allocation fails, until there is none left. Each time
// the trace goes on as far as it can, and all of its tasks exit. What came of it must be what the model says of its own
// first, second, ... allocation, in that order and with none left out. A kernel allocates more than a model does: that
// one fails may have no effect, or make the step fail for want of memory and change nothing.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fuzz/one_fault.h"
#include "oracle/result.h"

namespace lockstep {

struct SweepOptions {
  FactSet asked;
  std::function<std::string(const std::string& file)> command;  // that runs the sweep of one trace again; may be empty
  std::function<void(uint64_t faults)> progress;
  std::function<bool()> stop;  // true: nothing more is asked of the target
};

class FaultSweep {
 public:
  // Of the model alone if the target is null. Throws Unavailable if no allocation can be made to fail there.
  FaultSweep(SweepOptions options, Target* target);
  // All faults of one trace of this model. Adds to `result` what diverges, and as expected what the model is known to
  // break.
  void run(const std::string& model, const Trace& trace, const std::string& file, Result& result);
  // Looks for leaks of all that was run, where the target can, and says how much there was.
  void conclude(Result& result);

 private:
  using Left = std::array<uint32_t, 6>;  // objects by Kind that stay when all tasks have gone
  // What the model is told of a step in which the target's allocation fails.
  struct Story {
    enum class What : uint8_t { fails, changes_nothing, succeeds } what{};
    uint16_t allocation = 0;  // `fails`: the model's own that does
    bool operator==(const Story&) const = default;
  };
  struct Broken {
    Property property{};
    uint32_t step = 0;
    std::string text;
  };
  struct Attempt {
    Story story;
    Trace trace;  // as the model has it
    Conformance conformance;
    std::vector<Broken> broken;  // by the model
    Left left{};
    std::optional<Outcome> outcome;  // the target's, of the step with the fault
    bool hit = false;
  };
  struct Explained {
    Trace trace;
    std::string file, moment;
    Left left{};
  };

  void prepare(const Trace& trace);
  bool can_sweep(size_t step) const;
  bool sweep(size_t step);
  std::optional<Attempt> explain(size_t step, uint16_t nth, uint16_t done);
  std::vector<Story> stories(size_t step, uint16_t done) const;
  Attempt attempt(size_t step, uint16_t nth, Story story);
  Trace told(size_t step, Story story) const;
  void check_error(size_t step, Attempt& attempt) const;
  void check_programs(Attempt& attempt) const;
  void forget_runs();
  void accept(const Attempt& attempt, const std::string& moment);
  void add_broken(const Attempt& attempt, const std::string& moment);
  std::string command_of(const std::string& file) const;
  void diverged(Divergence divergence, const Trace& trace, const std::string& file);
  std::string moment(size_t step, uint16_t nth) const;
  bool stopped() const { return options_.stop && options_.stop(); }
  void look_for_leaks(Result& result);
  void check_leaks(const std::vector<Leak>& leaks, Result& result);

  SweepOptions options_;
  Target* target_;
  bool any_ = false;  // the target's kernel counts, and tells whether it came to the n-th
  // Of the trace at hand.
  Result* result_ = nullptr;
  std::string model_, file_;
  Trace base_;                         // it goes on until all tasks have exited
  std::vector<uint16_t> allocations_;  // that the model tries in each step
  std::set<std::string> known_;        // what is broken without any fault: a promise, or an object as a text says
  // Of the whole run.
  std::map<uint64_t, size_t> runs_;  // which of `explained_` each trace_number() of the target belongs to
  std::vector<Explained> explained_;
  uint64_t faults_ = 0, steps_ = 0, without_effect_ = 0, without_change_ = 0;
};

}  // namespace lockstep
