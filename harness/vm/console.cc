// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/vm/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <utility>

namespace lockstep::vm {

namespace {

constexpr size_t kMaxLine = 1000, kMaxTail = 12, kMaxComplaint = 24, kMaxReports = 8, kMaxFrames = 12;
// Whoever waits for one lock waits alike: a deadlock has hundreds of tasks in a few places.
constexpr size_t kMaxBlocked = 4096, kMaxPlaces = 16;

// "[    1.234567][    T33] text", where the kernel tells who wrote it; the serial line ends it with \r.
std::string without_stamp(const std::string& line) {
  static const std::regex stamp(R"(^\[ *\d+\.\d+\](\[ *[TC]\d+\])? ?)");
  return std::regex_replace(line, stamp, "");
}

std::string printable(std::string line) {
  std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  return line;
}

bool has_address(const std::string& line) {
  static const std::regex address(R"(\b(0x)?[0-9a-f]{16}\b)");
  return std::regex_search(line, address);
}

}  // namespace

void Console::add(std::string_view bytes) {
  bytes_ += bytes.size();
  for (const char c : bytes) {
    if (c == '\n') {
      add_line(printable(std::exchange(rest_, {})));
    } else if (rest_.size() < kMaxLine) {
      rest_ += c;
    }
  }
}

void Console::begin() {
  complaint_.begin();
  reports_.begin();
  blocked_.begin();
}

void Console::add_line(std::string line) {
  const std::string text = without_stamp(line);
  reader_.add({.of_kernel = true, .text = text});
  for (auto& report : reader_.take()) reports_.add(std::move(report), kMaxReports);
  add_blocked(text);
  if (line.empty() || has_address(line)) return;
  if (complains()) complaint_.add(line, kMaxComplaint);
  tail_.push_back(std::move(line));
  if (tail_.size() > kMaxTail) tail_.pop_front();
}

// "task:init  state:D stack:0 pid:1 ...", and then its stack.
void Console::add_blocked(const std::string& text) {
  static const std::regex head(R"(^task:(.{1,20}?) +state:D .*?pid:(\d+))");
  static const std::regex frame(R"(^ +([A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+)");
  std::smatch match;
  if (text.starts_with("task:")) {
    in_stack_ = std::regex_search(text, match, head) &&
                blocked_.add({fmt::format("{} {}", match[1].str(), match[2].str()), {}}, kMaxBlocked);
  } else if (in_stack_ && std::regex_search(text, match, frame)) {
    static constexpr const char* kSwitching[] = {"__schedule", "schedule"};
    auto& frames = blocked_.last().frames;
    const bool switching = std::find(std::begin(kSwitching), std::end(kSwitching), match[1]) != std::end(kSwitching);
    if (!switching && frames.size() < kMaxFrames) frames.push_back(match[1]);
  }
}

std::string Console::complaint() {
  reader_.finish();
  for (auto& report : reader_.take()) reports_.add(std::move(report), kMaxReports);
  std::string all;
  for (const auto& report : reports_.all()) {
    all += (all.empty() ? "" : "; then ") + report.headline;
    if (!report.frames.empty())
      all += fmt::format(
          "; in {}",
          fmt::join(report.frames.begin(),
                    report.frames.begin() + static_cast<ptrdiff_t>(std::min(report.frames.size(), kMaxFrames)), " < "));
  }
  return all;
}

std::vector<std::string> Console::blocked() const {
  struct Place {
    const Blocked* first;
    size_t others;
  };
  std::vector<Place> places;
  for (const auto& task : blocked_.all()) {
    const auto same = std::find_if(places.begin(), places.end(),
                                   [&](const Place& place) { return place.first->frames == task.frames; });
    if (same != places.end())
      ++same->others;
    else if (places.size() < kMaxPlaces)
      places.push_back({&task, 0});
  }
  std::vector<std::string> all;
  for (const auto& [first, others] : places)
    all.push_back(fmt::format("{}{}: in {}", first->task, others == 0 ? "" : fmt::format(" and {} more", others),
                              fmt::join(first->frames, " < ")));
  return all;
}

}  // namespace lockstep::vm
