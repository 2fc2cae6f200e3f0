// SPDX-License-Identifier: GPL-2.0-or-later
// A child process that serves a library, and the messages to and from it. How it ended is put into words here; whose
// fault that is, the caller knows.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/sim_wire.h"

namespace lockstep {

// The child is gone, or had to be killed. The message continues "the library ...": "crashed: signal 11 (...)".
struct ChildEnded : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class SimProcess {
 public:
  // Throws std::system_error where no process can be made.
  SimProcess(const std::string& path, std::chrono::milliseconds timeout);
  ~SimProcess();
  SimProcess(const SimProcess&) = delete;
  SimProcess& operator=(const SimProcess&) = delete;

  void send(sim_wire::What what, std::span<const std::byte> bytes);
  // The next message, within the timeout; its bytes are good until the next call.
  sim_wire::Header receive(std::span<const std::byte>& bytes);

 private:
  using Clock = std::chrono::steady_clock;
  void receive_exactly(void* to, size_t size, Clock::time_point deadline);
  void wait_until(short events, Clock::time_point deadline);
  [[noreturn]] void end_of_stream();
  void kill_and_wait();

  std::chrono::milliseconds timeout_;
  pid_t pid_ = -1;
  int socket_ = -1;
  std::vector<std::byte> bytes_;
};

}  // namespace lockstep
