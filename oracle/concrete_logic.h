// SPDX-License-Identifier: GPL-2.0-or-later
// The logic in which claims are written, over a concrete state: says whether a claim is true of it. What SymbolicLogic
// keeps exact by itself is counted and walked here, from the memory alone.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/promise.h"
#include "oracle/claims.h"
#include "oracle/rules.h"

namespace lockstep {

// The promise's state in the open: which task has which groups, which rule numbers a group has, which node is whose.
// The text is promise.h's.
class OpenPromise {
 public:
  explicit OpenPromise(PromiseKind kind) : kind_(kind) {}
  void append(uint16_t task, int event, uint16_t rule, bool new_set) {
    if (kind_ == PromiseKind::node)
      NodePromise::append(*this, task, event, rule, new_set);
    else
      CopyPromise::append(*this, task, event, rule);
  }
  void fork(uint16_t parent, uint16_t child) {
    if (kind_ == PromiseKind::node)
      NodePromise::fork(*this, parent, child);
    else
      CopyPromise::fork(*this, parent, child);
  }
  bool branch(bool condition) const { return condition; }
  bool has_own(uint16_t task) { return own[task] != 0; }
  void make_own(uint16_t task) { made = own[task] = ++groups; }
  void add(uint16_t task, int event, uint16_t rule) {
    if (kind_ == PromiseKind::node)
      rules[event].insert({own[task], rule});
    else
      promised[event].insert({task, rule});
  }
  void inherit_shared(uint16_t child, uint16_t parent) {
    std::set<uint16_t> theirs;
    for (const auto& [task, group] : inherits)
      if (task == parent) theirs.insert(group);
    if (own[parent] != 0) theirs.insert(own[parent]);
    std::erase_if(inherits, [&](const auto& pair) { return pair.first == child; });
    for (const auto group : theirs) inherits.insert({child, group});
    own[child] = 0;
  }
  void inherit_copy(uint16_t child, uint16_t parent) {
    for (auto& of_event : promised) {
      std::set<uint16_t> theirs;
      for (const auto& [task, rule] : of_event)
        if (task == parent) theirs.insert(rule);
      std::erase_if(of_event,
                    [&](const auto& pair) { return pair.first == child; });  // of one who had the number before
      for (const auto rule : theirs) of_event.insert({child, rule});
    }
  }

  using Pairs = std::set<std::pair<uint16_t, uint16_t>>;
  std::map<uint16_t, uint16_t> own;
  Pairs inherits;
  std::array<Pairs, kEvents> rules, promised;
  std::array<std::map<uint16_t, uint16_t>, kEvents> node_of;
  std::map<uint16_t, uint16_t> group_of;
  uint16_t groups = 0;
  uint16_t made = 0;  // by the last append; 0: none

 private:
  PromiseKind kind_;
};

// A state as claims see it. Copies of a logic look at the same state.
template <class State, class TaskKind>
class ConcreteLogic {
 public:
  using Kinds = KindsIn<State>;
  using NodeKind = std::conditional_t<Kinds::template kHas<FilterNode>, FilterNode, Node>;
  ConcreteLogic(const State& memory, OpenPromise& promise, const std::function<bool(uint16_t)>& ending, bool at_reap)
      : m_(&memory), promise_(&promise), ending_(&ending), at_reap_(at_reap) {}

  template <class T>
  Ref<T> null() const {
    return {};
  }
  template <class T>
  bool is_null(Ref<T> x) const {
    return x.index == 0;
  }
  template <class T>
  bool live(Ref<T> x) const {
    return pool<T>().live(x.index);
  }
  template <class T>
  bool settled(Ref<T> x) const {
    return live(x);
  }
  template <class T, class V>
  auto get(Field<T, V> field, Ref<T> x) const {
    return widen(pool<T>()[x.index].*field.member);
  }
  template <class T, class V, size_t N>
  auto get(Slots<T, V, N> field, Ref<T> x, size_t slot) const {
    return (pool<T>()[x.index].*field.member)[slot];
  }
  template <class T>
  bool holds(Ref<T> x) const {
    if constexpr (kCounted<T>)
      return live(x) && get(counter_of<T>(), x) != 0;
    else
      return live(x);
  }
  template <class T, class F, class... Slot>
  int64_t pointers(Ref<T> x, F field, Slot... slot) const {
    return count_of(field, [&](auto from) { return holds_typed(from) && get(field, from, slot...) == x; });
  }
  int64_t pointers_of_users(Ref<Filter> x) const {
    return count_of(f::filter_prev,
                    [&](auto from) { return get(f::users, from) != 0 && get(f::filter_prev, from) == x; });
  }
  template <class T>
  int64_t references(Field<T, int32_t> counter, Ref<T> x) const {
    int64_t sum = 0;
    const bool users = std::string(counter.name) == f::users.name;
    Kinds::each([&]<class From>(Over<From>) {
      each_pointer<From>(Kinds(), [&](auto field, auto... slot) {
        using To = std::remove_cvref_t<decltype(get(field, Ref<From>{}, slot...))>;
        if constexpr (std::is_same_v<To, Ref<T>>) {
          if (field.holds == Holds::nothing || (users && field.holds == Holds::refs)) return;
          if constexpr (std::is_same_v<From, Filter>)
            sum += users ? pointers_of_users(x) : pointers(x, field, slot...);
          else
            sum += pointers(x, field, slot...);
        }
      });
    });
    return sum;
  }
  template <class T>
  bool reaches(Field<T, Ref<T>> chain, Ref<T> x, Ref<T> y) const {
    for (int steps = 0; x.index != 0 && steps < 1000; ++steps, x = get(chain, x))
      if (x == y) return true;
    return false;
  }
  template <class T>
  int64_t sum(Field<T, Ref<T>> chain, Ref<T> x) const {
    int64_t sum = 0;
    for (int steps = 0; x.index != 0 && steps < 1000; ++steps, x = get(chain, x)) sum += share_of(*this, over<T>, x);
    return sum;
  }
  template <class T>
  int64_t age(Ref<T> x) const {
    return pool<T>().birth(x.index);
  }
  int64_t now() const {
    int64_t most = 0;
    Kinds::each([&]<class T>(Over<T>) { most = std::max<int64_t>(most, pool<T>().births()); });
    return most + 1;
  }
  bool ending(Ref<TaskKind> task) const { return (*ending_)(task.index); }
  template <class T>
  std::vector<Ref<T>> held(Field<T, int32_t>) const {
    return {};
  }
  static bool truth(bool value) { return value; }
  static int64_t zero_if(bool condition, int64_t value) { return condition ? 0 : value; }
  bool release_at_reap() const { return at_reap_; }

