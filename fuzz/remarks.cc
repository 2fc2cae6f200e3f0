// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/remarks.h"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep {

namespace {

double per(uint64_t sum, uint64_t count) {
  return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
}

std::vector<std::string> shortcomings_of(const Result& r) {
  std::vector<std::string> all;
  if (r.steps == 0) all.emplace_back("no step was run");
  if (r.traces < kCountingRun) return all;
  const double length = per(r.steps, r.traces), live = per(r.generated->live, r.steps);
  if (length < kMinLength)
    all.push_back(fmt::format("mean length {:.1f} steps, at least {} wanted", length, kMinLength));
  if (live < kMinLive) all.push_back(fmt::format("mean live tasks {:.1f}, at least {} wanted", live, kMinLive));
  for (const auto& row : r.outcomes)
    if (row.possible && row.count < kMinRow)
      all.push_back(fmt::format("{} {} -> {}: {} times, at least {} wanted", row.operation, row.condition, row.outcome,
                                row.count, kMinRow));
  for (const auto& hole : branch_holes(*r.generated, false)) all.push_back("branch " + hole);
  return all;
}

void remove(std::vector<std::string>& from, const std::vector<std::string>& lines) {
  std::erase_if(from, [&](const auto& line) { return std::find(lines.begin(), lines.end(), line) != lines.end(); });
}

}  // namespace

std::vector<std::string> branch_holes(const Generated& generated, bool include_dead) {
  std::vector<std::string> holes;
  for (const auto& [branch, taken, not_taken, dead] : generated.branches) {
    if ((dead && !include_dead) || (taken && not_taken)) continue;
    holes.push_back(fmt::format("{}: never {}", branch, taken ? "refused" : not_taken ? "taken" : "reached"));
  }
  return holes;
}

Remarks remarks_of(const Result& r) {
  Remarks remarks;
  remarks.statistics = {{"mean length", fmt::format("{:.1f} steps", per(r.steps, r.traces))},
                        {"mean live tasks", fmt::format("{:.1f}", per(r.generated->live, r.steps))},
                        {"deepest view", fmt::format("{} rules", r.generated->depth)}};
  for (const auto& hole : branch_holes(*r.generated, true)) remarks.statistics.push_back({"branch", hole});
  if (r.generated->cut != 0)
    remarks.notes.push_back(
        fmt::format("{} traces ended early: a failed allocation hit only one of two designs", r.generated->cut));
  // What was generated matters to a run that found nothing: it is to conclude that nothing is there.
  if (r.finds.empty()) remarks.shortcomings = shortcomings_of(r);
  return remarks;
}

void add_remarks(Result& result) {
  auto remarks = remarks_of(result);
  result.statistics = std::move(remarks.statistics);
  for (auto& note : remarks.notes) result.notes.push_back(std::move(note));
  for (auto& shortcoming : remarks.shortcomings) result.shortcomings.push_back(std::move(shortcoming));
}

void remove_remarks(Result& result) {
  const auto remarks = remarks_of(result);
  result.statistics.clear();
  remove(result.notes, remarks.notes);
  remove(result.shortcomings, remarks.shortcomings);
}

}  // namespace lockstep
