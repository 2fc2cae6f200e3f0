// SPDX-License-Identifier: GPL-2.0-or-later
// Audits one after the other: what changed from round to round, and where it leads.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "reports/audit.h"

namespace lockstep {

class AuditWatch {
 public:
  // A line for people about this round. REQUIRES: filters have kept their names since the round before.
  std::string round(const AuditReport& report);
  // The gravest round in full, or the last; before it, which counters rose or fell in all rounds. Ends in the verdict.
  std::string summary(const RenderOptions& options) const;
  // Of all rounds: 1 if any had a suspect, else 4 if any was inconclusive. REQUIRES: there was a round.
  int code() const { return exit_code(result_of(*gravest_)); }
  const std::optional<AuditReport>& gravest() const { return gravest_; }

 private:
  struct Trend {
    int32_t first = 0, last = 0;  // refs
    uint32_t rises = 0, falls = 0;
    uint32_t seen = 0;  // round of the last sight
  };
  uint32_t rounds_ = 0;
  std::map<uint32_t, Trend> trends_;  // by F number
  std::optional<AuditReport> gravest_;
};

}  // namespace lockstep
