// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/host.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <filesystem>

#include "harness/live/status.h"
#include "model/target.h"

namespace lockstep::live {

namespace {

constexpr const char* kDrainFile = "/proc/sys/vm/stat_refresh";

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (size_t at; (at = text.find('\n')) != std::string::npos;) text.replace(at, 1, ", ");
  return text;
}

// The directory of the worker in our /proc, found by its process group and its pid in its own namespace.
std::string find_worker(pid_t group, int pid) {
  std::error_code error;
  for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
    if (read_stat(process.path()).group != group) continue;
    for (const auto& task : std::filesystem::directory_iterator(process.path() / "task", error))
      if (inner_pid(task.path()) == pid) return task.path();
  }
  return "";
}

}  // namespace

void check_base_state() {
  const TaskStatus status = read_status("/proc/thread-self");
  if (!status.found) throw Unavailable("live: /proc/thread-self/status cannot be read; mount /proc");
  if (status.mode != 0)
    throw Unavailable(
        fmt::format("live: this process has {} seccomp filters of its own; run outside the container's "
                    "filter (docker: --security-opt seccomp=unconfined)",
                    status.filters));
  if (status.nnp) throw Unavailable("live: this process has no_new_privs set; run outside what sets it");
}

File open_drain() { return File(open(kDrainFile, O_WRONLY | O_CLOEXEC)); }

std::string describe_hang(pid_t nursery, int pid, const std::string& who, bool& stuck) {
  const std::string folder = find_worker(nursery, pid);
  const char state = folder.empty() ? 0 : read_stat(folder).state;
  stuck = state == 'D';
  if (folder.empty()) return who + " is gone and did not say so";
  if (!stuck) return fmt::format("{} does not answer and is in state {}", who, state);
  const std::string place = one_line(read_text(folder + "/wchan"));
  const std::string stack = one_line(read_text(folder + "/stack"));
  return fmt::format("{} hangs in D state in {}; the kernel may be deadlocked, and a restart may be needed{}", who,
                     place.empty() || place == "0" ? "the kernel" : place, stack.empty() ? "" : " (" + stack + ")");
}

Pin::Pin(int cpu) {
  sched_getaffinity(0, sizeof(before_), &before_);
  for (int i = 0; cpu < 0 && i < CPU_SETSIZE; ++i)
    if (CPU_ISSET(CPU_SETSIZE - 1 - i, &before_)) cpu = CPU_SETSIZE - 1 - i;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  if (sched_setaffinity(0, sizeof(one), &one) != 0)
    throw Unavailable(fmt::format("live: CPU {} cannot be used: {}", cpu, error_text(errno)));
}

Pin::~Pin() { sched_setaffinity(0, sizeof(before_), &before_); }

}  // namespace lockstep::live
