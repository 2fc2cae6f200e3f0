// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/pipe_through.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

extern char** environ;

namespace lockstep {

namespace {

constexpr size_t kMaxError = 4096;

// Socket pairs and not pipes: writing to one whose reader has died is an error then, and no SIGPIPE.
class Channel {
 public:
  Channel() {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) != 0) ends_ = {-1, -1};
  }
  ~Channel() {
    close_ours();
    close_theirs();
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  int ours() const { return ends_[0]; }
  int theirs() const { return ends_[1]; }
  void close_ours() { shut(ends_[0]); }
  void close_theirs() { shut(ends_[1]); }

 private:
  static void shut(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

struct Channels {
  Channel in, out, error;
  bool open() const { return in.ours() >= 0 && out.ours() >= 0 && error.ours() >= 0; }
};

// 0 and the child, or an errno.
int spawn(const std::vector<std::string>& words, const Channels& channels, pid_t& child) {
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, channels.in.theirs(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, channels.out.theirs(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, channels.error.theirs(), STDERR_FILENO);
  const int error = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

bool read_some(Channel& channel, std::string& into) {
  char buffer[65536];
  const auto count = recv(channel.ours(), buffer, sizeof buffer, MSG_DONTWAIT);
  if (count > 0) into.append(buffer, static_cast<size_t>(count));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

void write_some(Channel& channel, const std::string& text, size_t& sent) {
  const auto count = send(channel.ours(), text.data() + sent, text.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count > 0) sent += static_cast<size_t>(count);
  const bool broken = count < 0 && errno != EAGAIN && errno != EINTR;
  if (broken || sent == text.size()) channel.close_ours();
}

// Until the child has closed its output. False: the time is up.
bool exchange(Channels& channels, const std::string& in, Piped& piped, int timeout_ms) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::milliseconds(timeout_ms);
  size_t sent = 0;
  if (in.empty()) channels.in.close_ours();
  while (channels.out.ours() >= 0 || channels.error.ours() >= 0) {
    pollfd fds[] = {
        {channels.in.ours(), POLLOUT, 0}, {channels.out.ours(), POLLIN, 0}, {channels.error.ours(), POLLIN, 0}};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) return false;
    if (poll(fds, std::size(fds), static_cast<int>(left)) < 0 && errno != EINTR) return false;
    if (fds[0].revents != 0) write_some(channels.in, in, sent);
    if (fds[1].revents != 0 && !read_some(channels.out, piped.out)) channels.out.close_ours();
    if (fds[2].revents != 0 && !read_some(channels.error, piped.error)) channels.error.close_ours();
    if (piped.error.size() > kMaxError) piped.error.resize(kMaxError);
  }
  return true;
}

}  // namespace

Piped pipe_through(const std::vector<std::string>& words, const std::string& in, int timeout_ms) {
  Piped piped;
  Channels channels;
  pid_t child = 0;
  const int error = channels.open() ? spawn(words, channels, child) : errno;
  if (error != 0) {
    piped.error = std::strerror(error);
    return piped;
  }
  piped.started = true;
  channels.in.close_theirs();
  channels.out.close_theirs();
  channels.error.close_theirs();
  piped.in_time = exchange(channels, in, piped, timeout_ms);
  if (!piped.in_time) kill(child, SIGKILL);
  while (waitpid(child, &piped.status, 0) < 0 && errno == EINTR) {
  }
  return piped;
}

}  // namespace lockstep
