// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/sim_process.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "harness/sim_server.h"

namespace lockstep {

SimProcess::SimProcess(const std::string& path, std::chrono::milliseconds timeout) : timeout_(timeout) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) serve_sim_library(path, ends[1], parent);
  const int error = errno;
  close(ends[1]);
  socket_ = ends[0];
  if (pid_ >= 0) return;
  close(socket_);
  throw std::system_error(error, std::generic_category(), "fork");
}

SimProcess::~SimProcess() {
  kill_and_wait();
  close(socket_);
}

void SimProcess::kill_and_wait() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

// The other end is closed: the child is dead, or the library closed it.
void SimProcess::end_of_stream() {
  int status = 0;
  pid_t gone = 0;
  // It is about to be waitable: the socket closes a little before the process ends.
  for (int i = 0; i < 1000 && (gone = waitpid(pid_, &status, WNOHANG)) == 0; ++i) usleep(1000);
  if (gone != pid_) {
    kill_and_wait();
    throw ChildEnded("closed the connection to lockstep, which is not its to close");
  }
  pid_ = -1;
  if (WIFSIGNALED(status))
    throw ChildEnded(fmt::format("crashed: signal {} ({})", WTERMSIG(status), sigdescr_np(WTERMSIG(status))));
  throw ChildEnded(fmt::format("ended the process by itself, with exit code {}", WEXITSTATUS(status)));
}

void SimProcess::wait_until(short events, Clock::time_point deadline) {
  for (;;) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd ready{socket_, events, 0};
    int count = left <= 0 ? 0 : poll(&ready, 1, static_cast<int>(left));
    if (count > 0) return;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw std::system_error(errno, std::generic_category(), "poll");
    kill_and_wait();
    throw ChildEnded(fmt::format("hung: no answer within {} ms", timeout_.count()));
  }
}

void SimProcess::send(sim_wire::What what, std::span<const std::byte> bytes) {
  const sim_wire::Header header{what, static_cast<uint32_t>(bytes.size())};
  const auto deadline = Clock::now() + timeout_;
  auto send_all = [&](const void* data, size_t size, int flags) {
    const auto* next = static_cast<const std::byte*>(data);
    while (size > 0) {
      wait_until(POLLOUT, deadline);
      ssize_t sent = ::send(socket_, next, size, MSG_NOSIGNAL | MSG_DONTWAIT | flags);
      if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (sent < 0) end_of_stream();
      next += sent;
      size -= sent;
    }
  };
  send_all(&header, sizeof(header), bytes.empty() ? 0 : MSG_MORE);
  send_all(bytes.data(), bytes.size(), 0);
}

void SimProcess::receive_exactly(void* to, size_t size, Clock::time_point deadline) {
  auto* next = static_cast<std::byte*>(to);
  while (size > 0) {
    wait_until(POLLIN, deadline);
    ssize_t got = recv(socket_, next, size, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) end_of_stream();
    next += got;
    size -= got;
  }
}

sim_wire::Header SimProcess::receive(std::span<const std::byte>& bytes) {
  const auto deadline = Clock::now() + timeout_;
  sim_wire::Header header;
  receive_exactly(&header, sizeof(header), deadline);
  if (header.size > sim_wire::kMaxMessage)
    throw ChildEnded(fmt::format("sent a message of {} bytes, more than {}", header.size, sim_wire::kMaxMessage));
  bytes_.resize(header.size);
  receive_exactly(bytes_.data(), bytes_.size(), deadline);
  bytes = bytes_;
  return header;
}

}  // namespace lockstep
