// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel's log says while traces run: the trace's fault, or news of the machine.
#include <fmt/format.h>

#include <algorithm>

#include "harness/live/engine.h"
#include "harness/live/log_judge.h"

namespace lockstep::live {

namespace {

constexpr size_t kMaxNews = 8;
constexpr const char* kNews = "the kernel warned about something else meanwhile: ";

// A check that a node design makes of itself.
bool warns_of_design(const LogReport& report) {
  return report.headline.starts_with("WARNING: ") && !report.frames.empty() &&
         report.frames.front().find("landlock_") != std::string::npos;
}

}  // namespace

std::string Engine::worker_name(int pid) const {
  for (unsigned slot = 0; pid > 0 && slot < kWorkerSlots; ++slot)
    if (observer_->pid(slot) == pid) return slot == kNurserySlot ? "the nursery" : fmt::format("P{}", slot);
  return "";
}

std::string Engine::moment() const {
  if (ended_ && statistics_.traces > 0) return "as the trace's tasks ended";
  return steps_ == 0 ? "before the first step" : fmt::format("step {}", steps_);
}

// What concerns our workers, if anything does.
std::string Engine::read_log() {
  std::string ours;
  for (const LogReport& report : log_.look()) {
    if (rules_ && warns_of_design(report)) {
      warnings_.push_back("WARN: " + report.headline);
      continue;
    }
    const std::string text = judge(
        report, [this](int pid) { return worker_name(pid); }, options_.alone);
    if (!text.empty())
      ours += (ours.empty() ? "" : "; then ") + text;
    else
      add_news(kNews + describe(report));
  }
  return ours;
}

void Engine::add_news(const std::string& text) {
  if (std::find(news_.begin(), news_.end(), text) != news_.end()) return;
  if (news_.size() < kMaxNews)
    news_.push_back(text);
  else
    news_.back() = std::string(kNews) + "more than is told here; see the kernel's log";
}

void Engine::check_log() {
  if (const std::string text = read_log(); !text.empty())
    throw TargetFault(fmt::format("live: {}: {}", moment(), text));
}

std::vector<std::string> Engine::notes() const {
  std::vector<std::string> all = news_;
  if (const std::string missing = log_.unobserved(); !missing.empty()) all.push_back(missing);
  return all;
}

}  // namespace lockstep::live
