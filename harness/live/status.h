// SPDX-License-Identifier: GPL-2.0-or-later
// What /proc tells about a task, given the task's directory there.
#pragma once

#include <cstdint>
#include <string>

namespace lockstep::live {

struct TaskStatus {
  bool found = false;
  int mode = 0;
  int filters = 0;
  bool nnp = false;
};
TaskStatus read_status(const std::string& folder);

struct TaskStat {
  char state = 0;  // 'R', 'S', 'D', 'Z' ...; 0 if there is no such task
  int parent = 0;
  int group = 0;    // process group
  int threads = 0;  // of its process, those that are not released
};
TaskStat read_stat(const std::string& folder);
uint64_t effective_capabilities();         // of the calling thread
int inner_pid(const std::string& folder);  // as its own pid namespace counts; 0 if there is no such task

}  // namespace lockstep::live
