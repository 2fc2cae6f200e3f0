// SPDX-License-Identifier: GPL-2.0-or-later
// Whom a report of the kernel's log concerns: the tasks of a trace, or somebody else on the same machine.
#pragma once

#include <functional>
#include <string>

#include "harness/live/log_report.h"

namespace lockstep::live {

// Whose pid it is, as the first pid namespace counts: "P2"; empty: none of ours.
using WorkerName = std::function<std::string(int pid)>;

// What went wrong in the tasks of a trace, or in what the kernel does for them later, in one sentence. Empty if the
// report is about something else: a driver that warns while we run does so on whatever task's back. `alone`: there is
// nobody else, so that a report from wherever is about the traces; but for a limit of a tool, and data races elsewhere.
std::string judge(const LogReport& report, const WorkerName& worker, bool alone = false);
// Such a report, as news of the machine.
std::string describe(const LogReport& report);

}  // namespace lockstep::live
