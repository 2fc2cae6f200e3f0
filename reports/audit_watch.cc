// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/audit_watch.h"

#include <fmt/format.h>

#include "reports/plain_text.h"

namespace lockstep {

namespace {

constexpr size_t kMostTold = 8;  // changes in one line

// The gravest first.
int gravity(const AuditReport& report) {
  const int code = exit_code(result_of(report));
  return code == 1 ? 2 : code == 0 ? 0 : 1;
}

std::string state_of(const AuditReport& r) {
  std::string out;
  for (const auto finding : {Finding::too_few, Finding::saturated, Finding::too_many, Finding::unsettled})
    for (const auto* filter : r.with(finding))
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ", filter->name(), name_of(finding));
  return out.empty() ? "all explained" : out;
}

std::string changes_words(const std::vector<std::string>& changes) {
  std::string out;
  for (size_t i = 0; i < std::min(changes.size(), kMostTold); ++i) out += (i == 0 ? ": " : ", ") + changes[i];
  if (changes.size() > kMostTold) out += fmt::format(" and {} more changes", changes.size() - kMostTold);
  return out;
}

}  // namespace

std::string AuditWatch::round(const AuditReport& r) {
  ++rounds_;
  std::vector<std::string> changes;
  size_t tasks = 0;
  for (const auto& filter : r.filters) {
    const int32_t refs = filter.view.facts.refs;
    tasks += filter.view.tasks.size();
    auto [at, fresh] = trends_.try_emplace(filter.number, Trend{refs, refs, 0, 0, rounds_});
    auto& trend = at->second;
    trend.seen = rounds_;
    if (fresh && rounds_ > 1) changes.push_back("+" + filter.name());
    if (refs == trend.last) continue;
    changes.push_back(fmt::format("{}.refs {}→{}", filter.name(), trend.last, refs));
    ++(refs > trend.last ? trend.rises : trend.falls);
    trend.last = refs;
  }
  for (auto at = trends_.begin(); at != trends_.end();) {
    if (at->second.seen == rounds_) {
      ++at;
      continue;
    }
    changes.push_back(fmt::format("-F{}", at->first));
    at = trends_.erase(at);
  }
  if (!gravest_ || gravity(r) >= gravity(*gravest_)) gravest_ = r;
  return fmt::format("round {}: {}, {}, {}{}\n", rounds_, count_of(r.filters.size(), "filter"), count_of(tasks, "task"),
                     state_of(r), changes_words(changes));
}

std::string AuditWatch::summary(const RenderOptions& options) const {
  std::string out = "\n";
  for (const auto& [number, t] : trends_)
    if (t.rises + t.falls != 0)
      out += fmt::format("F{}.refs {}→{} in {}: rose in {}, fell in {}{}\n", number, t.first, t.last,
                         count_of(rounds_, "round"), t.rises, t.falls,
                         t.rises > 2 && t.falls == 0 ? "; it never falls" : "");
  return out + (out.size() > 1 ? "\n" : "") + audit_text(*gravest_, options);
}

}  // namespace lockstep
