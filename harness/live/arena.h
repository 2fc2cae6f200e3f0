// SPDX-License-Identifier: GPL-2.0-or-later
// The memory that controller and workers share, and the program that an `exec` step runs: both are nameless files.
#pragma once

#include "harness/live/file.h"
#include "harness/worker/worker.h"

namespace lockstep::live {

class ArenaFile {
 public:
  ArenaFile();  // throws Unavailable
  ~ArenaFile();
  ArenaFile(const ArenaFile&) = delete;
  ArenaFile& operator=(const ArenaFile&) = delete;

  Arena& arena() const { return *LOCKSTEP_ARENA; }
  int arena_fd() const { return arena_fd_.fd(); }
  int image_fd() const { return image_fd_.fd(); }
  // A worker hangs in the kernel and may still come back to it: the memory stays.
  void abandon() { abandoned_ = true; }

 private:
  File arena_fd_;
  File image_fd_;
  bool abandoned_ = false;
};

}  // namespace lockstep::live
