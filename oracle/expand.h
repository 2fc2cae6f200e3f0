// SPDX-License-Identifier: GPL-2.0-or-later
// One state of a search: what is wrong in it, every step from it, and what is wrong with each step. One a thread.
//
// Machine: as in small_memory.h. What views, objects, owners and limits have to be is in rules.h.
#pragma once

#include <cstring>
#include <optional>
#include <vector>

#include "model/state_facts.h"
#include "oracle/choices.h"
#include "oracle/rules.h"
#include "oracle/state_codec.h"
#include "oracle/symmetry.h"

namespace lockstep {

// A view: rule numbers, newest first, four bits each. Longer ones are cut: only a chain without an end is longer.
class SmallView {
 public:
  static constexpr int kMost = 16;
  void add(uint16_t number) {
    if (size_ < kMost) numbers_ |= uint64_t{number} << (4 * size_++);
  }
  bool operator==(const SmallView&) const = default;
  // The same, for who wants to walk through it.
  class List {
   public:
    explicit List(const SmallView& view) : size_(view.size_) {
      for (int i = 0; i < size_; ++i) numbers_[static_cast<size_t>(i)] = view.numbers_ >> (4 * i) & 15;
    }
    size_t size() const { return static_cast<size_t>(size_); }
    auto begin() { return numbers_.begin(); }
    auto end() { return numbers_.begin() + size_; }
    auto begin() const { return numbers_.begin(); }
    auto end() const { return numbers_.begin() + size_; }
    bool operator==(const List&) const = default;

   private:
    std::array<uint16_t, kMost> numbers_{};
    int size_;
  };

 private:
  uint64_t numbers_ = 0;
  int size_ = 0;
};

template <class Machine>
class Expander {
 public:
  using Memory = MemoryOf<Machine>;
  using State = ExploredState<Memory>;
  using Task = TaskOf<Memory>;
  static constexpr bool kNodes = std::is_same_v<Task, NodeTask>;

  struct Config {
    Scope scope;
    std::vector<uint32_t> sizes;
    std::vector<Choice> choices;
    std::optional<PromiseKind> promise;
    bool symmetry = true;
  };
  Expander(const Machine& machine, const Config& config)
      : machine_(machine), config_(config), codec_(config.scope, config.sizes, config.promise) {}

  // A trace's first state.
  void start(const Start& start, PackedState& packed) {
    machine_.reset(start);
    before_ = {machine_.world.memory, machine_.processes.numbers(), {}, 0};
    pack(before_, packed, kAll);
  }

  void load(const uint8_t* bytes, size_t size) {
    std::memcpy(packed_before_.state.data.data(), bytes, size);
    packed_before_.state.size = static_cast<uint8_t>(size);
    codec_.unpack(packed_before_, before_);
    reload_ = true;
    facts_before_.reset();
    objects_before_.reset();
    before_.memory.limit = machine_.world.memory.limit;
    if constexpr (!kNodes) before_.memory.switches = machine_.world.memory.switches;
  }

  // What is wrong in the loaded state: report(property), perhaps more than once for each.
  template <class Report>
  void judge_state(Report report) {
    restore();
    facts_.clear();
    show_graph(machine_, writer_, facts_);
    objects_before_ = facts_.objects.size();
    const auto& explanation = explainer_.explain(facts_);
    judge_objects(facts_, explanation, [&](ObjectFlaw flaw, size_t, int) { report(property_of(flaw)); });
    judge_owners(facts_, [&](size_t) { report(Property::owner_valid); });
    for (const auto& fault : facts_.faults) report(property_of_fault(fault));
    if (explanation.cyclic) report(Property::acyclic);
    addresses_matter_ |= !facts_.faults.empty() ||
                         std::any_of(facts_.objects.begin(), facts_.objects.end(), [](auto& o) { return o.freed; });
  }
  // A pointer led to freed memory, or a step made something after it had freed something: from there on it may matter
  // at which address an object is. Since the expander was made.
  bool addresses_matter() const { return addresses_matter_; }

