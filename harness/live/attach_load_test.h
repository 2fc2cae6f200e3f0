// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: other processes of the host that fork, attach filters of their own and exit, at a bounded rate, and
// drained: they and an engine together stay below what the kernel's queue holds (docs/live.md).
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "harness/live/engine.h"
#include "harness/live/host.h"

namespace lockstep::live {

class AttachLoad {
 public:
  // A round is three filters in two processes, one of them inherited.
  static constexpr uint32_t kRoundAttaches = 3, kRoundForks = 2;
  static constexpr uint32_t kDrainLoadAt = 40;
  static constexpr uint32_t kQueueHolds = 256;  // Linux 6.12; more in later ones
  static_assert(kDrainAt + kDrainLoadAt < kQueueHolds);

  struct Figures {
    std::atomic<bool> go, stop;
    std::atomic<uint64_t> rounds, drains, failures, max_backlog;
  };

  // Waits for start(). Made before an engine, it is not bound to that one's CPU. REQUIRES: root.
  explicit AttachLoad(uint32_t attaches_per_second) : pause_(1'000'000 * kRoundAttaches / attaches_per_second) {
    void* shared = mmap(nullptr, sizeof(Figures), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) throw std::bad_alloc();
    figures_ = new (shared) Figures{};
    root_ = make(getpid());
    if (root_ == 0) run();
  }
  ~AttachLoad() {
    stop();
    munmap(figures_, sizeof(Figures));
  }
  AttachLoad(const AttachLoad&) = delete;
  AttachLoad& operator=(const AttachLoad&) = delete;

  void start() { figures_->go = true; }
  // It ends with a drain.
  void stop() {
    figures_->stop = true;
    if (root_ > 0) waitpid(root_, nullptr, 0);
    root_ = 0;
  }
  const Figures& figures() const { return *figures_; }

 private:
  // Dies with its parent, in whatever way that ends.
  static pid_t make(pid_t parent) {
    const pid_t child = fork();
    if (child != 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    return 0;
  }
  static bool attach() {
    sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    sock_fprog program{.len = 1, .filter = &allow};
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
  }
  static bool reap(pid_t child) {
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
  }
  // Nothing of it is left when it returns, but what the kernel frees later.
  static bool round() {
    const pid_t first = make(getpid());
    if (first != 0) return reap(first);
    bool good = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && attach();
    const pid_t second = make(getpid());
    if (second == 0) _exit(attach() ? 0 : 1);
    good = attach() && good;
    _exit(reap(second) && good ? 0 : 1);
  }
  [[noreturn]] void run() {
    constexpr std::chrono::minutes kLongest{30};
    const auto end = std::chrono::steady_clock::now() + kLongest;
    const File drain = open_drain();
    uint32_t backlog = 0;
    const auto drained = [&] {
      if (write(drain.fd(), "1", 1) != 1) {
        ++figures_->failures;
        _exit(1);
      }
      ++figures_->drains;
      backlog = 0;
    };
    while (!figures_->stop && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(pause_);
      if (!figures_->go) continue;
      if (backlog + kRoundAttaches > kDrainLoadAt) drained();
      backlog += kRoundAttaches;
      figures_->max_backlog = std::max<uint64_t>(figures_->max_backlog, backlog);
      if (!round()) ++figures_->failures;
      ++figures_->rounds;
    }
    drained();
    _exit(0);
  }

  std::chrono::microseconds pause_;
  Figures* figures_ = nullptr;
  pid_t root_ = 0;
};

}  // namespace lockstep::live
