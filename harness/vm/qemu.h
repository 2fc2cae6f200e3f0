// SPDX-License-Identifier: GPL-2.0-or-later
// QEMU as a child process that cannot outlive us, and the lines to what runs in it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "harness/live/file.h"

namespace lockstep::vm {

// The program, or empty if it is not installed.
std::string find_qemu();
// Whether the processor can be used directly, as far as can be seen without a guest.
bool kvm_looks_usable();

struct Machine {
  std::string kernel;      // path of a bzImage
  std::string parameters;  // for the kernel
  std::string initramfs;
  int cpus = 2;
  int memory_mib = 512;
  bool kvm = false;
};

class Qemu {
 public:
  explicit Qemu(const Machine& machine);  // throws Unavailable
  ~Qemu();
  Qemu(const Qemu&) = delete;
  Qemu& operator=(const Qemu&) = delete;

  pid_t pid() const { return pid_; }
  // Our ends; none of them blocks.
  int console() const { return console_.fd(); }  // first serial line
  int line() const { return line_.fd(); }        // second serial line
  int port() const { return port_.fd(); }        // what the guest writes to I/O port 0xe9
  int monitor() const { return monitor_.fd(); }
  int errors() const { return errors_.fd(); }  // standard error
  // How the process ended, in words; empty: it runs.
  std::string ended();

 private:
  live::File console_, line_, port_, monitor_, errors_;
  pid_t pid_ = -1;
  int status_ = -1;
};

}  // namespace lockstep::vm
