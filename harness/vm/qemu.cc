// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/vm/qemu.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>
#include <sstream>

#include "model/target.h"

namespace lockstep::vm {

using live::error_text;
using live::File;

namespace {

constexpr const char* kProgram = "qemu-system-x86_64";
constexpr int kFirstFd = 3;  // where the child finds its files, in the order of Ends

// The child's ends of the connections.
struct Ends {
  File console, line, port, monitor, initramfs, errors;
};
enum ChildFd { kConsole = kFirstFd, kLine, kPort, kMonitor, kInitramfs, kChildFds };

void pair(File& ours, File& theirs) {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    throw Unavailable(fmt::format("vm: no sockets: {}; raise the limit (ulimit -n)", error_text(errno)));
  ours = File(fds[0]);
  theirs = File(fds[1]);
  fcntl(ours.fd(), F_SETFL, O_NONBLOCK);
}

// Each byte of the guest's is a write of its own: a pipe gathers them at less cost than a socket, and is large enough
// for the guest to go on while we do something else.
void pipe_from(File& ours, File& theirs) {
  constexpr int kPipeSize = 1 << 20;
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0)
    throw Unavailable(fmt::format("vm: no pipe: {}; raise the limit (ulimit -n)", error_text(errno)));
  ours = File(fds[0]);
  theirs = File(fds[1]);
  fcntl(ours.fd(), F_SETFL, O_NONBLOCK);
  fcntl(ours.fd(), F_SETPIPE_SZ, kPipeSize);  // as large as we may
}

File in_memory(const std::string& data) {
  File file(memfd_create("lockstep-initramfs", MFD_CLOEXEC));
  for (size_t done = 0; file && done < data.size();) {
    const ssize_t written = write(file.fd(), data.data() + done, data.size() - done);
    if (written <= 0) throw Unavailable("vm: no memory for the guest's files: " + error_text(errno));
    done += size_t(written);
  }
  if (!file) throw Unavailable("vm: no memory file: " + error_text(errno));
  return file;
}

std::vector<std::string> command_line(const Machine& machine) {
  const auto channel = [](const char* id, int fd) { return fmt::format("socket,id={},fd={}", id, fd); };
  return {kProgram, "-no-user-config", "-nodefaults", "-display", "none", "-no-reboot",
          // No network and no disk: nothing that the guest does can reach anything.
          "-machine", "q35", "-accel", machine.kvm ? "kvm" : "tcg,thread=multi", "-cpu", machine.kvm ? "host" : "max",
          "-smp", fmt::format("{}", machine.cpus), "-m", fmt::format("{}M", machine.memory_mib), "-kernel",
          machine.kernel, "-initrd", fmt::format("/proc/self/fd/{}", int(kInitramfs)), "-append", machine.parameters,
          "-chardev", channel("console", kConsole), "-serial", "chardev:console", "-chardev", channel("line", kLine),
          "-serial", "chardev:line", "-chardev", fmt::format("file,id=port,path=/proc/self/fd/{}", int(kPort)),
          "-device", "isa-debugcon,iobase=0xe9,chardev=port", "-chardev", channel("monitor", kMonitor), "-mon",
          "chardev=monitor"};
}

// Puts the files where the command line says, above all else that is open. Only what may be called after a fork.
void place_files(const Ends& ends) {
  const int from[] = {ends.console.fd(), ends.line.fd(), ends.port.fd(), ends.monitor.fd(), ends.initramfs.fd()};
  int high[std::size(from)];
  for (size_t i = 0; i < std::size(from); ++i) high[i] = fcntl(from[i], F_DUPFD, 64);
  const int errors = fcntl(ends.errors.fd(), F_DUPFD, 64), null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO);
  dup2(errors, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  for (size_t i = 0; i < std::size(from); ++i) dup2(high[i], kFirstFd + static_cast<int>(i));
  close_range(kChildFds, ~0U, 0);
}

[[noreturn]] void become_qemu(char* const* arguments, const Ends& ends, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);  // it ended before the line above
  setpgid(0, 0);                      // a Ctrl-C is ours to act upon
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  place_files(ends);
  execvp(kProgram, arguments);
  _exit(127);
}

}  // namespace

std::string find_qemu() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (const std::string file = folder + "/" + kProgram; access(file.c_str(), X_OK) == 0) return file;
  return "";
}

// /dev/kvm alone says little: some hosts have it without the instructions, and most guests do not run there.
bool kvm_looks_usable() {
  const std::string processor = live::read_text("/proc/cpuinfo");
  return (processor.find(" vmx") != std::string::npos || processor.find(" svm") != std::string::npos) &&
         access("/dev/kvm", R_OK | W_OK) == 0;
}

Qemu::Qemu(const Machine& machine) {
  if (find_qemu().empty())
    throw Unavailable(fmt::format("vm: {} is not installed; apt-get install qemu-system-x86", kProgram));
  Ends ends;
  pair(console_, ends.console);
  pair(line_, ends.line);
  pipe_from(port_, ends.port);
  pair(monitor_, ends.monitor);
  pair(errors_, ends.errors);
  ends.initramfs = in_memory(machine.initramfs);
  auto words = command_line(machine);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become_qemu(arguments.data(), ends, parent);
  if (pid_ < 0) throw Unavailable(fmt::format("vm: no process for QEMU: {}; raise the limit", error_text(errno)));
}

Qemu::~Qemu() {
  if (!ended().empty()) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string Qemu::ended() {
  if (status_ < 0) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return "";
    status_ = status;
  }
  if (WIFSIGNALED(status_))
    return fmt::format("QEMU was killed by signal {} ({})", WTERMSIG(status_), sigdescr_np(WTERMSIG(status_)));
  return fmt::format("QEMU ended with exit code {}", WEXITSTATUS(status_));
}

}  // namespace lockstep::vm