  // Every step from the loaded state. sink(step, outcome, state): `state` is null where nothing follows;
  // report(property, step, outcome): what the step breaks.
  template <class Sink, class Report>
  void expand(Sink sink, Report report) {
    see_before();
    uint16_t free_slot = 0;
    for (uint16_t slot = static_cast<uint16_t>(config_.scope.tasks); slot > 0; --slot)
      if (!tasks(before_).live(slot)) free_slot = slot;
    tasks(before_).each([&](uint16_t task) {
      if (!alive(before_.processes, task)) return;
      for (const auto& choice : config_.choices) {
        Step step = choice.step;
        step.task = task;
        if (makes_rule(step.op)) {
          if (before_.ops == config_.scope.ops) continue;
          step.made = static_cast<uint16_t>(before_.ops + 1);
        } else if (makes_task(step.op)) {
          if (free_slot == 0) continue;
          step.made = free_slot;
        } else if (step.op == Op::reap) {
          tasks(before_).each([&](uint16_t child) {
            if (child == task) return;
            step.child = child;
            take(step, sink, report);
          });
          continue;
        }
        take(step, sink, report);
        if (!choice.faults) continue;
        const uint32_t tried = allocations_;
        for (uint16_t nth = 1; nth <= tried; ++nth) {
          step.fail_alloc = nth;
          take(step, sink, report);
        }
      }
    });
  }

  // Takes one step from the loaded state; `packed` is the next one, or as it was where nothing follows.
  Outcome follow(const Step& step, PackedState& packed) {
    Outcome outcome;
    see_before();
    const auto sink = [&](const Step&, const Outcome& result, const PackedState* next) {
      outcome = result;
      if (next != nullptr) packed = *next;
    };
    take(step, sink, [](Property, const Step&, const Outcome&) {});
    return outcome;
  }
  // By slot of the state packed last: the slot that the task had before it was renamed.
  const TaskSlots& slots() const { return slots_; }

  const Coverage& coverage() const { return machine_.world.coverage; }
  bool out_of_room() const { return out_of_room_; }

 private:
  static constexpr uint32_t kAll = ~0u;
  using Views = std::array<SmallView, kEvents>;  // of one task

  static const auto& tasks(const State& s) { return s.memory.template pool<Task>(); }
  uint32_t living(const SmallTaskNumbers& processes) const {
    uint32_t mask = 0;
    for (uint16_t task = 1; task <= config_.scope.tasks; ++task) mask |= uint32_t{alive(processes, task)} << task;
    return mask;
  }

  void restore() {
    auto& memory = machine_.world.memory;
    if (!reload_) {
      memory.undo(before_.memory);
    } else {
      memory = before_.memory;
      if (before_.odd) memory.each_pool([](auto& pool) { pool.zero_freed(); });
    }
    machine_.processes.numbers() = before_.processes;
    reload_ = false;
  }

  // Views by root: those that are seen already.
  struct Seen {
    std::array<Views, SmallPool<Task>::kEnd> views;
    std::array<uint32_t, SmallPool<Task>::kEnd> shares;  // of its limit that a task's views take up
    uint32_t roots = 0;
  };
  uint16_t see_views(uint16_t task, Seen& seen) const {
    const auto root = view_root(machine_, task);
    if ((seen.roots >> root & 1) != 0) return root;
    seen.roots |= 1u << root;
    seen.views[root] = {};
    seen.shares[root] = 0;
    for (int event = 0; event < config_.scope.events; ++event)
      each_in_view(machine_, task, event, [&](uint16_t number, uint32_t size) {
        seen.views[root][event].add(number);
        seen.shares[root] += limit_share(kNodes ? Op::append : Op::attach, size);
      });
    return root;
  }

  void see_before() {
    restore();
    seen_.roots = 0;
    tasks(before_).each([&](uint16_t task) { roots_[task] = see_views(task, seen_); });
  }

