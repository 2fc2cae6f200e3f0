// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/code_reached.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "harness/worker/worker.h"

namespace lockstep::live {

bool CodeReached::can_watch() { return access(LOCKSTEP_KCOV, R_OK | W_OK) == 0; }

void CodeReached::take(uint64_t* buffer) {
  const uint64_t count = std::min(buffer[0], kWords - 1);
  addresses_.insert(buffer + 1, buffer + 1 + count);
  buffer[0] = 0;
}

void CodeReached::end_trace() {
  if (lasting_ != nullptr) take(lasting_);
  for (uint64_t* buffer : buffers_) {
    take(buffer);
    munmap(buffer, kWords * sizeof(*buffer));
  }
  buffers_.clear();
}

}  // namespace lockstep::live
