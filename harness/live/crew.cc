// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/crew.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <atomic>

#include "harness/live/patience.h"
#include "model/target.h"

namespace lockstep::live {

namespace {

constexpr int kEndTimeoutMs = 3000;
// Rounds of a loop that take about as long as an append, under emulation.
constexpr uint32_t kMostLingering = 20000;

std::atomic_ref<uint32_t> atomic(uint32_t& word) { return std::atomic_ref<uint32_t>(word); }

void wake(uint32_t& word, uint32_t how) {
  syscall(SYS_futex, &word, how == kAsleepHere ? FUTEX_WAKE_PRIVATE : FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

void futex_wait(uint32_t& word, uint32_t value, std::chrono::nanoseconds time) {
  timespec limit{time.count() / 1'000'000'000, time.count() % 1'000'000'000};
  syscall(SYS_futex, &word, FUTEX_WAIT, value, &limit, nullptr, 0);
}

void write_text(const std::string& path, const std::string& text) {
  File file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || write(file.fd(), text.data(), text.size()) != ssize_t(text.size()))
    throw Unavailable(fmt::format("live: {} cannot be written: {}; run as root", path, error_text(errno)));
}

}  // namespace

Crew::Crew(ArenaFile& memory, Files files, bool user_namespace, int timeout_ms)
    : memory_(memory), timeout_ms_(timeout_ms) {
  vacate(kNurserySlot);
  const auto number = [](int fd) { return uint64_t(uint32_t(fd)); };
  // Posted before it is born, so that it does this first.
  const File self(int(syscall(SYS_pidfd_open, getpid(), 0)));
  post(kNurserySlot, kOpNurse,
       {number(memory.arena_fd()), number(memory.image_fd()), number(files.drain), number(files.lock),
        number(files.gift), number(self.fd())});
  const unsigned long flags = CLONE_NEWPID | SIGCHLD | (user_namespace ? CLONE_NEWUSER : 0);
  const long child = lockstep_worker_spawn(flags, kNurserySlot);
  if (child < 0)
    throw Unavailable(fmt::format("live: no namespace for the workers: {}; {}", error_text(int(-child)),
                                  user_namespace ? "allow user namespaces (sysctl user.max_user_namespaces) or run as "
                                                   "root"
                                                 : "run as root outside the container"));
  nursery_ = pid_t(child);
  try {
    const int64_t ready = await(kNurserySlot);
    if (ready < 0) throw std::runtime_error(fmt::format("live: the nursery fails: {}", error_text(int(-ready))));
    if (user_namespace) map_root(nursery_);
  } catch (...) {
    end();
    throw;
  }
}

Crew::~Crew() {
  if (!end()) memory_.abandon();
}

// Root in its own namespace, so that capabilities survive an exec like those of a real root.
void Crew::map_root(pid_t child) {
  const std::string proc = fmt::format("/proc/{}/", child);
  write_text(proc + "setgroups", "deny");
  write_text(proc + "uid_map", fmt::format("0 {} 1", geteuid()));
  write_text(proc + "gid_map", fmt::format("0 {} 1", getegid()));
}

bool Crew::end() {
  if (gone()) return true;
  kill(nursery_, SIGKILL);
  Patience patience(kEndTimeoutMs);
  do {
    if (waitpid(nursery_, nullptr, WNOHANG | __WALL) == nursery_) {
      nursery_ = -1;
      return true;
    }
  } while (patience.poll());
  return false;
}

void Crew::vacate(unsigned slot) { arena().slot[slot] = WorkerSlot{}; }

void Crew::post(unsigned slot, WorkerOp op, Arguments arg) {
  WorkerSlot& to = arena().slot[slot];
  to.op = op;
  std::copy(arg.begin(), arg.end(), to.arg);
  atomic(to.posted).fetch_add(1);
  if (const uint32_t how = atomic(to.asleep)) wake(to.posted, how);
}

void Crew::arrange_meeting(unsigned one, unsigned other) {
  atomic(arena().met) = 0;
  std::uniform_int_distribution<uint32_t> rounds(0, kMostLingering);
  arena().slot[one].meet = 1;
  arena().slot[other].meet = 2;
  const bool later = chance_() % 2 != 0;
  arena().slot[one].linger = later ? rounds(chance_) : 0;
  arena().slot[other].linger = later ? 0 : rounds(chance_);
}

int64_t Crew::await(unsigned slot) {
  WorkerSlot& from = arena().slot[slot];
  const auto finished = [&] { return atomic(from.done).load() == from.posted; };
  Patience patience(timeout_ms_);
  while (!finished()) {
    if (patience.yield()) continue;
    atomic(from.awaited) = 1;
    if (!finished()) {
      if (patience.left().count() <= 0) throw Hang{slot};
      futex_wait(from.done, from.posted - 1, patience.left());
    }
    atomic(from.awaited) = 0;
  }
  return from.result;
}

}  // namespace lockstep::live
