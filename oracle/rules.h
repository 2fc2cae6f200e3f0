// SPDX-License-Identifier: GPL-2.0-or-later
// The properties' text: what is wrong with a view, an object, an owner, a limit. Written once for whoever looks at
// states: the checker over snapshots (checker.h), the explorer over its own memory (expand.h). Flaws are told one by
// one to a `report`; words are the checker's.
#pragma once

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "model/facts.h"
#include "oracle/graph.h"
#include "oracle/property.h"

namespace lockstep {

constexpr bool makes_task(Op op) { return op == Op::fork || op == Op::thread; }
constexpr bool makes_rule(Op op) { return op == Op::append || op == Op::attach; }

enum class ViewFlaw : uint8_t {
  not_inherited,  // a child does not start with its parent's view
  gained,         // a rule that was not promised
  missing,        // a rule that was promised
  twice,          // a rule stands twice
  lost,           // an old rule is gone, or in another place among the old ones
  reordered,      // all that was promised, in another order
};

constexpr Property property_of(ViewFlaw flaw) {
  switch (flaw) {
    case ViewFlaw::gained:
    case ViewFlaw::twice:
      return Property::isolation;
    case ViewFlaw::lost:
      return Property::append_only;
    default:
      return Property::inheritance;
  }
}

template <class View>
bool contains(const View& view, uint16_t rule) {
  return std::find(view.begin(), view.end(), rule) != view.end();
}

template <class View>
bool subsequence(const View& part, const View& whole) {
  auto at = whole.begin();
  for (auto rule : part) {
    at = std::find(at, whole.end(), rule);
    if (at == whole.end()) return false;
    ++at;
  }
  return true;
}

template <class View>
bool same_rules(View a, View b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

// One living task's view of one event before and after a step; newest rule first. made: the rule that the step made.
// due: the task was promised it. promised(): the view that it should have now; asked for only if needed.
template <class View, class Promised, class Report>
void judge_view(const View& was, const View& now, uint16_t made, bool due, bool ordered, Promised promised,
                Report report) {
  if (!due && now == was) return;
  size_t gained = 0;
  for (auto at = now.begin(); at != now.end(); ++at) {
    const uint16_t rule = *at;
    if (contains(was, rule) || std::find(now.begin(), at, rule) != at) continue;
    ++gained;
    if (!due || rule != made) report(ViewFlaw::gained, rule);
  }
  if (due && !contains(now, made)) report(ViewFlaw::missing, made);
  if (now.size() > was.size() + gained) report(ViewFlaw::twice, uint16_t{0});
  if (!subsequence(was, now)) return report(ViewFlaw::lost, uint16_t{0});
  if (!due || !ordered) return;
  const View should = promised();
  if (now != should && same_rules(now, should)) report(ViewFlaw::reordered, uint16_t{0});
}

// A child's first view, held against its parent's before the step.
template <class View, class Report>
void judge_first_view(const View& parents, const View& now, Report report) {
  if (now != parents) report(ViewFlaw::not_inherited, uint16_t{0});
}

enum class ObjectFlaw : uint8_t { freed, negative, below, above, unreachable };

constexpr Property property_of(ObjectFlaw flaw) {
  switch (flaw) {
    case ObjectFlaw::freed:
    case ObjectFlaw::negative:
      return Property::no_use_after_free;
    case ObjectFlaw::unreachable:
      return Property::no_leak;
    default:
      return Property::refcount_exact;
  }
}

// report(flaw, object, counter)
template <class Report>
void judge_objects(const Snapshot& s, const Explanation& explanation, Report report) {
  for (size_t i = 0; i < s.objects.size(); ++i) {
    const auto& object = s.objects[i];
    const auto& why = explanation.objects[i];
    if (object.freed) {
      report(ObjectFlaw::freed, i, 0);
      continue;
    }
    for (int c = 0; c < counters_of(object.kind); ++c) {
      if (object.counter[c] < 0) report(ObjectFlaw::negative, i, c);
      if (object.counter[c] < why.counter[c]) report(ObjectFlaw::below, i, c);
      if (object.counter[c] > why.counter[c]) report(ObjectFlaw::above, i, c);
    }
    if (s.complete && !why.reachable) report(ObjectFlaw::unreachable, i, 0);
  }
}

// report(node) for each owner without a live slot that holds the node: a slot of the events that it names, or of the
// events of the task that it names, or that task itself.
template <class Report>
void judge_owners(const Snapshot& s, Report report) {
  // All slots stand between these two.
  const auto is_slot = [](const PointerFacts& p) { return p.link == Link::slot; };
  const auto first = std::find_if(s.pointers.begin(), s.pointers.end(), is_slot);
  const auto last = std::find_if(s.pointers.rbegin(), s.pointers.rend(), is_slot).base();
  for (const auto& owner : s.pointers) {
    if (owner.link != Link::owner) continue;
    bool holds = false, named_lives = s.owner_is_task || !s.objects[owner.to].freed;
    for (auto slot = first; slot < last; ++slot) {
      if (!is_slot(*slot) || slot->to != owner.from) continue;
      if (!s.owner_is_task) holds |= slot->from == owner.to;
      for (const auto& task : s.pointers)
        holds |= s.owner_is_task && task.link == Link::task_events && task.from == owner.to && task.to == slot->from;
    }
    for (const auto& task : s.pointers)
      holds |= task.link == Link::task_node && task.from == owner.to && task.to == owner.from;
    if (!holds || !named_lives) report(owner.from);
  }
}

// What a mechanism's own fault breaks (state_facts.h has the texts).
inline Property property_of_fault(std::string_view fault) {
  if (fault.starts_with("an owner")) return Property::owner_valid;
  if (fault.starts_with("a walk")) return Property::acyclic;
  if (fault.starts_with("a program")) return Property::no_leak;
  if (fault.starts_with("WARN")) return Property::refcount_exact;
  return Property::no_use_after_free;
}

// Whether the outcome of this step says something of the limit.
inline bool limit_decides(const Step& step, int error) {
  const bool filters = step.op == Op::attach;
  if (!makes_rule(step.op) || (error != 0 && error != (filters ? ENOMEM : E2BIG))) return false;
  return !filters || step.fail_alloc == 0;  // ENOMEM says nothing of the limit otherwise
}

// The sum that the limit is about: what the step adds, what each rule of the caller's view counts, and an events object
// where one takes the place of another.
constexpr uint32_t limit_share(Op op, uint32_t size) { return op == Op::attach ? size + 4 : size; }
constexpr uint32_t limit_sum(const Step& step, uint32_t shares, bool replaces_events) {
  return step.op == Op::attach ? step.len + shares : step.pages + shares + replaces_events;
}

}  // namespace lockstep
