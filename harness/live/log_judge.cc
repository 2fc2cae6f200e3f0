// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/log_judge.h"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep::live {

namespace {

bool in_seccomp(const LogReport& report) {
  return std::any_of(report.frames.begin(), report.frames.end(),
                     [](const std::string& frame) { return frame.find("seccomp") != std::string::npos; });
}

std::string where(const LogReport& report) {
  constexpr size_t kShown = 10;
  if (report.frames.empty()) return "";
  return fmt::format("; in {}", fmt::join(report.frames.begin(),
                                          report.frames.begin() + long(std::min(report.frames.size(), kShown)), " < "));
}

}  // namespace

std::string judge(const LogReport& report, const WorkerName& worker, bool alone) {
  // A tool of the kernel that has come to its own limits.
  if (report.headline.starts_with("BUG: MAX_")) return "";
  // Data races are reported wherever they are, and many of them are accepted; ours are in seccomp's own code.
  const bool race = report.headline.starts_with("BUG: KCSAN");
  const std::string task =
      report.pid < 0 || report.interrupt || (race && !in_seccomp(report)) ? "" : worker(report.pid);
  if (!task.empty()) return fmt::format("the kernel warned in {}: {}{}", task, report.headline, where(report));
  const bool own_business = report.interrupt || report.kernel_thread;
  const bool owned =
      std::any_of(report.owners.begin(), report.owners.end(), [&](int pid) { return !worker(pid).empty(); });
  if (owned || (own_business && in_seccomp(report)))
    return fmt::format("the kernel warned in {}, because of this step or of an earlier one: {}{}",
                       report.interrupt ? "an interrupt" : report.comm, report.headline, where(report));
  if (alone && !race)
    return fmt::format("the kernel warned{}: {}{}", report.pid < 0 ? "" : " in " + report.comm, report.headline,
                       where(report));
  return "";
}

std::string describe(const LogReport& report) {
  return fmt::format("{} ({}{})", report.headline, report.pid < 0 ? "it does not say where" : report.comm,
                     in_seccomp(report) ? ", in seccomp" : "");
}

}  // namespace lockstep::live