  template <class Sink, class Report>
  void take(const Step& step, Sink sink, Report report) {
    restore();
    const Outcome outcome = machine_.step(step);
    allocations_ = machine_.world.allocations();
    const auto& memory = machine_.world.memory;
    if (memory.full()) out_of_room_ = true;
    if (out_of_room_) return;
    const auto broken = [&](Property property) { report(property, step, outcome); };
    const bool unharmed = memory.faults.empty();
    if (!unharmed && judge_faults(broken)) return sink(step, outcome, nullptr);
    const uint32_t changed = memory.changed(before_.memory);
    judge_limit(step, outcome, broken);
    const bool made_rule = outcome.error == 0 && makes_rule(step.op);
    if (changed == 0 && unharmed && !made_rule && machine_.processes.numbers() == before_.processes)
      return sink(step, outcome, nullptr);  // as if it had not been
    if (!judge_tasks(broken)) return sink(step, outcome, nullptr);
    if (config_.promise) {
      after_promise_ = before_.promise;
      advance_promise(step, outcome);
      judge_views(step, outcome, broken);
    }
    addresses_matter_ |= memory.reused();
    if (outcome.error != 0) judge_error(broken);
    const bool used_up = makes_rule(step.op) && (outcome.error == 0 || changed != 0);
    pack({memory, machine_.processes.numbers(), after_promise_, static_cast<uint8_t>(before_.ops + used_up)}, packed_,
         changed);
    sink(step, outcome, &packed_);
  }

  // changed: the pools in which it differs from the loaded state.
  void pack(const StateParts<Memory>& state, PackedState& packed, uint32_t changed) {
    for (uint8_t slot = 0; slot < slots_.size(); ++slot) slots_[slot] = slot;
    if (!config_.symmetry) return codec_.pack(state, packed, before_.odd ? nullptr : &packed_before_, changed);
    if (!symmetry_.rename(state)) return codec_.pack(state, packed);
    slots_ = symmetry_.slots();
    codec_.pack(symmetry_.renamed(), packed);
  }

  // True: nothing that comes after it means anything.
  template <class Broken>
  bool judge_faults(Broken broken) {
    bool over = false;
    for (const auto& fault : machine_.world.memory.faults) over |= fault.what != Fault::What::warned;
    facts_.clear();
    show_faults(machine_.world.memory, facts_);
    for (const auto& fault : facts_.faults) broken(property_of_fault(fault));
    return over;
  }

  // False: a task that exists has no memory, or memory is kept of one that does not. Only a mutated text does that.
  template <class Broken>
  bool judge_tasks(Broken broken) {
    uint32_t exist = 0;
    for (uint16_t task = 1; task <= kMaxScopeTasks; ++task) exist |= uint32_t{machine_.processes.exists(task)} << task;
    const uint32_t kept = machine_.world.memory.template pool<Task>().live_mask();
    if ((exist & ~kept) != 0) broken(Property::no_use_after_free);
    if ((kept & ~exist) != 0) broken(Property::no_leak);
    return exist == kept;
  }

  void advance_promise(const Step& step, const Outcome& outcome) {
    PromiseMasksWorld promise(*config_.promise, after_promise_);
    if (outcome.error == 0 && makes_rule(step.op))
      return promise.append(step.task, step.event, step.made, step.flags != 0);
    if (outcome.error == 0 && makes_task(step.op)) return promise.fork(step.task, step.made);
    if (machine_.processes.numbers() == before_.processes) return;
    const uint32_t left = living(machine_.processes.numbers());
    for (uint32_t dead = living(before_.processes) & ~left; dead != 0; dead &= dead - 1)
      promise.forget(static_cast<uint16_t>(std::countr_zero(dead)), left);
  }