  Ref<Group> own(Ref<TaskKind> task) const { return {promise_->own[task.index]}; }
  bool has(Ref<TaskKind> task, Ref<Group> group) const {
    return own(task) == group || promise_->inherits.contains({task.index, group.index});
  }
  template <class T>
  bool rule_of(size_t event, Ref<Group> group, Ref<T> rule) const {
    return live(rule) && promise_->rules[event].contains({group.index, number(rule)});
  }
  template <class T>
  bool promised(size_t event, Ref<TaskKind> task, Ref<T> rule) const {
    return live(rule) && promise_->promised[event].contains({task.index, number(rule)});
  }
  bool known(Ref<Group> group) const { return group.index >= 1 && group.index <= promise_->groups; }
  Ref<NodeKind> node_of(size_t event, Ref<Group> group) const { return {promise_->node_of[event][group.index]}; }
  Ref<Group> group_of(Ref<NodeKind> node) const { return {promise_->group_of[node.index]}; }

  // Calls visit for everything that a claim over T is about: what is there, null, and a place that is free.
  template <class T, class Visit>
  void each_object(Visit visit) const {
    visit(Ref<T>{});
    if constexpr (std::is_same_v<T, Group>) {
      for (uint16_t g = 1; g <= promise_->groups; ++g) visit(Ref<T>{g});
    } else {
      pool<T>().each([&](uint16_t index) { visit(Ref<T>{index}); });
      for (uint16_t index = 1; index < pool<T>().end(); ++index)
        if (!pool<T>().live(index)) return visit(Ref<T>{index});
    }
  }

 private:
  template <class T>
  const Pool<T>& pool() const {
    return m_->template pool<T>();
  }
  static int64_t widen(uint32_t value) { return value; }
  static int64_t widen(int32_t value) { return value; }
  static bool widen(bool value) { return value; }
  template <class T>
  static Ref<T> widen(Ref<T> value) {
    return value;
  }
  template <class T>
  bool holds_typed(Ref<T> x) const {
    return holds(x);
  }
  template <class T, class V, class Test>
  int64_t count_of(Field<T, V>, Test test) const {
    int64_t count = 0;
    pool<T>().each([&](uint16_t index) { count += test(Ref<T>{index}); });
    return count;
  }
  template <class T, class V, size_t N, class Test>
  int64_t count_of(Slots<T, V, N>, Test test) const {
    int64_t count = 0;
    pool<T>().each([&](uint16_t index) { count += test(Ref<T>{index}); });
    return count;
  }
  uint16_t number(Ref<Filter> filter) const { return pool<Filter>()[filter.index].number; }
  uint16_t number(Ref<Rule> rule) const { return pool<Prog>()[pool<Rule>()[rule.index].prog.index].number; }

  const State* m_;
  OpenPromise* promise_;
  const std::function<bool(uint16_t)>* ending_;
  bool at_reap_;
};

// Tries claims on all objects of a state; those that are false are told: report(name, property).
template <class Logic>
class ClaimChecker {
 public:
  using Report = std::function<void(const std::string&, std::optional<Property>)>;
  ClaimChecker(const Logic& logic, Report report) : l_(logic), report_(std::move(report)) {}
  template <class... T, class Body>
  void operator()(Over<T...>, const std::string& name, std::optional<Property> property, Body body) const {
    bool holds = true;
    all<T...>(holds, body);
    if (!holds) report_(name, property);
  }

 private:
  template <class... T, class Body>
  void all(bool& holds, Body body) const {
    if constexpr (sizeof...(T) == 0)
      holds = holds && body();
    else
      first<T...>(holds, body);
  }
  template <class First, class... Rest, class Body>
  void first(bool& holds, Body body) const {
    l_.template each_object<First>([&](auto x) {
      if (holds) all<Rest...>(holds, [&](auto... rest) { return bool{body(x, rest...)}; });
    });
  }
  Logic l_;
  Report report_;
};

// The promise after a step that succeeded, and which of the mechanism's nodes stands for the group that it made.
template <class Claims, class Task, class State>
void follow_promise(const Step& step, const State& memory, OpenPromise& promise) {
  promise.made = 0;
  if (makes_task(step.op)) promise.fork(step.task, step.made);
  if (!makes_rule(step.op)) return;
  promise.append(step.task, step.event, step.made, step.flags != 0);
  if constexpr (requires { typename Claims::Coupled; }) {
    if (promise.made == 0) return;
    const std::function<bool(uint16_t)> nobody = [](uint16_t) { return false; };
    const ConcreteLogic<State, Task> now(memory, promise, nobody, false);
    for (size_t event = 0; event < Claims::kViews; ++event) {
      const auto node = Claims::node_of(now, Ref<Task>{step.task}, event);
      promise.node_of[event][promise.made] = node.index;
      promise.group_of[node.index] = promise.made;
    }
  }
}

}  // namespace lockstep
