// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "oracle/rules.h"

namespace lockstep {

namespace {

using View = std::vector<uint16_t>;

const TaskFacts* find_task(const Snapshot& s, uint16_t number) {
  for (const auto& task : s.tasks)
    if (task.number == number) return &task;
  return nullptr;
}

// A rule that the trace did not expect to be made has no number.
std::string rule_name(Op op, uint16_t number) {
  return number == 0 ? "an unnamed rule" : fmt::format("{}{}", op == Op::attach ? 'F' : 'R', number);
}

// A name that stays the same from step to step, so that an old violation is known again; objects without a number are
// counted anew in every snapshot.
std::string stable_name(const Snapshot& s, size_t object) {
  const auto& o = s.objects[object];
  return o.birth != 0 ? fmt::format("{}#{}", name_of(o.kind), o.birth) : object_name(s, object);
}

std::string view_text(ViewFlaw flaw, const Step& step, bool appended, uint16_t task, uint16_t rule) {
  switch (flaw) {
    case ViewFlaw::not_inherited:
      return fmt::format("P{} does not start with the view of its parent P{}", task, step.task);
    case ViewFlaw::gained:
      return fmt::format("P{} got {}{}, which was not promised to it", task, rule_name(step.op, rule),
                         appended ? fmt::format(" from P{}'s {}", step.task, name_of(step.op)) : "");
    case ViewFlaw::missing:
      return fmt::format("P{} did not get {}, which was promised to it", task, rule_name(step.op, rule));
    case ViewFlaw::twice:
      return fmt::format("P{}'s view has a rule twice", task);
    case ViewFlaw::lost:
      return fmt::format("P{}'s view lost a rule or changed its order", task);
    case ViewFlaw::reordered:
      return fmt::format("P{}'s view has its rules in another order", task);
  }
  return {};
}

std::string object_text(ObjectFlaw flaw, const Snapshot& s, size_t object, int c, const Explained& why) {
  const auto& facts = s.objects[object];
  const auto name = object_name(s, object);
  const auto counter = fmt::format("{}.{}", name, counter_name(facts.kind, c));
  const int is = facts.counter[c], explained = why.counter[c];
  switch (flaw) {
    case ObjectFlaw::freed:
      return fmt::format("{} was freed and a pointer still leads to it", name);
    case ObjectFlaw::negative:
      return fmt::format("{} is {}{}", counter, counter_text(is),
                         saturated(is) ? ": it went below 0 or above its limit" : ", below 0");
    case ObjectFlaw::below:
    case ObjectFlaw::above:
      return residual_words(counter, is, explained);
    case ObjectFlaw::unreachable:
      return fmt::format("{} is still there although nothing leads to it", name);
  }
  return {};
}

}  // namespace

struct Checker::Found {
  std::vector<Violation> violations;
  void add(Property property, std::string object, std::string text) {
    violations.push_back({property, std::move(text), std::move(object)});
  }
};

void Checker::start(const Snapshot& initial) {
  promise_.reset();
  before_ = initial;
  parent_.assign(kMaxTasks + 2, 0);
  known_.clear();
}

bool Checker::ancestor(uint16_t maybe, uint16_t of) const {
  for (auto task = parent_[of]; task != 0; task = parent_[task])
    if (task == maybe) return true;
  return false;
}

void Checker::advance_promise(const Step& step, const Outcome& outcome) {
  if (outcome.error != 0) return;
  if (makes_rule(step.op)) promise_.append(step.task, step.event, step.made, step.flags != 0);
  if (makes_task(step.op)) {
    promise_.fork(step.task, step.made);
    parent_[step.made] = step.task;
  }
}

void Checker::check_views(const Step& step, const Outcome& outcome, const Snapshot& after, Found& found) {
  const bool appended = outcome.error == 0 && makes_rule(step.op);
  for (const auto& task : after.tasks) {
    if (task.life != Life::alive) continue;
    const bool is_child = outcome.error == 0 && makes_task(step.op) && task.number == step.made;
    const auto* from = find_task(before_, is_child ? step.task : task.number);
    if (from == nullptr) continue;
    for (int event = 0; event < kEvents; ++event) {
      const auto report = [&](ViewFlaw flaw, uint16_t rule) {
        found.add(property_of(flaw), "view", view_text(flaw, step, appended, task.number, rule));
        if (flaw == ViewFlaw::gained && appended && ancestor(step.task, task.number))
          found.add(Property::inheritance, "view",
                    fmt::format("P{} got {} from its ancestor P{}, which was not promised to it", task.number,
                                rule_name(step.op, rule), step.task));
      };
      const View &was = from->view[event], &now = task.view[event];
      const bool due = appended && event == step.event && promise_.promises(task.number, event, step.made);
      if (is_child)
        judge_first_view(was, now, report);
      else
        judge_view(
            was, now, step.made, due, after.ordered, [&] { return promise_.view(task.number, event); }, report);
    }
  }
}

void Checker::check_objects(const Snapshot& after, Found& found) {
  const auto& explanation = explainer_.explain(after);
  judge_objects(after, explanation, [&](ObjectFlaw flaw, size_t i, int c) {
    const auto property = property_of(flaw);
    const auto& object = after.objects[i];
    const bool whole = flaw == ObjectFlaw::freed || flaw == ObjectFlaw::unreachable;
    const auto fact = whole ? std::string(name_of(object.kind))
                            : fmt::format("{}.{}", name_of(object.kind), counter_name(object.kind, c));
    auto key = fmt::format("{} {} {}", name_of(property), fact, stable_name(after, i));
    if (!known_.contains(key)) found.add(property, fact, object_text(flaw, after, i, c, explanation.objects[i]));
    present_.insert(std::move(key));
  });
  if (explanation.cyclic && !known_.contains("acyclic"))
    found.add(Property::acyclic, "prev", "a prev chain has no end");
  if (explanation.cyclic) present_.insert("acyclic");
}

void Checker::check_owners(const Snapshot& after, Found& found) {
  judge_owners(after, [&](size_t node) {
    auto key = fmt::format("owner {}", stable_name(after, node));
    if (!known_.contains(key))
      found.add(Property::owner_valid, "node.owner",
                fmt::format("{}'s owner has no slot that holds it", object_name(after, node)));
    present_.insert(std::move(key));
  });
}

void Checker::check_faults(const Snapshot& after, Found& found) {
  constexpr auto kFact = [](Property property) {
    return property == Property::owner_valid      ? "node.owner"
           : property == Property::acyclic        ? "prev"
           : property == Property::refcount_exact ? "warning"
                                                  : "memory";
  };
  for (size_t i = before_.faults.size(); i < after.faults.size(); ++i) {
    const auto property = property_of_fault(after.faults[i]);
    found.add(property, kFact(property), after.faults[i]);
  }
}

std::vector<Violation> Checker::step(const Step& step, const Outcome& outcome, const Snapshot& after) {
  Found found;
  present_.clear();
  advance_promise(step, outcome);
  check_views(step, outcome, after, found);
  if (counters_) {
    check_objects(after, found);
    check_owners(after, found);
    check_faults(after, found);
  }
  if (outcome.error != 0)
    if (auto difference = compare(before_, after, {.counters = counters_}))
      found.add(Property::error_atomic, difference->counter,
                fmt::format("the failed {} left a trace: {}", name_of(step.op), difference->text));
  known_.swap(present_);
  before_ = after;
  std::stable_sort(found.violations.begin(), found.violations.end(),
                   [](const auto& a, const auto& b) { return a.property < b.property; });
  return std::move(found.violations);
}

namespace {

uint32_t size_in_view(const Snapshot& s, uint16_t number) {
  for (const auto& object : s.objects)
    if ((object.kind == Kind::rule || object.kind == Kind::filter) && object.number == number) return object.size;
  return 0;
}

// Which allocation made the caller's events: another one now says that they were replaced. 0: it has none.
uint32_t events_birth(const Snapshot& s, uint16_t task) {
  for (const auto& p : s.pointers)
    if (p.link == Link::task_events && s.tasks[p.from].number == task) return s.objects[p.to].birth;
  return 0;
}

// Whether the append, freed of its limit, puts new events in the place of old ones.
bool replaces_events(const Model& model, Step step, const Snapshot& before) {
  auto trial = model.clone();
  trial->set_limit(1u << 30);
  step.fail_alloc = 0;
  step.made = kMaxNames;
  trial->step(step);
  Snapshot after;
  trial->observe(after);
  return events_birth(after, step.task) != events_birth(before, step.task);
}

}  // namespace

std::vector<Violation> check_limit(const Model& model, const Step& step, const Outcome& outcome, const Snapshot& before,
                                   const Snapshot& after) {
  if (!limit_decides(step, outcome.error)) return {};
  const bool filters = step.op == Op::attach;
  const auto* caller = find_task(before, step.task);
  uint32_t shares = 0;
  for (const auto& view : caller->view)
    for (auto rule : view) shares += limit_share(step.op, size_in_view(before, rule));
  bool replaces = false;
  if (!filters && events_birth(before, step.task) != 0)
    replaces = outcome.error == 0 ? events_birth(after, step.task) != events_birth(before, step.task)
                                  : replaces_events(model, step, before);
  const auto sum = limit_sum(step, shares, replaces);
  const bool over = sum > model.limit();
  if (over == (outcome.error != 0)) return {};
  return {{Property::limit,
           fmt::format("the {} {} although the sum is {} and the bound {}", name_of(step.op),
                       over ? "succeeded" : "failed", sum, model.limit()),
           filters ? "path" : "pages"}};
}

}  // namespace lockstep
