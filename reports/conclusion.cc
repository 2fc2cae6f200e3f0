// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/conclusion.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/plain_text.h"

namespace lockstep {

namespace {

// The reason that a note gives for what was skipped or not observed; the loud word is put in front again.
std::string reason_in_notes(const Result& result, const std::string& word) {
  std::string reason;
  for (const auto& note : result.notes)
    if (note.starts_with(word + ": ")) reason += (reason.empty() ? ": " : "; ") + note.substr(word.size() + 2);
  return reason;
}

}  // namespace

const char* name_of(Conclusion conclusion) {
  constexpr const char* kNames[] = {"passed", "failed", "skipped", "inconclusive"};
  return kNames[static_cast<size_t>(conclusion)];
}

Conclusion conclusion_of(const Result& result) {
  const int code = exit_code(result);
  if (code == 0) return Conclusion::passed;
  if (code == 1) return Conclusion::failed;
  return result.steps == 0 && result.skipped != 0 ? Conclusion::skipped : Conclusion::inconclusive;
}

Conclusion conclusion_of(std::span<const Result> results) {
  uint64_t steps = 0;
  bool failed = false, inconclusive = false;
  for (const auto& result : results) {
    steps += result.steps;
    failed |= conclusion_of(result) == Conclusion::failed;
    inconclusive |= conclusion_of(result) == Conclusion::inconclusive;
  }
  return failed ? Conclusion::failed : inconclusive || steps == 0 ? Conclusion::inconclusive : Conclusion::passed;
}

std::vector<std::string> warnings_of(const Result& result) {
  std::vector<std::string> all;
  for (const auto& line : result.missing) all.push_back("MISSING: expected and did not appear: " + line);
  if (result.skipped != 0)
    all.push_back(fmt::format("SKIPPED: {}{}", count_of(result.skipped, "trace"), reason_in_notes(result, "skipped")));
  if (result.unobserved != 0)
    all.push_back(
        fmt::format("UNOBSERVED: {}{}", count_of(result.unobserved, "fact"), reason_in_notes(result, "unobserved")));
  for (const auto& line : result.shortcomings) all.push_back("INCONCLUSIVE: " + line);
  if (result.steps == 0 && result.skipped == 0 && result.finds.empty() && result.shortcomings.empty())
    all.emplace_back("INCONCLUSIVE: no step was run");
  return all;
}

std::vector<std::string> other_notes(const Result& r) {
  std::vector<std::string> others;
  for (const auto& note : r.notes)
    if (!(note.starts_with("skipped: ") && r.skipped != 0) && !(note.starts_with("unobserved: ") && r.unobserved != 0))
      others.push_back(note);
  return others;
}

std::string reason_of(const Result& result) {
  std::vector<std::string> parts;
  switch (conclusion_of(result)) {
    case Conclusion::passed:
      return "";
    case Conclusion::failed:
      if (result.unexpected() != 0) parts.push_back(count_of(result.unexpected(), "unexpected divergence"));
      if (!result.missing.empty()) parts.push_back(count_of(result.missing.size(), "missing expected divergence"));
      return list_of(parts);
    case Conclusion::skipped:
    case Conclusion::inconclusive:
      break;
  }
  std::string reason;
  for (const auto& line : warnings_of(result)) reason += (reason.empty() ? "" : "; ") + line;
  return reason;
}

std::string pair_of(const Result& result) {
  const std::string model = result.model.empty() ? "-" : result.model;
  if (!result.against.empty()) return result.against + " → " + result.target + " (" + model + ")";
  return result.target.empty() ? model : model + " → " + result.target;
}

}  // namespace lockstep
