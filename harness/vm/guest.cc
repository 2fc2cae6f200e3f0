// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/vm/guest.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <thread>

namespace lockstep::vm {

namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxErrors = 4000;
// A dying kernel still writes, line by line.
constexpr milliseconds kQuiet{300}, kLongestWords{5000};

// The guest writes byte by byte. Who is woken by each of them keeps it from the processor.
constexpr std::chrono::microseconds kGather{200};

int left_ms(std::chrono::steady_clock::time_point end) {
  return static_cast<int>(
      std::max<int64_t>(0, std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now()).count()));
}

void write_quietly(int fd, std::string_view text) { ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT); }

}  // namespace

void Guest::take_console(std::span<const std::byte> bytes) {
  console_.add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void Guest::take_errors(std::span<const std::byte> bytes) {
  if (errors_.size() < kMaxErrors) errors_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// Takes what has come. False: the other end is closed.
bool Guest::drain(int fd, void (Guest::*take)(std::span<const std::byte>)) {
  std::array<std::byte, 16384> part;
  const ssize_t got = read(fd, part.data(), part.size());
  if (got > 0) (this->*take)({part.data(), size_t(got)});
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

// Waits until something comes, or can be sent, and takes what came. A guest that nobody listens to would stand still.
Guest::Pumped Guest::pump(int timeout_ms, bool to_write) {
  struct Source {
    int fd;
    void (Guest::*take)(std::span<const std::byte>);
  };
  // An agent without the port answers on the line.
  const Source sources[] = {{qemu_.port(), &Guest::take_message},
                            {qemu_.line(), &Guest::take_message},
                            {qemu_.console(), &Guest::take_console},
                            {qemu_.errors(), &Guest::take_errors},
                            {qemu_.monitor(), &Guest::take_nothing}};
  std::array<pollfd, std::size(sources)> polled;
  for (size_t i = 0; i < polled.size(); ++i) polled[i] = {sources[i].fd, POLLIN, 0};
  if (to_write) polled[1].events |= POLLOUT;
  if (poll(polled.data(), polled.size(), timeout_ms) <= 0) return Pumped::nothing;
  if (!to_write) std::this_thread::sleep_for(kGather);
  bool closed = false;
  for (size_t i = 0; i < polled.size(); ++i)
    if ((polled[i].revents & ~POLLOUT) != 0 && !drain(sources[i].fd, sources[i].take)) closed |= i == 0;
  return closed ? Pumped::port_closed : Pumped::something;
}

void Guest::send(What what, std::span<const std::byte> bytes, int timeout_ms) {
  const auto all = frame(what, bytes);
  std::span<const std::byte> rest = all;
  for (const auto end = Clock::now() + milliseconds(timeout_ms); !rest.empty();) {
    const ssize_t sent = ::send(qemu_.line(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      rest = rest.subspan(size_t(sent));
      continue;
    }
    if (sent < 0 && errno != EAGAIN && errno != EINTR) died();
    if (pump(left_ms(end), true) == Pumped::port_closed) died();
    if (Clock::now() >= end) lost(fmt::format("the guest does not listen for {} ms", timeout_ms));
  }
}

Message Guest::receive(int timeout_ms) {
  for (const auto end = Clock::now() + milliseconds(timeout_ms);;) {
    try {
      if (auto message = incoming_.next()) return std::move(*message);
    } catch (const WireError& error) {
      lost(fmt::format("the guest answers garbage ({})", error.what()));
    }
    if (Clock::now() >= end) {
      ask_for_stacks();
      lost(fmt::format("the guest hangs: it says nothing for {} ms", timeout_ms));
    }
    if (pump(left_ms(end), false) == Pumped::port_closed) died();
  }
}

void Guest::listen(milliseconds quiet, milliseconds longest) {
  const auto end = Clock::now() + longest;
  while (Clock::now() < end && pump(static_cast<int>(quiet.count()), false) == Pumped::something) {
  }
}

// A break on the console, and what follows, is a command to the kernel itself, whatever its tasks do.
void Guest::ask_for_stacks() {
  for (const char* key : {"9", "w"}) {
    write_quietly(qemu_.monitor(), "chardev-send-break console\n");
    listen(kQuiet, kQuiet);
    write_quietly(qemu_.console(), key);
    listen(kQuiet, kLongestWords);
  }
}

std::vector<std::string> Guest::blocked() {
  listen(milliseconds(0), kLongestWords);
  return console_.blocked();
}

std::string Guest::last_words() {
  std::string text = console_.complaint();
  if (const auto tasks = blocked(); !tasks.empty())
    text += fmt::format("{}blocked: {}", text.empty() ? "" : "; ", fmt::join(tasks, "; "));
  return text;
}

void Guest::lost(const std::string& how) {
  listen(kQuiet, kLongestWords);
  const std::string words = last_words();
  throw GuestLost(words.empty() ? how : fmt::format("{}; its kernel says: {}", how, words));
}

void Guest::died() {
  listen(kQuiet, kLongestWords);
  std::string how = qemu_.ended();
  for (int i = 0; how.empty() && i < 100; ++i) {  // its sockets close a little before it ends
    std::this_thread::sleep_for(milliseconds(10));
    how = qemu_.ended();
  }
  lost(fmt::format("the guest is gone: {}", how.empty() ? "QEMU closed its connection" : how));
}

}  // namespace lockstep::vm
