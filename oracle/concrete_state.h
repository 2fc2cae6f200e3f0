// SPDX-License-Identifier: GPL-2.0-or-later
// A state that the solver has chosen, made of concrete objects; a step taken from it; and the claims that are false
// before and after.
#pragma once

#include <fmt/format.h>

#include <set>

#include "model/machine.h"
#include "oracle/claims_of.h"
#include "oracle/claims_results.h"
#include "oracle/concrete_logic.h"
#include "oracle/rules.h"
#include "oracle/symbolic_run.h"

namespace lockstep {

// What a solver's model says of a state.
class ChosenState {
 public:
  ChosenState(const z3::model& model, const SymbolicState& state, const FiniteSorts& sorts)
      : model_(model), s_(state), sorts_(sorts) {}
  size_t places(const std::string& kind) const { return sorts_.places(kind).size(); }
  bool has(const std::string& key) const { return s_.maps.contains(key); }
  bool has_relation(const std::string& key) const { return s_.relations.contains(key); }
  int64_t at(const std::string& key, const std::string& kind, size_t place) const {
    return number(s_.map(key)(sorts_.places(kind)[place]));
  }
  bool related(const std::string& key, const std::string& a, size_t x, const std::string& b, size_t y) const {
    return number(s_.relation(key)(sorts_.places(a)[x], sorts_.places(b)[y])) != 0;
  }
  int64_t number(const expr& e) const {
    const expr value = model_.eval(e, true);
    if (value.is_bool()) return value.is_true();
    const auto bits = value.get_sort().bv_size();
    const auto plain = static_cast<int64_t>(value.get_numeral_uint64());
    const bool below_zero = bits == FiniteSorts::kNumberBits && plain >> (bits - 1) != 0;
    return below_zero ? plain - (int64_t{1} << bits) : plain;
  }

 private:
  const z3::model& model_;
  const SymbolicState& s_;
  const FiniteSorts& sorts_;
};

// Machine: a concrete one, with its mechanism's parameters.
template <class Machine, class Mechanism, class Task>
class ConcreteState {
 public:
  using State = typename Mechanism::State;
  using Kinds = KindsIn<State>;
  using Claims = ClaimsOf<Mechanism>;
  using Logic = ConcreteLogic<State, Task>;
  static constexpr bool kFilters = std::is_same_v<Task, SeccompTask>;

  ConcreteState(Machine machine, PromiseKind promise, bool views, const ChosenState& chosen)
      : machine_(std::move(machine)), promise_(promise), views_(views) {
    machine_.reset({});
    machine_.world.memory.clear();
    Kinds::each([&]<class T>(Over<T>) { make<T>(chosen); });
    for (uint16_t task = 2; task < chosen.places(Task::kName); ++task)
      if (tasks().live(task)) machine_.processes.fork(1, task);
    for (uint16_t task = 1; task < chosen.places(Task::kName); ++task)
      if (tasks().live(task) && chosen.at(kEnding, Task::kName, task) != 0) machine_.processes.exit(task);
    make_promise(chosen);
  }

  // The claims that are false here.
  std::set<std::string> wrong() {
    std::set<std::string> names;
    const std::function<bool(uint16_t)> ending = [&](uint16_t task) { return machine_.processes.zombie(task); };
    const Logic now(machine_.world.memory, promise_, ending, at_reap());
    const ClaimChecker<Logic> check(now, [&](const std::string& name, auto) { names.insert(name); });
    claim_theorems<Kinds>(now, check);
    claim_consequences<Kinds>(now, check);
    claim_invariants<Kinds, Claims>(now, check, views_);
    return names;
  }
  // Takes the step; what is false after it, of the state and of the step.
  std::set<std::string> wrong_after(const Step& step) {
    const State before = machine_.world.memory;
    auto promise_before = promise_;
    const auto processes_before = machine_.processes;
    const std::function<bool(uint16_t)> ending_before = [&](uint16_t task) { return processes_before.zombie(task); };
    const int error = machine_.step(step).error;
    if (error == 0 && views_) follow_promise<Claims, Task>(step, machine_.world.memory, promise_);
    auto names = wrong();
    const std::function<bool(uint16_t)> ending = [&](uint16_t task) { return machine_.processes.zombie(task); };
    const Logic was(before, promise_before, ending_before, at_reap()),
        now(machine_.world.memory, promise_, ending, at_reap());
    const ClaimChecker<Logic> check(now, [&](const std::string& name, auto) { names.insert(name); });
    claim_steps<Claims>(was, now, check);
    if (error != 0) claim_unchanged<Kinds>(was, now, check);
    if (error == 0 && makes_task(step.op))
      claim_fork<Claims>(was, now, Ref<Task>{step.task}, Ref<Task>{step.made}, check);
    error_ = error;
    faults_ = !machine_.world.memory.faults.empty();
    return names;
  }
  int error() const { return error_; }
  bool faults() const { return faults_; }  // the step touched what was freed, or freed it twice, or warned

