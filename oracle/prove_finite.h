// SPDX-License-Identifier: GPL-2.0-or-later
// The same text where there are so many objects and no more: one operation after the other from the start, and any
// state in which the invariants hold, made concrete.
#pragma once

#include "oracle/concrete_state.h"
#include "oracle/finite_state.h"
#include "oracle/prove_machine.h"

namespace lockstep {

template <class Machine>
class FiniteProofs : public MachineProofs<Machine> {
  using Base = MachineProofs<Machine>;
  using Mechanism = typename Base::Mechanism;
  using Task = typename Base::Task;
  using Transition = typename Base::Transition;
  using Base::finite_, Base::layout_, Base::machine_, Base::most_size_, Base::promise_, Base::setting_;
  using Base::kFilters, Base::other_of, Base::release_at_reap, Base::take, Base::transitions_, Base::views_;

 public:
  using Base::Base;
  const ProofSetting& finite_setting() const override { return finite_; }
  std::map<std::string, size_t> places(size_t steps) const override {
    std::map<std::string, size_t> places;
    for (const auto& kind : layout_.kinds) places[kind.name] = steps;
    places[Task::kName] = steps + 1;
    places[Group::kName] = steps;
    // A first append fills every slot.
    if (places.contains(Node::kName)) places[Node::kName] = steps * kEvents;
    return places;
  }
  SymbolicState finite_start(const Symbols& symbols, const z3::solver& solver) const override {
    SymbolicRun run(symbols, finite_, {}, solver);
    run.start_empty();
    run.state().release_at_reap = release_at_reap();
    const expr first = run.make_named(Task::kName, 0);
    const auto set = [&](const auto& field, const char* name) {
      run.store(key_of(field), first, symbols.constant(name, "bool"));
    };
    if constexpr (kFilters)
      set(f::task_nnp, "nnp"), set(f::task_cap, "cap");
    else
      set(f::nnp, "nnp"), set(f::cap, "cap");
    run.state().in_flight.clear();
    run.state().at_zero.clear();
    return run.state();
  }
  FinitePath run_finite(size_t number, const std::vector<bool>& decisions, const FiniteStep& from) const override {
    const auto transition = renamed(transitions_[number], from.number);
    const auto& step = transition.step;
    const auto& symbols = from.symbols;
    SymbolicRun run(symbols, finite_, decisions, from.solver);
    run.ask_for(from.asked);
    run.start_from(from.before);
    // Who is made has a place of its own: a trace gives no name twice.
    const auto place = [&](const char* kind, size_t at) { return symbols.finite()->places(kind)[at]; };
    if (makes_task(step.op)) run.assume(run.named(Task::kName, step.made) == place(Task::kName, from.number + 1u));
    run.assume(symbols.finite()->within(run.named(Task::kName, step.task)));
    run.assume(symbols.finite()->within(run.named(Task::kName, other_of(step))));
    run.assume(symbols.constant("group!made", Group::kName) == place(Group::kName, from.number));
    run.assume(symbols.constant(kAnySizeName, "int") >= 1);
    run.assume(symbols.constant(kAnySizeName, "int") <= static_cast<int>(most_size_));
    try {
      take(transition, run);
    } catch (const PathEnds&) {
    }
    FinitePath path{.step = step,
                    .actor = run.named(Task::kName, step.task),
                    .other = run.named(Task::kName, other_of(step)),
                    .result = run.take_result(),
                    .owed = run.owed(),
                    .end = run.at_end(),
                    .path = run.path(),
                    .no_room = run.no_room()};
    path.step.fail_alloc = static_cast<uint16_t>(path.result.failed_allocation);
    return path;
  }

