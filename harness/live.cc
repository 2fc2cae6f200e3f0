// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness/live/engine.h"

namespace lockstep {

std::unique_ptr<LiveTarget> make_live(const LiveOptions& options) {
  live::check_base_state();
  return std::make_unique<live::Engine>(options);
}

std::string live_status() {
  try {
    live::check_base_state();
  } catch (const Unavailable& why) {
    return std::string("not available: ") + why.what();
  }
  utsname host{};
  uname(&host);
  if (geteuid() != 0) return fmt::format("available: {}, without counters (not root)", host.release);
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
    return fmt::format("available: {}, without counters (the kernel has no BTF)", host.release);
  return fmt::format("available: {}, BPF", host.release);
}

}  // namespace lockstep
