// SPDX-License-Identifier: GPL-2.0-or-later
// The holders of a filter, gathered by program: a thousand workers are one line.
#pragma once

#include <string>
#include <vector>

#include "oracle/filter_view.h"

namespace lockstep {

struct Holders {
  std::string program;         // comm of a process's first thread, not made safe yet
  std::vector<uint32_t> pids;  // of processes
  uint32_t tasks = 0;          // threads of these
  uint32_t exited = 0;         // of the tasks
};
std::vector<Holders> holders_of(const FilterView& view);
// "chromium [4242], 23 threads"; "sleep ×5000 [1001, 1002, 1003 …]".
std::string words_for(const Holders& holders);
// "listener in sshd [812] fd 5, 6 and monitor [813] fd 4". REQUIRES: the filter has a listener.
std::string listener_words(const FilterView& view);

}  // namespace lockstep
