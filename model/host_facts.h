// SPDX-License-Identifier: GPL-2.0-or-later
// What can be seen of the seccomp filters of a whole host, whoever shows it: one walk over its tasks and descriptor
// tables. The host goes on while it is walked, so that a snapshot by itself proves nothing (oracle/audit.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

inline constexpr uint32_t kNoFilter = 0xffffffff;

struct HostTask {
  uint32_t pid = 0;      // of the thread, as the host counts
  uint32_t process = 0;  // pid of its first thread
  uint64_t start = 0;    // when it was made, ns after boot: pids are used again
  bool exited = false;   // a zombie, or about to be released; it is here because it still holds its filter
  std::string comm;      // anything but NUL
  uint32_t filter = 0;   // index of its newest
};

// A descriptor of a filter's listener.
struct HostDescriptor {
  uint64_t file = 0;  // copies of a descriptor are of the same open file, which holds the filter once
  uint32_t process = 0;
  uint32_t fd = 0;
  std::string comm;
  uint32_t filter = 0;
};

struct HostFilter {
  uint64_t id = 0;            // the same in each snapshot of a run; says nothing about where the filter is in memory
  uint32_t prev = kNoFilter;  // index
  int32_t refs = 0;
  int32_t users = 0;
  uint32_t len = 0;         // converted instructions
  bool listened = false;    // somebody has its listener open
  bool unreadable = false;  // the pointer leads to memory that is none
  // How many tasks had begun with this filter before the walk, and after it. Both may count some of another filter too.
  uint32_t births_before = 0;
  uint32_t births_after = 0;
};

struct HostSnapshot {
  std::vector<HostTask> tasks;  // with filters
  std::vector<HostFilter> filters;
  std::vector<HostDescriptor> descriptors;
  uint32_t tasks_seen = 0;  // all tasks of the host
  uint32_t between = 0;     // exiting tasks that no longer show a filter, and may not have dropped it yet
  // Where descriptors can be that no table shows.
  uint32_t rings = 0;     // descriptors of io_uring instances
  bool inflight = false;  // the user of some task has descriptors on their way over sockets
};

}  // namespace lockstep
