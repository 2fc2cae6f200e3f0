// SPDX-License-Identifier: GPL-2.0-or-later
// What an audit found, as data, and the sentences that every form of its report says.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "oracle/filter_view.h"
#include "oracle/result.h"

namespace lockstep {

struct AuditedFilter {
  uint32_t number = 0;  // F of it
  uint32_t prev = 0;    // F of the one before it; 0: none
  uint32_t depth = 0;   // filters before it
  Finding finding = Finding::unsettled;
  FilterView view;  // the last stable one, or the last
  std::string name() const { return "F" + std::to_string(number); }
};

struct AuditReport {
  std::vector<AuditedFilter> filters;  // as a walk along the trees meets them; those of older processes first
  uint32_t looks = 0;
  uint32_t gone = 0;  // filters that were freed before they could be judged
  double seconds = 0;
  uint32_t tasks_seen = 0, rings = 0;  // in the last look
  bool inflight = false;

  std::vector<const AuditedFilter*> with(Finding finding) const;
  std::vector<const AuditedFilter*> suspects() const;  // the gravest first
};

// Keeps the names of filters from one audit to the next.
class FilterNames {
 public:
  uint32_t number_of(const FilterView& view);

 private:
  std::map<std::array<uint64_t, 3>, uint32_t> numbers_;
};

// Puts the filters in the order of a walk along their trees, those of older processes first, and names them.
void arrange(std::vector<AuditedFilter>& filters, FilterNames& names);
// One sentence each, for what is wrong with a filter's counters.
std::vector<std::string> residuals_of(const AuditedFilter& filter);
// What could hide references from an audit.
std::vector<std::string> not_looked_at(const AuditReport& report);
// In it, `traces` are looks and `steps` are tasks that were looked at.
Result result_of(const AuditReport& report);

}  // namespace lockstep
