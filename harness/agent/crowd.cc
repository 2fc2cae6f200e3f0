// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/agent/crowd.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <new>

#include "harness/live/host.h"

namespace lockstep::agent {

namespace {

// The kernel puts the code of programs into packs of 2 MB, one after the other. The first always holds the observers'.
// The many, who come second, fill it and begin another; the few, who come last, stand in that one. The many go first:
// by then 128 MB of the kernel's addresses wait to be given back, from where on it does that on the queue. Then the few
// go, and with them the pack: that has to wait for the queue, in which the frees of the first one follow next, and wait
// for the pack.
constexpr int kFirst = 1300, kEach = 560, kFew = 50;  // filters; of 128 bytes of code and two pages of address space

bool attach() {
  sock_filter code[] = {BPF_STMT(BPF_LD | BPF_IMM, 0), BPF_STMT(BPF_LD | BPF_IMM, 1), BPF_STMT(BPF_LD | BPF_IMM, 2),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  sock_fprog program{.len = std::size(code), .filter = code};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

unsigned long free_memory() {
  struct sysinfo now {};
  sysinfo(&now);
  return now.freeram;
}

// Across processes, where std::atomic's own wait does not reach.
void await(const std::atomic<uint32_t>& word) {
  while (word == 0) usleep(1000);
}

}  // namespace

Crowd::Crowd(bool drain) {
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  shared_ = new (memory) Shared{};
  if (fork() == 0) run(drain);
}

void Crowd::run(bool drain) {
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  sched_setaffinity(0, sizeof(first), &first);
  const live::File file = drain ? live::open_drain() : live::File();
  await(shared_->started);
  const auto enough = free_memory() / 4;
  for (;;) {
    take_round(file.fd());
    // Undrained, the queue is slower than the crowd, and what waits in it is a part of the harm. But a guest without
    // memory shows nothing; a round takes a tenth of it.
    while (free_memory() < enough) usleep(1000);
  }
}

void Crowd::enter(int member, int filters) {
  shared_->ready[member] = shared_->go[member] = 0;
  const pid_t child = fork();
  if (child < 0) {
    ++shared_->failures;
    shared_->ready[member] = 1;
  }
  if (child == 0) {
    bool good = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    for (int i = 0; good && i < filters; ++i) good = attach();
    if (!good) ++shared_->failures;
    shared_->ready[member] = 1;
    await(shared_->go[member]);
    _exit(0);
  }
}

void Crowd::take_round(int drain) {
  const uint32_t failures = shared_->failures;
  enter(0, kFirst);
  await(shared_->ready[0]);
  for (int i = 1; i < kMembers - 1; ++i) enter(i, kEach);
  for (int i = 1; i < kMembers - 1; ++i) await(shared_->ready[i]);
  enter(kMembers - 1, kFew);
  await(shared_->ready[kMembers - 1]);
  for (int i = 1; i <= kMembers; ++i) {
    shared_->go[i % kMembers] = 1;
    if (drain < 0) continue;
    wait(nullptr);
    [[maybe_unused]] const auto written = write(drain, "1", 1);
  }
  while (wait(nullptr) > 0) continue;
  if (shared_->failures == failures) ++shared_->rounds;
}

}  // namespace lockstep::agent
