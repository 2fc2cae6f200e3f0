// SPDX-License-Identifier: GPL-2.0-or-later
// The parser of the header lines of a trace: model, expect, start, mark.
#pragma once

#include <string_view>

#include "model/trace.h"
#include "model/trace_lines.h"

namespace lockstep {

inline constexpr std::string_view kHeaderWords[] = {"model", "expect", "start", "mark"};
bool is_header_word(std::string_view word);

class HeaderReader {
 public:
  explicit HeaderReader(Trace& trace) : trace_(trace) {}
  // One line into the trace. Throws Problem. REQUIRES: is_header_word() of its first word.
  void read(const Line& line);
  // Throws Problem if an expectation names a step that the trace does not have. REQUIRES: all steps were read.
  void check_expected_steps() const;

 private:
  void read_model(const Line& line);
  void read_start(const Line& line);
  void read_mark(const Line& line);
  void read_expectation(const Line& line);
  uint32_t read_expected_step(const Line& line, const Word& word);

  struct ExpectedStep {
    uint32_t step = 0;
    uint32_t line = 0;
    uint32_t column = 0;
  };

  Trace& trace_;
  uint32_t lines_[3] = {0, 0, 0};  // where model, start, mark stood; 0: not yet
  ExpectedStep last_expected_;     // the highest `step=`
};

}  // namespace lockstep
