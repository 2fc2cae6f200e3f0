// SPDX-License-Identifier: GPL-2.0-or-later
// What else may go on in a guest beside the traces: processes that attach many filters and drop them all at once, again
// and again. It is what the draining of docs/live.md is there for; docs/findings.md says what comes of it without.
#pragma once

#include <atomic>
#include <cstdint>

namespace lockstep::agent {

class Crowd {
 public:
  // Its processes wait until start(). They run on the first CPU. With `drain` the kernel's queue is drained after each
  // process's end. REQUIRES: root, the guest's init.
  explicit Crowd(bool drain);
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void start() { shared_->started = 1; }
  // How often it dropped all of its filters at once so far.
  uint32_t rounds() const { return shared_->rounds; }
  // Whether any of them could not be attached; such a round is none.
  bool failed() const { return shared_->failures != 0; }

 private:
  static constexpr int kMembers = 32;
  struct Shared {
    std::atomic<uint32_t> started, rounds, failures;
    std::atomic<uint32_t> ready[kMembers], go[kMembers];
  };
  [[noreturn]] void run(bool drain);
  void take_round(int drain);
  void enter(int member, int filters);

  Shared* shared_;
};

}  // namespace lockstep::agent
