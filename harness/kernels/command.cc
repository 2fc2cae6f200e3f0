// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <system_error>

namespace lockstep::kernels {

namespace {

constexpr int kNapMs = 100;
constexpr int kPatienceMs = 5000;  // between the request to end and the order

[[noreturn]] void become(const Command& command, char* const* arguments, int out, pid_t parent) {
  setpgid(0, 0);
  // Should we be killed, `make` at least is told, and tells its own.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  const int none = open("/dev/null", O_RDONLY);
  if (none < 0 || dup2(none, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
  std::signal(SIGPIPE, SIG_DFL);
  if (!command.folder.empty() && chdir(command.folder.c_str()) != 0) _exit(126);
  execvp(arguments[0], arguments);
  _exit(127);
}

class Child {
 public:
  explicit Child(const Command& command) {
    static char env[] = "env", english[] = "LC_ALL=C.UTF-8";
    std::vector<char*> arguments = {env, english};
    for (const auto& word : command.words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category(), "pipe");
    const pid_t self = getpid();
    pid_ = fork();
    if (pid_ == 0) become(command, arguments.data(), ends[1], self);
    const int error = errno;
    close(ends[1]);
    out_ = ends[0];
    if (pid_ < 0) {
      close(out_);
      throw std::system_error(error, std::system_category(), "fork");
    }
    setpgid(pid_, pid_);
  }
  ~Child() {
    close(out_);
    if (!reaped_) end();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // More of its output. False: there is no more.
  bool read_some(std::string& text) {
    pollfd wait{.fd = out_, .events = POLLIN, .revents = 0};
    if (poll(&wait, 1, kNapMs) <= 0) return true;
    char buffer[16384];
    const auto got = read(out_, buffer, sizeof buffer);
    if (got < 0) return errno == EINTR || errno == EAGAIN;
    text.append(buffer, static_cast<size_t>(got));
    return got != 0;
  }

  int wait() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    reaped_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  bool gone() { return waitpid(pid_, nullptr, WNOHANG) != 0; }

  void end() {
    kill(-pid_, SIGTERM);
    for (int waited = 0; waited < kPatienceMs && !(reaped_ = gone()); waited += kNapMs) poll(nullptr, 0, kNapMs);
    kill(-pid_, SIGKILL);  // also those that outlived their parent
    if (!reaped_) wait();
  }

  pid_t pid_ = -1;
  int out_ = -1;
  bool reaped_ = false;
};

// Calls `line` for each whole line in `text` from `from` on; returns where the unfinished one begins.
size_t tell_lines(const std::string& text, size_t from, const std::function<void(const std::string&)>& line) {
  for (auto end = text.find('\n', from); end != std::string::npos; end = text.find('\n', from)) {
    line(text.substr(from, end - from));
    from = end + 1;
  }
  return from;
}

}  // namespace

Ended run(const Command& command, const Work& work) {
  Child child(command);
  Ended ended;
  size_t told = 0;
  while (child.read_some(ended.output)) {
    if (work.stop()) throw Stopped();
    told = tell_lines(ended.output, told, command.line);
    if (ended.output.size() <= kOutputKept) continue;
    const auto cut = std::min(told, ended.output.size() - kOutputKept / 2);
    ended.output.erase(0, cut);
    told -= cut;
  }
  if (told < ended.output.size()) command.line(ended.output.substr(told));
  ended.code = child.wait();
  return ended;
}

}  // namespace lockstep::kernels
