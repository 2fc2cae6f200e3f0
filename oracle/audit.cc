// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/audit.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <unordered_map>

namespace lockstep {

namespace {

constexpr int kSightings = 3;
constexpr double kShortestPause = 0.0005, kLongestPause = 0.02;  // between looks, s

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

void Auditor::begin(const HostSnapshot& s, std::vector<FilterView> views) {
  std::vector<bool> wanted(views.size(), options_.process == 0);
  for (const auto& task : s.tasks) {
    if (task.process != options_.process && task.pid != options_.process) continue;
    for (uint32_t i = task.filter; i < views.size() && !wanted[i]; i = s.filters[i].prev) wanted[i] = true;
  }
  for (size_t i = 0; i < views.size(); ++i)
    if (wanted[i]) tracked_.emplace(views[i].facts.id, Tracked{.view = std::move(views[i])});
}

void Auditor::judge(Tracked& tracked, FilterView now, bool between, double time) const {
  const bool is_stable = stable(tracked.view, now);
  const bool was_saturated = saturated(tracked.view);
  tracked.view = std::move(now);
  const auto finding = tracked.view.finding();
  if (finding == Finding::explained) {
    tracked.sightings = 0;
    if (is_stable) tracked.finding = finding;
    return;
  }
  if (finding == Finding::saturated && was_saturated) {  // whoever holds it: a counter does not come back from there
    tracked.finding = finding;
    return;
  }
  if (!is_stable || (between && finding == Finding::too_many)) return;
  if (tracked.sightings != 0 && time - tracked.last_sighting < options_.spacing_s) return;
  tracked.last_sighting = time;
  if (++tracked.sightings == kSightings) tracked.finding = finding;
}

void Auditor::add(const HostSnapshot& s, double now) {
  auto views = views_of(s, options_.ignore_listeners);
  const bool between = s.between != 0 || between_;
  if (tally_.looks++ == 0) {
    begun_ = now;
    begin(s, std::move(views));
  } else {
    std::unordered_map<uint64_t, size_t> place;
    for (size_t i = 0; i < views.size(); ++i) place.emplace(views[i].facts.id, i);
    for (auto at = tracked_.begin(); at != tracked_.end();) {
      const auto found = place.find(at->first);
      if (at->second.finding != Finding::unsettled) {
        ++at;
      } else if (found == place.end() || !same_filter(at->second.view, views[found->second])) {
        at = tracked_.erase(at);
        ++tally_.gone;
      } else {
        judge((at++)->second, std::move(views[found->second]), between, now);
      }
    }
  }
  between_ = s.between != 0;
  tally_.seconds = now - begun_;
  tally_.tasks_seen = s.tasks_seen;
  tally_.rings = s.rings;
  tally_.inflight = s.inflight;
}

bool Auditor::settled() const {
  // One look settles nothing, not even that there is nothing.
  return tally_.looks > 1 && std::none_of(tracked_.begin(), tracked_.end(),
                                          [](const auto& each) { return each.second.finding == Finding::unsettled; });
}

AuditReport Auditor::report(FilterNames& names) const {
  AuditReport report = tally_;
  for (const auto& [id, tracked] : tracked_)
    report.filters.push_back({.finding = tracked.finding, .view = tracked.view});
  arrange(report.filters, names);
  return report;
}

AuditReport audit(const std::function<HostSnapshot()>& look, const AuditOptions& options, FilterNames& names,
                  const std::function<bool()>& stop) {
  Auditor auditor(options);
  const double start = seconds_now();
  for (double pause = kShortestPause;; pause = std::min(pause * 2, kLongestPause)) {
    auditor.add(look(), seconds_now());
    if (auditor.settled() || stop() || seconds_now() - start > options.patience_s) return auditor.report(names);
    std::this_thread::sleep_for(std::chrono::duration<double>(pause));
  }
}

}  // namespace lockstep
