// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_matrix.h"

#include <algorithm>

#include "oracle/mutant_excuses.h"

namespace lockstep {

const char* name_of(Fate fate) {
  constexpr const char* kNames[] = {"killed", "unreached", "equivalent", "known hole", "hole", "excuse refuted"};
  return kNames[static_cast<size_t>(fate)];
}

void judge(MutantRow& row) {
  const bool killed =
      std::any_of(row.trials.begin(), row.trials.end(), [](const auto& trial) { return trial && trial->kill; });
  const auto* excuse = find_excuse(row.mutant.full_name());
  if (excuse != nullptr) row.argument = excuse->argument;
  if (killed)
    row.fate = excuse != nullptr ? Fate::excuse_refuted : Fate::killed;
  else if (excuse != nullptr)
    row.fate = excuse->equivalent ? Fate::equivalent : Fate::known_hole;
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

double MutantMatrix::killed_share() const {
  const auto killed = count(Fate::killed) + count(Fate::excuse_refuted);
  const auto faults = killed + count(Fate::known_hole) + count(Fate::hole);
  return faults == 0 ? 1 : static_cast<double>(killed) / static_cast<double>(faults);
}

Verdict MutantMatrix::verdict() const {
  const bool holes = count(Fate::hole) != 0;
  if (count(Fate::excuse_refuted) != 0 || (holes && all_detectors)) return Verdict::diverges;
  return holes || interrupted || rows.empty() ? Verdict::inconclusive : Verdict::conforms;
}

}  // namespace lockstep
