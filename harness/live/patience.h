// SPDX-License-Identifier: GPL-2.0-or-later
// How the controller waits: first it yields, since the worker it waits for needs this very CPU; after a while it
// sleeps, since then somebody else is using it; and not for ever.
#pragma once

#include <sched.h>

#include <chrono>
#include <thread>

namespace lockstep::live {

class Patience {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Patience(int timeout_ms) : timeout_(timeout_ms) {}

  // True while it is right to yield once more; false when it is time to sleep.
  bool yield() {
    if (yields_++ < kYields) {
      sched_yield();
      return true;
    }
    if (start_ == Clock::time_point{}) start_ = Clock::now();
    return false;
  }
  // What is left, after the yields.
  std::chrono::nanoseconds left() const { return timeout_ - (Clock::now() - start_); }
  // For waits that nobody will end by a wake-up. False: out of patience.
  bool poll() {
    if (yield()) return true;
    if (left().count() <= 0) return false;
    std::this_thread::sleep_for(nap_);
    if (nap_ < kLongestNap) nap_ *= 2;
    return true;
  }

 private:
  static constexpr int kYields = 10;
  static constexpr std::chrono::microseconds kLongestNap{2000};
  std::chrono::milliseconds timeout_;
  Clock::time_point start_{};
  std::chrono::microseconds nap_{20};
  int yields_ = 0;
};

}  // namespace lockstep::live
