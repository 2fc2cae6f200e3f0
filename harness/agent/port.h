// SPDX-License-Identifier: GPL-2.0-or-later
// The agent's end of the connection (vm/wire.h).
#pragma once

#include <string_view>

#include "harness/live/file.h"
#include "harness/vm/wire.h"

namespace lockstep::agent {

class Port {
 public:
  Port();  // throws Unavailable
  // All of it is at the host when this returns.
  void say(vm::What what, std::span<const std::byte> bytes);
  void say(vm::What what, std::string_view sentence) { say(what, std::as_bytes(std::span(sentence))); }
  void say_raw(std::span<const std::byte> bytes);
  bool direct() const { return direct_; }  // the I/O port can be used; otherwise the line goes both ways
  vm::Message hear();                      // throws WireError, or std::runtime_error if the line ends

 private:
  live::File line_;
  bool direct_ = false;
  vm::Deframer incoming_;
};

}  // namespace lockstep::agent
