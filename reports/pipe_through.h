// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a program as a filter: no shell, a time limit, nothing left behind.
#pragma once

#include <string>
#include <vector>

namespace lockstep {

struct Piped {
  bool started = false;  // false: error holds why it could not be
  bool in_time = false;
  int status = 0;  // of waitpid()
  std::string out;
  std::string error;  // what it said, the first kilobytes of it
};

// The first word is the program, looked for in PATH. REQUIRES: words is not empty.
Piped pipe_through(const std::vector<std::string>& words, const std::string& in, int timeout_ms);

}  // namespace lockstep
