// SPDX-License-Identifier: GPL-2.0-or-later
// For tests of audits: a process that attaches filters, and is then left alone. Few of them, and what they freed is
// worked off at the end (docs/live.md, on draining).
#pragma once

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <stdexcept>
#include <vector>

namespace lockstep::test {

// In the calling thread: a filter that allows everything; `loads` makes its length. -1, or the listener's descriptor.
inline int attach_filter(unsigned loads = 1, unsigned flags = 0) {
  std::vector<sock_filter> program(loads, sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, 0});
  program.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
  sock_fprog argument = {static_cast<unsigned short>(program.size()), program.data()};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &argument);
  if (result < 0) _exit(97);
  return (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0 ? int(result) : -1;
}

class FilteredProcess {
 public:
  // `prepare` runs in it. It waits from then on, and dies with this process.
  explicit FilteredProcess(const std::function<void()>& prepare) {
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      prepare();
      if (write(ready[1], "", 1) != 1) _exit(98);
      for (;;) pause();
    }
    close(ready[1]);
    char byte;
    const bool came = read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    if (!came) throw std::runtime_error("the process could not be prepared");
  }
  ~FilteredProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    const int drain = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);
    if (drain < 0) return;
    [[maybe_unused]] const auto written = write(drain, "1", 1);
    close(drain);
  }
  FilteredProcess(const FilteredProcess&) = delete;
  FilteredProcess& operator=(const FilteredProcess&) = delete;
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

}  // namespace lockstep::test
