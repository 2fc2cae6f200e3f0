// SPDX-License-Identifier: GPL-2.0-or-later
// What the lines of a trace read so far have made: names that are taken, tasks that can act or be reaped.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "model/process_table.h"
#include "model/trace_lines.h"

namespace lockstep {

class TraceNames {
 public:
  TraceNames();
  // Throws Problem if the step is not possible here: a task that has exited, a name that is taken, a result of reap
  // that is not Linux's. Otherwise the step has happened. REQUIRES: `step` was parsed from `line`.
  void take(const Line& line, const Step& step);

 private:
  void check_actor(const Line& line, const Step& step) const;
  void check_made(const Line& line, const Step& step) const;
  void check_reap(const Line& line, const Step& step) const;
  void note_events(const Step& step, bool was_thread);
  void run(const Step& step);
  // Where in made_ the names stand that this operation makes.
  static size_t book_of(Op op) { return op == Op::append ? 1 : op == Op::attach ? 2 : 0; }

  ProcessTable table_;
  std::array<std::vector<uint32_t>, 3> made_;  // the line in which each P, R, F was made; 0: not yet
  std::vector<std::string> dead_;              // by task: how it stopped to act, as a sentence
  std::vector<std::string> gone_;              // by task: how it stopped to exist
};

}  // namespace lockstep
