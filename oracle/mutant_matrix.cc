// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_matrix.h"

#include <fmt/format.h>

#include <algorithm>

#include "oracle/mutant_excuses.h"

namespace lockstep {

const char* name_of(Fate fate) {
  constexpr const char* kNames[] = {"killed", "unreached",      "equivalent", "known hole",
                                    "hole",   "excuse refuted", "unproved"};
  return kNames[static_cast<size_t>(fate)];
}

std::string_view noticed_as(const Trial& trial) { return trial.kill ? trial.kill->property : trial.open; }

void judge(MutantRow& row) {
  const auto any = [&](auto of) {
    return std::any_of(row.trials.begin(), row.trials.end(), [&](const auto& trial) { return trial && of(*trial); });
  };
  const bool killed = any([](const Trial& trial) { return trial.kill.has_value(); });
  const auto* excuse = find_excuse(row.mutant.full_name());
  if (excuse != nullptr) row.argument = excuse->argument;
  if (killed)
    row.fate = excuse != nullptr ? Fate::excuse_refuted : Fate::killed;
  else if (excuse != nullptr)
    row.fate = excuse->equivalent ? Fate::equivalent : Fate::known_hole;
  else if (any([](const Trial& trial) { return !trial.open.empty(); }))
    row.fate = Fate::unproved;
  else
    row.fate = row.mutant.reached ? Fate::hole : Fate::unreached;
}

size_t MutantMatrix::count(Fate fate) const {
  return static_cast<size_t>(std::count_if(rows.begin(), rows.end(), [&](const auto& r) { return r.fate == fate; }));
}

uint64_t MutantMatrix::steps() const {
  uint64_t steps = 0;
  for (const auto& row : rows)
    for (const auto& trial : row.trials)
      if (trial) steps += trial->steps;
  return steps;
}

size_t MutantMatrix::killed() const { return count(Fate::killed) + count(Fate::excuse_refuted); }

size_t MutantMatrix::faults() const { return killed() + count(Fate::known_hole) + count(Fate::hole); }

Verdict MutantMatrix::verdict() const {
  const bool holes = count(Fate::hole) != 0;
  if (count(Fate::excuse_refuted) != 0 || (holes && full_search)) return Verdict::diverges;
  return holes || count(Fate::unproved) != 0 || interrupted || rows.empty() ? Verdict::inconclusive : Verdict::conforms;
}

Verdict verdict_of(std::span<const MutantMatrix> matrices) {
  auto worst = matrices.empty() ? Verdict::inconclusive : Verdict::conforms;
  for (const auto& matrix : matrices) {
    const auto each = matrix.verdict();
    if (each == Verdict::diverges || worst == Verdict::conforms) worst = each;
  }
  return worst;
}

std::string verdict_line(std::span<const MutantMatrix> matrices) {
  auto sum = [&](auto of) {
    uint64_t total = 0;
    for (const auto& matrix : matrices) total += of(matrix);
    return total;
  };
  auto fates = [&](Fate fate) { return sum([&](const auto& m) { return m.count(fate); }); };
  return fmt::format(
      "Verdict: {} model={} target=- traces=- steps={} divergences={} expected={} unobserved=- skipped=- mutants={} "
      "killed={} equivalent={} unreached={}",
      name_of(verdict_of(matrices)), matrices.size() == 1 ? matrices[0].model : "-",
      sum([](const auto& m) { return m.steps(); }), fates(Fate::hole) + fates(Fate::excuse_refuted),
      fates(Fate::known_hole), sum([](const auto& m) { return m.rows.size(); }),
      sum([](const auto& m) { return m.killed(); }), fates(Fate::equivalent), fates(Fate::unreached));
}

}  // namespace lockstep
