// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "oracle/graph.h"

namespace lockstep {

namespace {

using View = std::vector<uint16_t>;

bool contains(const View& view, uint16_t rule) { return std::find(view.begin(), view.end(), rule) != view.end(); }

bool subsequence(const View& part, const View& whole) {
  auto at = whole.begin();
  for (auto rule : part) {
    at = std::find(at, whole.end(), rule);
    if (at == whole.end()) return false;
    ++at;
  }
  return true;
}

bool same_rules(View a, View b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

const TaskFacts* find_task(const Snapshot& s, uint16_t number) {
  for (const auto& task : s.tasks)
    if (task.number == number) return &task;
  return nullptr;
}

bool makes_task(Op op) { return op == Op::fork || op == Op::thread; }
bool makes_rule(Op op) { return op == Op::append || op == Op::attach; }
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
  if (makes_rule(step.op)) promise_.append(step.task, step.event, step.made);
  if (makes_task(step.op)) {
    promise_.fork(step.task, step.made);
    parent_[step.made] = step.task;
  }
}

void Checker::check_views(const Step& step, const Outcome& outcome, const Snapshot& after, Found& found) {
  const bool appended = outcome.error == 0 && makes_rule(step.op);
  for (const auto& task : after.tasks) {
    if (task.life != Life::alive) continue;
    const auto* old = find_task(before_, task.number);
    const bool is_child = outcome.error == 0 && makes_task(step.op) && task.number == step.made;
    for (int event = 0; event < kEvents; ++event) {
      const View& now = task.view[event];
      const auto* from = is_child ? find_task(before_, step.task) : old;
      if (from == nullptr) continue;
      const View& was = from->view[event];
      if (is_child) {
        if (now != was)
          found.add(Property::inheritance, "view",
                    fmt::format("P{} does not start with the view of its parent P{}", task.number, step.task));
        continue;
      }
      size_t gained = 0;
      const bool due = appended && event == step.event && contains(promise_.view(task.number, event), step.made);
      for (auto at = now.begin(); at != now.end(); ++at) {
        const auto rule = *at;
        if (contains(was, rule) || std::find(now.begin(), at, rule) != at) continue;
        ++gained;
        if (due && rule == step.made) continue;
        found.add(Property::isolation, "view",
                  fmt::format("P{} got {}{}, which was not promised to it", task.number, rule_name(step.op, rule),
                              appended ? fmt::format(" from P{}'s {}", step.task, name_of(step.op)) : ""));
        if (appended && ancestor(step.task, task.number))
          found.add(Property::inheritance, "view",
                    fmt::format("P{} got {} from its ancestor P{}, which was not promised to it", task.number,
                                rule_name(step.op, rule), step.task));
      }
      if (due && !contains(now, step.made))
        found.add(
            Property::inheritance, "view",
            fmt::format("P{} did not get {}, which was promised to it", task.number, rule_name(step.op, step.made)));
      if (now.size() > was.size() + gained)
        found.add(Property::isolation, "view", fmt::format("P{}'s view has a rule twice", task.number));
      if (!subsequence(was, now)) {
        found.add(Property::append_only, "view",
                  fmt::format("P{}'s view lost a rule or changed its order", task.number));
        continue;
      }
      const auto promised = promise_.view(task.number, event);
      if (due && after.ordered && now != promised && same_rules(now, promised))
        found.add(Property::inheritance, "view", fmt::format("P{}'s view has its rules in another order", task.number));
    }
  }
}

void Checker::check_objects(const Snapshot& after, Found& found) {
  const auto explanation = explain(after);
  auto report = [&](size_t i, Property property, const std::string& fact, std::string text) {
    auto key = fmt::format("{} {} {}", name_of(property), fact, stable_name(after, i));
    present_.insert(key);
    if (!known_.contains(key)) found.add(property, fact, std::move(text));
  };
  for (size_t i = 0; i < after.objects.size(); ++i) {
    const auto& object = after.objects[i];
    const auto& why = explanation.objects[i];
    const std::string kind = name_of(object.kind);
    if (object.freed) {
      report(i, Property::no_use_after_free, kind,
             fmt::format("{} was freed and a pointer still leads to it", object_name(after, i)));
      continue;
    }
    for (int c = 0; c < counters_of(object.kind); ++c) {
      const auto fact = fmt::format("{}.{}", kind, counter_name(object.kind, c));
      const auto name = fmt::format("{}.{}", object_name(after, i), counter_name(object.kind, c));
      if (object.counter[c] < 0)
        report(i, Property::no_use_after_free, fact, fmt::format("{} is {}, below 0", name, object.counter[c]));
      if (object.counter[c] < why.counter[c])
        report(i, Property::refcount_exact, fact,
               fmt::format("{} is {} but {} references explain it{}", name, object.counter[c], why.counter[c],
                           object.counter[c] < 0 ? "" : ": it will be freed too early"));
      else if (object.counter[c] > why.counter[c])
        report(i, Property::refcount_exact, fact,
               fmt::format("{} is {} but only {} references explain it", name, object.counter[c], why.counter[c]));
    }
    if (after.complete && !why.reachable)
      report(i, Property::no_leak, kind,
             fmt::format("{} is still there although nothing leads to it", object_name(after, i)));
  }
  if (explanation.cyclic && !known_.contains("acyclic"))
    found.add(Property::acyclic, "prev", "a prev chain has no end");
  if (explanation.cyclic) present_.insert("acyclic");
}

void Checker::check_owners(const Snapshot& after, Found& found) {
  for (const auto& owner : after.pointers) {
    if (owner.link != Link::owner) continue;
    // The owner's slots: of the events that it names, or of the events of the task that it names.
    bool holds = false, named_lives = after.owner_is_task || !after.objects[owner.to].freed;
    for (const auto& slot : after.pointers) {
      if (slot.link != Link::slot || slot.to != owner.from) continue;
      if (!after.owner_is_task) holds |= slot.from == owner.to;
      for (const auto& task : after.pointers)
        holds |= after.owner_is_task && task.link == Link::task_events && task.from == owner.to && task.to == slot.from;
    }
    if (holds && named_lives) continue;
    auto key = fmt::format("owner {}", stable_name(after, owner.from));
    present_.insert(key);
    if (!known_.contains(key))
      found.add(Property::owner_valid, "node.owner",
                fmt::format("{}'s owner has no slot that holds it", object_name(after, owner.from)));
  }
}

void Checker::check_faults(const Snapshot& after, Found& found) {
  for (size_t i = before_.faults.size(); i < after.faults.size(); ++i) {
    const auto& fault = after.faults[i];
    if (fault.starts_with("an owner"))
      found.add(Property::owner_valid, "node.owner", fault);
    else if (fault.starts_with("a walk"))
      found.add(Property::acyclic, "prev", fault);
    else if (fault.starts_with("a program"))
      found.add(Property::no_leak, "memory", fault);
    else if (fault.starts_with("WARN"))
      found.add(Property::refcount_exact, "warning", fault);
    else
      found.add(Property::no_use_after_free, "memory", fault);
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
  const bool filters = step.op == Op::attach;
  const int limit_error = filters ? ENOMEM : E2BIG;
  if (!makes_rule(step.op) || (outcome.error != 0 && outcome.error != limit_error)) return {};
  if (filters && step.fail_alloc != 0) return {};  // ENOMEM says nothing of the limit then
  const auto* caller = find_task(before, step.task);
  uint32_t sum = filters ? step.len : step.pages;
  for (int event = 0; event < kEvents; ++event)
    for (auto rule : caller->view[event]) sum += size_in_view(before, rule) + (filters ? 4 : 0);
  if (!filters && events_birth(before, step.task) != 0)
    sum += outcome.error == 0 ? events_birth(after, step.task) != events_birth(before, step.task)
                              : replaces_events(model, step, before);
  const bool over = sum > model.limit();
  if (over == (outcome.error != 0)) return {};
  return {{Property::limit,
           fmt::format("the {} {} although the sum is {} and the bound {}", name_of(step.op),
                       over ? "succeeded" : "failed", sum, model.limit()),
           filters ? "path" : "pages"}};
}

}  // namespace lockstep