  std::optional<Counterexample> counterexample(const std::string& transition, const std::string& formula,
                                               size_t objects, std::chrono::milliseconds timeout) const override {
    const auto of = std::find_if(transitions_.begin(), transitions_.end(),
                                 [&](const Transition& each) { return each.name == transition; });
    if (of == transitions_.end() || of->check) return {};
    z3::context c;
    FiniteSorts sorts;
    for (const auto& kind : layout_.kinds) sorts.add(c, kind.name, objects);
    sorts.add(c, Group::kName, objects);
    z3::solver solver(c, "QF_FD");
    const Symbols symbols(c, sorts, "");
    SymbolicState start = any_finite_state(symbols, setting_, solver);
    start.release_at_reap = release_at_reap();
    if constexpr (!kFilters)
      for (const auto& task : sorts.places(Task::kName)) solver.add(!start.map(kEnding)(task));
    assume_everywhere(symbols, setting_.invariants(symbols, start), solver);
    const auto end = std::chrono::steady_clock::now() + timeout;
    std::vector<std::vector<bool>> todo{{}};
    while (!todo.empty() && std::chrono::steady_clock::now() < end) {
      const auto decisions = std::move(todo.back());
      todo.pop_back();
      solver.push();
      SymbolicRun run(symbols, setting_, decisions, solver);
      run.ask_for([&](std::optional<Property>, const std::string& owed) { return owed == formula; });
      run.start_from(start);
      try {
        take_any(*of, run);
      } catch (const PathEnds&) {
      }
      for (const auto& owed : run.owed()) {
        solver.push();
        solver.add(owed.broken);
        if (solver.check() == z3::sat) return made_concrete(*of, run, solver.get_model(), {start, sorts, formula});
        solver.pop();
      }
      for (const auto& more : run.result().open) todo.push_back(more);
      solver.pop();
    }
    return {};
  }

 private:
  struct Wanted {
    const SymbolicState& start;
    const FiniteSorts& sorts;
    const std::string& formula;
  };
  // From any state, by any task, with a program of any size.
  void take_any(const Transition& transition, SymbolicRun& run) const {
    const auto& symbols = run.symbols();
    const auto& sorts = *symbols.finite();
    for (const auto task : {transition.step.task, other_of(transition.step)})
      run.assume(sorts.within(run.named(Task::kName, task)));
    const expr size = symbols.constant(kAnySizeName, "int");
    run.assume(size >= 1 && size <= static_cast<int>(most_size_));
    const expr group = symbols.constant("group!made", Group::kName);
    run.assume(sorts.within(group));
    const auto& groups = sorts.places(Group::kName);
    if (run.state().maps.contains("known"))
      for (size_t g = 2; g < groups.size(); ++g)
        run.assume(z3::implies(group == groups[g], run.state().map("known")(groups[g - 1])));
    take(transition, run);
  }
  std::optional<Counterexample> made_concrete(const Transition& transition, const SymbolicRun& run,
                                              const z3::model& model, const Wanted& wanted) const {
    const ChosenState chosen(model, wanted.start, wanted.sorts);
    using Concrete = std::conditional_t<kFilters, SeccompMachineIn<ConcreteWorld, Mechanism>, NodeMachine<Mechanism>>;
    Concrete machine;
    machine.world.memory.limit = machine_.world.memory.limit;
    if constexpr (kFilters) machine.world.memory.switches = machine_.world.memory.switches;
    ConcreteState<Concrete, Mechanism, Task> state(machine, promise_, views_, chosen);
    Counterexample found{.state = state.words(), .step = transition.step};
    auto& step = found.step;
    const auto task = [&](uint16_t number) {
      return static_cast<uint16_t>(chosen.number(run.named(Task::kName, number)));
    };
    step.child = step.op == Op::reap ? task(other_of(step)) : uint16_t{0};
    step.made = makes_task(step.op)   ? task(transition.step.made)
                : makes_rule(step.op) ? static_cast<uint16_t>(wanted.sorts.places(Task::kName).size())
                                      : uint16_t{0};
    step.task = task(transition.step.task);
    const auto size = static_cast<uint32_t>(chosen.number(run.symbols().constant(kAnySizeName, "int")));
    if (step.op == Op::append) step.pages = size;
    if (step.op == Op::attach) step.len = size;
    step.fail_alloc = static_cast<uint16_t>(run.failed_allocation());
    const auto wrong = state.wrong();
    found.excluded_by.assign(wrong.begin(), wrong.end());
    found.shown = state.wrong_after(step).contains(wanted.formula);
    if (wanted.formula.starts_with("no freed ") || wanted.formula.starts_with("no WARN")) found.shown = state.faults();
    step.error = state.error();
    if (step.error != 0) step.made = 0;
    return found;
  }

  // With names for its tasks that no other step has.
  static Transition renamed(Transition transition, uint16_t number) {
    auto& step = transition.step;
    step.task = static_cast<uint16_t>(1000 + 2 * number);
    step.made = step.child = static_cast<uint16_t>(step.task + 1);
    for (auto& event : transition.happens) event.task = step.child;
    return transition;
  }
};

}  // namespace lockstep
