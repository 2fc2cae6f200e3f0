// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/agent/port.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/io.h>
#include <termios.h>

namespace lockstep::agent {

namespace {

constexpr const char* kLine = "/dev/ttyS1";
constexpr unsigned kDebugPort = 0xe9;

live::File open_line() {
  live::File line(open(kLine, O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios settings{};
  if (!line || tcgetattr(line.fd(), &settings) != 0)
    throw Unavailable(
        fmt::format("live: no second serial line: {}; a kernel with CONFIG_SERIAL_8250 and "
                    "CONFIG_SERIAL_8250_NR_UARTS=2 or more is needed",
                    live::error_text(errno)));
  cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL;
  tcsetattr(line.fd(), TCSANOW, &settings);
  return line;
}

}  // namespace

Port::Port() : line_(open_line()), direct_(ioperm(kDebugPort, 1, 1) == 0) {}

void Port::say(vm::What what, std::span<const std::byte> bytes) { say_raw(vm::frame(what, bytes)); }

void Port::say_raw(std::span<const std::byte> bytes) {
  const std::byte* next = bytes.data();
  size_t left = bytes.size();
  if (direct_) {
    __asm__ volatile("rep outsb" : "+S"(next), "+c"(left) : "d"(kDebugPort) : "memory");
    return;
  }
  while (left > 0) {
    const ssize_t written = write(line_.fd(), next, left);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw std::runtime_error("the serial line ends: " + live::error_text(errno));
    next += written;
    left -= size_t(written);
  }
  tcdrain(line_.fd());
}

vm::Message Port::hear() {
  for (;;) {
    if (auto message = incoming_.next()) return std::move(*message);
    std::byte part[4096];
    const ssize_t got = read(line_.fd(), part, sizeof(part));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw std::runtime_error("the serial line ends: " + live::error_text(errno));
    incoming_.add({part, size_t(got)});
  }
}

}  // namespace lockstep::agent
