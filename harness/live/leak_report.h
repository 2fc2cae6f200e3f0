// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel's kmemleak says of memory that nothing leads to.
#pragma once

#include <string>
#include <vector>

#include "model/facts.h"

namespace lockstep::live {

struct LeakReport {
  int pid = 0;  // of the task that allocated it, as the first pid namespace counts
  Kind kind{};
  std::string function;  // of the design, in which it was allocated
};
// In their order. Objects that no node design made are left out.
std::vector<LeakReport> read_leak_reports(const std::string& text);

}  // namespace lockstep::live
