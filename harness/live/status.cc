// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/status.h"

#include <sstream>

#include "harness/live/file.h"

namespace lockstep::live {

namespace {

constexpr int kWordsBeforeThreads = 14;  // session to nice, see proc(5)

// The rest of the line that begins with this key.
std::string line_of(const std::string& text, const std::string& key) {
  const size_t at = text.find("\n" + key + ":");
  if (at == std::string::npos) return "";
  const size_t start = at + key.size() + 2;
  return text.substr(start, text.find('\n', start) - start);
}

int number_of(const std::string& text, const std::string& key) {
  int value = 0;
  std::istringstream(line_of(text, key)) >> value;
  return value;
}

}  // namespace

TaskStatus read_status(const std::string& folder) {
  const std::string text = read_text(folder + "/status");
  if (text.empty()) return {};
  return {.found = true,
          .mode = number_of(text, "Seccomp"),
          .filters = number_of(text, "Seccomp_filters"),
          .nnp = number_of(text, "NoNewPrivs") != 0};
}

TaskStat read_stat(const std::string& folder) {
  // The name of the program may hold anything; the last parenthesis ends it.
  const std::string text = read_text(folder + "/stat");
  const size_t end = text.rfind(')');
  TaskStat stat;
  if (end == std::string::npos) return stat;
  std::istringstream words(text.substr(end + 1));
  words >> stat.state >> stat.parent >> stat.group;
  std::string skipped;
  for (int i = 0; i < kWordsBeforeThreads; ++i) words >> skipped;
  words >> stat.threads;
  return stat;
}

uint64_t effective_capabilities() {
  uint64_t capabilities = 0;
  std::istringstream(line_of(read_text("/proc/thread-self/status"), "CapEff")) >> std::hex >> capabilities;
  return capabilities;
}

int inner_pid(const std::string& folder) {
  std::istringstream pids(line_of(read_text(folder + "/status"), "NSpid"));
  int pid = 0;
  while (pids >> pid) {
  }
  return pid;
}

}  // namespace lockstep::live
