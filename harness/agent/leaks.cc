// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/agent/leaks.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "harness/live/file.h"
#include "harness/live/leak_report.h"

namespace lockstep::agent {

namespace {

constexpr const char* kFile = "/sys/kernel/debug/kmemleak";
constexpr uint32_t kRuleType = 32;
// It says nothing of what is younger than 5 s. What was freed a moment ago may still stand in a register or on a stack,
// and an object is named only when it has not changed since the look before: so it looks more than once.
constexpr std::chrono::seconds kAge{6};
constexpr int kLooks = 3;

bool tell(const char* command) {
  const live::File file(open(kFile, O_WRONLY | O_CLOEXEC));
  return file && write(file.fd(), command, std::char_traits<char>::length(command)) > 0;
}

}  // namespace

// kmemleak takes the first command from anybody, and the second one only while it works.
Leaks::Leaks() : can_look_(tell("clear") && tell("scan=off")) { programs_left(); }

uint32_t Leaks::programs_left() {
  uint32_t left = 0;
  for (uint32_t id = last_program_; bpf_prog_get_next_id(id, &id) == 0;) {
    last_program_ = id;
    bpf_prog_info info{};
    uint32_t size = sizeof(info);
    const live::File program(bpf_prog_get_fd_by_id(id));
    left += program && bpf_obj_get_info_by_fd(program.fd(), &info, &size) == 0 && info.type == kRuleType;
  }
  return left;
}

std::optional<std::vector<Leak>> Leaks::look() {
  if (!can_look_) return std::nullopt;
  std::vector<Leak> leaks;
  for (int i = 0; i < kLooks; ++i) {
    std::this_thread::sleep_for(i == 0 ? kAge : kAge / kLooks);
    can_look_ = tell("scan");  // short of memory, it ends for good
    if (!can_look_) return std::nullopt;
  }
  for (const auto& report : live::read_leak_reports(live::read_text(kFile))) {
    const auto trace = trace_of_.find(report.pid);
    leaks.push_back({.trace = trace == trace_of_.end() ? 0 : trace->second,
                     .kind = report.kind,
                     .text = fmt::format("allocated in {} by the process {}", report.function, report.pid)});
  }
  tell("clear");
  trace_ = 0;
  trace_of_.clear();
  return leaks;
}

}  // namespace lockstep::agent
