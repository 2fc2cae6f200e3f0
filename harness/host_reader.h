// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at all seccomp filters of the running host and at who holds them. Changes nothing there.
#pragma once

#include <memory>

#include "model/host_facts.h"

namespace lockstep {

class HostReader {
 public:
  virtual ~HostReader() = default;
  // One walk over all tasks and descriptor tables. Throws std::runtime_error.
  virtual HostSnapshot look() = 0;
};

// Throws Unavailable: not allowed (with the missing capabilities), no BTF, not in the host's pid namespace.
// `room`: for how many filters, tasks and descriptors to begin with; it grows by itself.
std::unique_ptr<HostReader> make_host_reader(uint32_t room = 16384);

}  // namespace lockstep
