// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/leak_report.h"

#include <cstdlib>
#include <sstream>

namespace lockstep::live {

namespace {

// "[<0000000012345678>] landlock_new_rule+0x5c/0x90" -> "landlock_new_rule"; empty if there is no such function.
std::string function_in(const std::string& line) {
  const auto from = line.find("landlock_");
  return from == std::string::npos ? "" : line.substr(from, line.find_first_of("+. \n", from) - from);
}

Kind kind_of(const std::string& function) {
  return function == "landlock_new_rule" ? Kind::rule : function == "landlock_take_events" ? Kind::events : Kind::node;
}

}  // namespace

std::vector<LeakReport> read_leak_reports(const std::string& text) {
  std::vector<LeakReport> all;
  std::istringstream lines(text);
  LeakReport report;
  bool known = true;  // its function was seen
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("unreferenced object")) {
      report = {};
      known = false;
    } else if (const auto pid = line.rfind(", pid "); line.starts_with("  comm ") && pid != std::string::npos) {
      report.pid = std::atoi(line.c_str() + pid + 6);
    } else if (const auto function = function_in(line); !known && line.starts_with("    [<") && !function.empty()) {
      known = true;
      report.kind = kind_of(function);
      report.function = function;
      all.push_back(report);
    }
  }
  return all;
}

}  // namespace lockstep::live
