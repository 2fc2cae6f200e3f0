// SPDX-License-Identifier: GPL-2.0-or-later
// Explains the seccomp filters of a host: each counter is held against the tasks, child filters and listeners that hold
// it. The host goes on meanwhile, so a filter is judged by two looks between which nothing about it can have changed.
//
// A filter is stable if both looks show the same counters, tasks (by pid and time of birth), child filters and
// listener, and no task was born with it from before the first to after the second. Then all of it was so at one
// moment between the two, whatever the rest of the host did:
// - A task leaves a filter for good (it extends its path, or ends), so who held it in both looks held it throughout.
// - Only a birth with it adds a holder to an attached filter: TSYNC hands out the filter that it has just made.
// - A filter's `prev` never changes, nor does its listener come back once it was closed.
// What can deceive: a reference taken for a moment (ptrace GET_FILTER), and a task that was stopped in the middle of an
// exit. Hence a residual counts only if it is there in three stable looks at distances, and in no look between them is
// the counter explained.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "oracle/audit_report.h"

namespace lockstep {

struct AuditOptions {
  double patience_s = 10;         // for stable looks
  double spacing_s = 1;           // between the three that confirm a residual
  uint32_t process = 0;           // only filters on the paths of this process or thread; 0: all
  bool ignore_listeners = false;  // for tests: a kind of reference that the audit does not know of
};

// The filters that there are at the first look, judged over as many as are needed.
class Auditor {
 public:
  explicit Auditor(const AuditOptions& options) : options_(options) {}
  // `now`: seconds since any moment.
  void add(const HostSnapshot& snapshot, double now);
  bool settled() const;
  AuditReport report(FilterNames& names) const;

 private:
  struct Tracked {
    FilterView view;
    Finding finding = Finding::unsettled;
    int sightings = 0;  // stable looks with a residual, far enough from each other
    double last_sighting = 0;
  };
  void begin(const HostSnapshot& snapshot, std::vector<FilterView> views);
  void judge(Tracked& tracked, FilterView now, bool between, double time) const;

  AuditOptions options_;
  std::map<uint64_t, Tracked> tracked_;
  AuditReport tally_;  // without its filters
  double begun_ = 0;
  bool between_ = false;
};

// Looks until all is settled, patience is over, or `stop` says so.
AuditReport audit(
    const std::function<HostSnapshot()>& look, const AuditOptions& options, FilterNames& names,
    const std::function<bool()>& stop = [] { return false; });

}  // namespace lockstep