  // "task.1: events=1 nnp; events.1: usage=1 nodes=1,2"
  std::string words() const {
    std::string out;
    Kinds::each([&]<class T>(Over<T>) {
      pool<T>().each([&](uint16_t index) {
        out += fmt::format("{}{}.{}:", out.empty() ? "" : "; ", T::kName, index);
        each_field<T>(Kinds(), [&](auto field, auto... slot) {
          const auto value = shown(value_of(pool<T>()[index], field, slot...));
          if (!value.empty()) out += fmt::format(" {}={}", short_name(words_of(field, slot...)), value);
        });
      });
    });
    return out.empty() ? "nothing" : out;
  }

 private:
  template <class T>
  auto& pool() {
    return machine_.world.memory.template pool<T>();
  }
  template <class T>
  const auto& pool() const {
    return machine_.world.memory.template pool<T>();
  }
  const auto& tasks() const { return pool<Task>(); }
  bool at_reap() const {
    if constexpr (kFilters)
      return machine_.world.memory.switches.release_at_reap;
    else
      return false;
  }
  template <class T, class V>
  static auto& value_of(T& object, Field<std::remove_const_t<T>, V> field) {
    return object.*field.member;
  }
  template <class T, class V, size_t N>
  static auto& value_of(T& object, Slots<std::remove_const_t<T>, V, N> field, size_t slot) {
    return (object.*field.member)[slot];
  }
  template <class V>
  static void set(V& to, int64_t value) {
    if constexpr (requires { to.index; })
      to.index = static_cast<uint16_t>(value);
    else
      to = static_cast<V>(value);
  }
  template <class V>
  static std::string shown(const V& value) {
    if constexpr (requires { value.index; })
      return value.index == 0 ? "" : std::to_string(value.index);
    else
      return value == V{} ? "" : std::to_string(static_cast<int64_t>(value));
  }
  static std::string short_name(const std::string& name) { return name.substr(name.find('.') + 1); }

  // The oldest first: births are what ages are.
  template <class T>
  void make(const ChosenState& chosen) {
    std::vector<std::pair<int64_t, uint16_t>> live;
    for (uint16_t place = 1; place < chosen.places(T::kName); ++place)
      if (chosen.at(live_key(T::kName), T::kName, place) != 0)
        live.emplace_back(chosen.at(age_key(T::kName), T::kName, place), place);
    std::sort(live.begin(), live.end());
    for (const auto& [age, place] : live) {
      auto& object = pool<T>()[pool<T>().alloc_at(place)];
      each_field<T>(Kinds(), [&](auto field, auto... slot) {
        set(value_of(object, field, slot...), chosen.at(key_of(field, slot...), T::kName, place));
      });
      if constexpr (requires { object.number; }) object.number = place;
    }
  }
  void make_promise(const ChosenState& chosen) {
    using Made = typename Claims::Made;
    const auto each = [&](const char* a, const char* b, const std::string& key, auto& pairs) {
      if (!chosen.has_relation(key)) return;
      for (uint16_t x = 1; x < chosen.places(a); ++x)
        for (uint16_t y = 1; y < chosen.places(b); ++y)
          if (chosen.related(key, a, x, b, y)) pairs.insert({x, number<Made>(b, y)});
    };
    for (size_t event = 0; event < Claims::kViews; ++event) {
      const auto n = std::to_string(event);
      each(Group::kName, Made::kName, "rules." + n, promise_.rules[event]);
      each(Task::kName, Made::kName, "promised." + n, promise_.promised[event]);
      if (!chosen.has("node." + n)) continue;
      for (uint16_t g = 1; g < chosen.places(Group::kName); ++g)
        promise_.node_of[event][g] = static_cast<uint16_t>(chosen.at("node." + n, Group::kName, g));
    }
    if (!chosen.has("own")) return;
    each(Task::kName, Group::kName, "inherits", promise_.inherits);
    for (uint16_t t = 1; t < chosen.places(Task::kName); ++t)
      promise_.own[t] = static_cast<uint16_t>(chosen.at("own", Task::kName, t));
    for (uint16_t g = 1; g < chosen.places(Group::kName); ++g)
      if (chosen.at("known", Group::kName, g) != 0) promise_.groups = g;
    for (uint16_t n = 1; n < chosen.places("node"); ++n)
      promise_.group_of[n] = static_cast<uint16_t>(chosen.at("group", "node", n));
  }
  // The promise calls rules by their numbers: a node design's are those of their programs.
  template <class Made>
  uint16_t number(const std::string& kind, uint16_t place) const {
    if constexpr (std::is_same_v<Made, Rule>)
      if (kind == Rule::kName) return pool<Prog>()[pool<Rule>()[place].prog.index].number;
    return place;
  }

  Machine machine_;
  OpenPromise promise_;
  bool views_;
  int error_ = 0;  // of the step
  bool faults_ = false;
};

}  // namespace lockstep
