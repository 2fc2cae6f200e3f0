// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/compare_shown.h"

#include "oracle/graph.h"

namespace lockstep {

namespace {

// A target that shows only what tasks lead to cannot be held against objects that nothing leads to. Canonical order
// has those last.
void drop_unreachable(Snapshot& s) {
  const auto explanation = explain(s);
  size_t keep = s.objects.size();
  while (keep > 0 && !explanation.objects[keep - 1].reachable) --keep;
  s.objects.resize(keep);
  std::erase_if(s.pointers, [&](const auto& p) {
    const bool to_task = p.link == Link::owner && s.owner_is_task;
    return (!starts_at_task(p.link) && p.from >= keep) || (!to_task && p.to >= keep);
  });
}

}  // namespace

std::optional<Difference> compare_shown(const Snapshot& expected, const Snapshot& actual, FactSet facts) {
  if (expected.complete == actual.complete) return compare(expected, actual, facts);
  Snapshot seen = expected.complete ? expected : actual;
  drop_unreachable(seen);
  return expected.complete ? compare(seen, actual, facts) : compare(expected, seen, facts);
}

std::string result_text(Outcome outcome) { return outcome.error == 0 ? "success" : error_name(outcome.error); }

void observe_canonical(Target& target, Snapshot& facts) {
  facts.clear();
  target.observe(facts);
  canonical(facts);
}

}  // namespace lockstep