  template <class Broken>
  void judge_views(const Step& step, const Outcome& outcome, Broken broken) {
    const bool appended = outcome.error == 0 && makes_rule(step.op);
    const bool forked = outcome.error == 0 && makes_task(step.op);
    const auto report = [&](ViewFlaw flaw, uint16_t) { broken(property_of(flaw)); };
    // Where no pointer has changed what stands behind a root is what stood there before.
    const bool moved = machine_.world.memory.template links_changed<Task>(before_.memory);
    now_.roots = 0;
    machine_.world.memory.template pool<Task>().each([&](uint16_t task) {
      if (!alive(machine_.processes.numbers(), task)) return;
      const auto root = view_root(machine_, task);
      const bool known = !moved && (seen_.roots >> root & 1) != 0;
      const auto& now = known ? seen_.views[root] : now_.views[see_views(task, now_)];
      const bool is_child = forked && task == step.made;
      const auto& was = seen_.views[roots_[is_child ? step.task : task]];
      for (int event = 0; event < config_.scope.events; ++event) {
        const bool due = appended && event == step.event && after_promise_.promises(task, step.made);
        if (!due && was[event] == now[event]) continue;
        const SmallView::List before(was[event]), after(now[event]);
        if (is_child) {
          judge_first_view(before, after, report);
          continue;
        }
        const auto promised = [&] {
          SmallView view;
          after_promise_.each_in_view(task, event, [&](uint16_t rule) { view.add(rule); });
          return SmallView::List(view);
        };
        judge_view(before, after, step.made, due, true, promised, report);
      }
    });
  }

  template <class Broken>
  void judge_limit(const Step& step, const Outcome& outcome, Broken broken) {
    if (!limit_decides(step, outcome.error)) return;
    const uint32_t limit = machine_.world.memory.limit;
    const bool failed = outcome.error != 0;
    const auto wrong = [&](bool replaces) {
      return (limit_sum(step, seen_.shares[roots_[step.task]], replaces) > limit) != failed;
    };
    if (wrong(false) == wrong(true)) {  // far from the bound, and for seccomp
      if (wrong(false)) broken(Property::limit);
    } else if constexpr (kNodes) {
      if (wrong(replaces_events(step, failed))) broken(Property::limit);
    }
  }
  // Whether the append puts new events in the place of old ones; one that failed: whether it would, freed of the limit.
  bool replaces_events(Step step, bool failed) const {
    Machine trial = machine_;
    trial.world.memory = before_.memory;
    trial.processes.numbers() = before_.processes;
    const auto before = events_birth(trial, step.task);
    if (before == 0) return false;
    if (!failed) return events_birth(machine_, step.task) != before;
    trial.world.memory.limit = 1u << 30;
    step.fail_alloc = 0;
    trial.step(step);
    return events_birth(trial, step.task) != before;
  }

  // Addresses may have changed and nobody be the wiser: facts are what counts.
  template <class Broken>
  void judge_error(Broken broken) {
    facts_.clear();
    show_graph(machine_, writer_, facts_);
    if (objects_before_ && facts_.objects.size() != *objects_before_) return broken(Property::error_atomic);
    show_all(facts_);
    if (!facts_before_) {
      const auto memory = machine_.world.memory;
      machine_.world.memory = before_.memory;
      show_all(facts_before_.emplace());
      machine_.world.memory = memory;
      reload_ = true;
    }
    if (compare(*facts_before_, facts_, {})) broken(Property::error_atomic);
  }
  void show_all(Snapshot& facts) {
    facts.clear();
    show(machine_, writer_, facts);
    canonical(facts);
  }

  Machine machine_;
  const Config& config_;
  StateCodec<Memory> codec_;
  Symmetry<Memory> symmetry_;
  State before_;
  typename StateCodec<Memory>::Packed packed_before_;
  std::array<uint16_t, kMaxScopeTasks + 1> roots_;  // of each task's views, before
  Seen now_;
  Seen seen_;  // of the state before
  PromiseMasks after_promise_;
  PackedState packed_;
  TaskSlots slots_{};
  bool reload_ = true;        // the machine's memory does not come from the loaded state
  uint32_t allocations_ = 0;  // that the last step tried
  bool out_of_room_ = false;
  bool addresses_matter_ = false;
  FactsWriter writer_;
  Explainer explainer_;
  Snapshot facts_;
  std::optional<Snapshot> facts_before_;
  std::optional<size_t> objects_before_;
};

}  // namespace lockstep
