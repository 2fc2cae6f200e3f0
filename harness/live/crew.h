// SPDX-License-Identifier: GPL-2.0-or-later
// The workers as the controller commands them, and the nursery that makes and ends them.
#pragma once

#include <sys/types.h>

#include <array>
#include <random>

#include "harness/live/arena.h"

namespace lockstep::live {

// A command was not finished in time.
struct Hang {
  unsigned slot;
};

class Crew {
 public:
  using Arguments = std::array<uint64_t, kWorkerArgs>;
  struct Files {
    int drain = -1;  // stat_refresh, if it can be written
    int lock = -1;
    int gift = -1;  // a socket
  };
  // REQUIRES: the observer expects the nursery, if there is one.
  Crew(ArenaFile& memory, Files files, bool user_namespace, int timeout_ms);  // throws Unavailable
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // Forgets what the slot's last worker was told. REQUIRES: no worker uses the slot.
  void vacate(unsigned slot);
  // A command and its end. `await` gives the result, 0 or more or -errno, and throws Hang.
  void post(unsigned slot, WorkerOp op, Arguments arg = {});
  int64_t await(unsigned slot);
  // The next commands of these two begin at about the same time, on the first two processors: by how much one of them
  // is later is a matter of chance.
  void arrange_meeting(unsigned one, unsigned other);
  int64_t run(unsigned slot, WorkerOp op, Arguments arg = {}) {
    post(slot, op, arg);
    return await(slot);
  }
  Arena& arena() { return memory_.arena(); }
  // The nursery as the controller's /proc has it: pid, and process group of all workers.
  pid_t nursery() const { return nursery_; }
  bool gone() const { return nursery_ < 0; }

 private:
  void map_root(pid_t child);
  bool end();
  ArenaFile& memory_;
  int timeout_ms_;
  pid_t nursery_ = -1;
  std::minstd_rand chance_;
};

}  // namespace lockstep::live
