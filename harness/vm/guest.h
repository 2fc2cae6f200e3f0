// SPDX-License-Identifier: GPL-2.0-or-later
// A guest that runs: messages to and from its agent, and what its console says meanwhile.
#pragma once

#include <chrono>
#include <string>

#include "harness/vm/console.h"
#include "harness/vm/qemu.h"
#include "harness/vm/wire.h"

namespace lockstep::vm {

// No message comes any more. The text says what became of the guest, and what its kernel said of it.
struct GuestLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Guest {
 public:
  explicit Guest(const Machine& machine) : qemu_(machine) {}  // throws Unavailable

  // Each throws GuestLost: the guest is dead, says nothing for so long, or says what is no message.
  void send(What what, std::span<const std::byte> bytes, int timeout_ms);
  Message receive(int timeout_ms);

  // Tasks that its kernel called blocked until now (Console::blocked).
  std::vector<std::string> blocked();
  const Console& console() const { return console_; }
  // What the console said before the trace that ended last is old news.
  void begin_trace() { console_.begin(); }
  const std::string& errors() const { return errors_; }  // what QEMU says
  int pid() const { return qemu_.pid(); }

 private:
  using Clock = std::chrono::steady_clock;
  enum class Pumped { something, nothing, port_closed };
  Pumped pump(int timeout_ms, bool to_write);
  bool drain(int fd, void (Guest::*take)(std::span<const std::byte>));
  void take_message(std::span<const std::byte> bytes) { incoming_.add(bytes); }
  void take_console(std::span<const std::byte> bytes);
  void take_errors(std::span<const std::byte> bytes);
  void take_nothing(std::span<const std::byte>) {}
  std::string last_words();
  void listen(std::chrono::milliseconds quiet, std::chrono::milliseconds longest);
  void ask_for_stacks();
  [[noreturn]] void lost(const std::string& how);
  [[noreturn]] void died();

  Qemu qemu_;
  Console console_;
  Deframer incoming_;
  std::string errors_;
};

}  // namespace lockstep::vm
