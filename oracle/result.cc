// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/result.h"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep {

const char* name_of(Verdict verdict) {
  constexpr const char* kNames[] = {"CONFORMS", "DIVERGES", "INCONCLUSIVE"};
  return kNames[static_cast<size_t>(verdict)];
}

uint64_t Result::expected() const {
  return static_cast<uint64_t>(std::count_if(finds.begin(), finds.end(), [](const auto& f) { return f.expected; }));
}

uint64_t Result::unexpected() const { return finds.size() - expected(); }

Verdict Result::verdict() const {
  if (!finds.empty()) return Verdict::diverges;
  if (steps == 0 || unobserved != 0 || skipped != 0 || !shortcomings.empty()) return Verdict::inconclusive;
  return Verdict::conforms;
}

void note_unobserved(Result& result, const Unseen& unseen, const Target& target) {
  auto note = [&](const std::string& text) {
    if (std::find(result.notes.begin(), result.notes.end(), text) == result.notes.end()) result.notes.push_back(text);
  };
  if (unseen.unobserved != 0) note("unobserved: " + target.capabilities().unobserved);
  if (unseen.incomplete)
    note(kLeaksNotAskedFor + ("; " + target.name()) + " shows what tasks lead to, not what nothing leads to any more");
  for (const auto& each : target.notes()) note(each);
  if (unseen.unordered) note("views were compared as sets: " + target.name() + " does not show their order here");
}

std::string verdict_line(const Result& r) {
  auto or_dash = [](const std::string& s) { return s.empty() ? "-" : s; };
  return fmt::format(
             "Verdict: {} model={} target={} traces={} steps={} divergences={} expected={} unobserved={} skipped={}",
             name_of(r.verdict()), or_dash(r.model), or_dash(r.target), r.traces, r.steps, r.finds.size(), r.expected(),
             r.unobserved, r.skipped) +
         (r.missing.empty() ? "" : fmt::format(" missing={}", r.missing.size())) +
         (r.against.empty() ? "" : " against=" + r.against);
}

int exit_code(const Result& r) {
  if (r.unexpected() != 0 || !r.missing.empty()) return 1;
  return r.steps == 0 || r.unobserved != 0 || r.skipped != 0 || !r.shortcomings.empty() ? 4 : 0;
}

}  // namespace lockstep
