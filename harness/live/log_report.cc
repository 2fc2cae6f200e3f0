// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/log_report.h"

#include <algorithm>
#include <array>
#include <regex>
#include <utility>

namespace lockstep::live {

namespace {

constexpr size_t kMaxHeadline = 300;
constexpr size_t kMaxLine = 300;
constexpr size_t kMaxFrames = 64;

template <size_t N>
bool starts_with_any(const std::string& text, const std::array<const char*, N>& words) {
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return text.starts_with(word); });
}

constexpr const char* kCut = "------------[ cut here ]------------";

// At the start of a line: "traps: program[33] general protection fault" is a program's fault, "[Firmware Bug]: " a
// vendor's.
bool begins(const std::string& text) {
  static constexpr std::array kWords{"WARNING: ",
                                     "BUG: ",
                                     "BUG ",
                                     "refcount_t: ",
                                     "UBSAN: ",
                                     "Oops: ",
                                     "kernel BUG at ",
                                     "general protection fault",
                                     "Kernel panic - not syncing"};
  static const std::regex died(R"(: [0-9a-f]{4} \[#\d+\])");  // with the kernel's count of its Oopses
  return text == kCut || starts_with_any(text, kWords) || std::regex_search(text, died);
}

// KASAN, KFENCE and old UBSAN draw a line above and below.
bool ends(const std::string& text) {
  return text.starts_with("---[ end trace ") || text.starts_with("==============================");
}

bool is_kernel_thread(const std::string& comm) {
  static constexpr std::array kThreads{"kworker/", "ksoftirqd/", "rcu", "swapper", "migration/", "cpuhp/"};
  return starts_with_any(comm, kThreads);
}

// What an interrupt enters the kernel by. (A page fault or a system call enters it on the task's own behalf.)
bool enters_interrupt(const std::string& frame) {
  static constexpr std::array kEntries{"asm_sysvec_", "asm_common_interrupt", "asm_exc_nmi"};
  return starts_with_any(frame, kEntries);
}

// An address says nothing to a reader, and something to an attacker.
std::string without_addresses(const std::string& text) {
  static const std::regex address("\\b(0x)?[0-9a-fA-F]{12,}\\b");
  return std::regex_replace(text, address, "(address)");
}

}  // namespace

// "CPU: 1 UID: 0 PID: 33 Comm: name Not tainted 6.12 #1": every report has it. A name may hold spaces.
bool LogReader::Draft::read_task(const std::string& text) {
  static const std::regex line(R"(^CPU: \d+ .*?PID: (\d{1,9}) Comm: (.{0,20}?)( Kdump: | Tainted: | Not tainted|$))");
  std::smatch match;
  if (report.pid >= 0 || !std::regex_search(text, match, line)) return false;
  report.pid = std::stoi(match[1]);
  report.comm = match[2];
  report.kernel_thread = report.kernel_thread || is_kernel_thread(report.comm);
  head = false;
  return true;
}

// " <IRQ>" to " </IRQ>". The first one is where the report was raised; those that follow were interrupted by it.
bool LogReader::Draft::read_part(const std::string& line) {
  if (line.size() < 3 || line.front() != '<' || line.back() != '>') return false;
  inside = line[1] != '/';
  if (!inside) return true;
  outer = ++parts > 1;
  if (parts == 1 && line != "<TASK>") report.interrupt = true;
  return true;
}

void LogReader::Draft::read_frame(const std::string& line) {
  // "? name" was found on the stack and need not have been called.
  static const std::regex frame(R"(^(?:RIP: [0-9a-f]{4}:)?([A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+)");
  std::smatch match;
  if (!std::regex_search(line, match, frame)) return;
  if (outer && inside) return;
  if (enters_interrupt(match[1])) {
    report.interrupt = outer = inside = true;
    return;
  }
  if (report.frames.size() < kMaxFrames) report.frames.push_back(match[1]);
}

void LogReader::Draft::add(const std::string& text) {
  if (read_task(text)) return;
  if (text.starts_with("Workqueue: ")) report.kernel_thread = true;
  static const std::regex owner(R"(^(?:Allocated|allocated|Freed|freed) by task (\d{1,9})\b)");
  std::smatch match;
  if (std::regex_search(text, match, owner)) {
    report.owners.push_back(std::stoi(match[1]));
    inside = outer = false;
    return;
  }
  head = head && !text.starts_with("Modules linked in:") && !text.starts_with("Call Trace:");
  if (head && !text.empty() && !text.starts_with("-----") && report.headline.size() < kMaxHeadline)
    report.headline += (report.headline.empty() ? "" : "; ") + without_addresses(text);
  if (head) return;
  const std::string line = text.substr(std::min(text.find_first_not_of(' '), text.size()));
  if (!read_part(line)) read_frame(line);
}

void LogReader::complete(const std::string& caller) {
  const auto draft = drafts_.find(caller);
  if (draft == drafts_.end()) return;
  reports_.push_back(std::move(draft->second.report));
  drafts_.erase(draft);
}

void LogReader::add(const LogRecord& record) {
  if (!record.of_kernel) return;
  if (ends(record.text) || record.text == kCut) complete(record.caller);
  if (ends(record.text)) return;
  auto draft = drafts_.find(record.caller);
  if (draft == drafts_.end()) {
    if (!begins(record.text)) return;
    draft = drafts_.try_emplace(record.caller).first;
    draft->second.report.interrupt = record.caller.starts_with('C');
  }
  draft->second.add(record.text.substr(0, kMaxLine));
}

void LogReader::finish() {
  while (unfinished()) complete(drafts_.begin()->first);
}

std::vector<LogReport> LogReader::take() { return std::exchange(reports_, {}); }

}  // namespace lockstep::live
