// SPDX-License-Identifier: GPL-2.0-or-later
// Gives a state's tasks, objects and rules names that do not depend on how it came about, so that states that differ in
// names alone become one. Why that is sound, and where it is not done: docs/exploring.md, "What is merged".
//
// The state that comes out is always the state that went in under other names. That two of the same kind always come
// out equal is not promised: where tasks look alike from near, their order is that of their slots.
#pragma once

#include <algorithm>

#include "oracle/state_codec.h"

namespace lockstep {

// By new slot: the task's slot before.
using TaskSlots = std::array<uint8_t, kMaxScopeTasks + 1>;

template <class Memory>
class Symmetry {
 public:
  using State = ExploredState<Memory>;
  using Parts = StateParts<Memory>;
  using Task = TaskOf<Memory>;

  // False: a pointer leads to freed memory, so addresses matter, and the state keeps its names.
  bool rename(const Parts& s) {
    wild_ = false;
    each_type([&]<class T>(Type<T>) { looks<T>().known = 0; });
    each_type_upwards([&]<class T>(Type<T>) { s.memory.template pool<T>().each([&](uint16_t i) { look<T>(s, i); }); });
    if (wild_) return false;
    each_type([&]<class T>(Type<T>) { places<T>() = {}; });
    order_tasks(s);
    place_objects(s);
    name_rules(s);
    build(s);
    return true;
  }
  const State& renamed() const { return to_; }
  const TaskSlots& slots() const { return slots_; }

 private:
  template <class T>
  struct Type {};
  template <class T>
  struct Looks {  // by address: what an object looks like, names aside
    uint32_t known = 0, open = 0;
    std::array<uint64_t, SmallPool<T>::kEnd> look;
  };
  template <class T>
  struct Places {  // by address: where the object goes
    uint16_t next = 1;
    std::array<uint8_t, SmallPool<T>::kEnd> to{};
  };
  template <class... Objects>
  struct Tables {
    std::tuple<Looks<Objects>...> looks;
    std::tuple<Places<Objects>...> places;
    static void each(auto visit) { (visit(Type<Objects>{}), ...); }
  };
  template <class M>
  struct TablesOf;
  template <class... Objects>
  struct TablesOf<std::tuple<SmallPool<Objects>...>> {
    using type = Tables<Objects...>;
  };
  using MyTables = typename TablesOf<decltype(Memory::pools)>::type;

  template <class T>
  auto& looks() {
    return std::get<Looks<T>>(tables_.looks);
  }
  template <class T>
  auto& places() {
    return std::get<Places<T>>(tables_.places);
  }
  static void each_type(auto visit) { MyTables::each(visit); }
  // Those that others lead to first, so that a look rarely has to wait for another.
  static void each_type_upwards(auto visit) {
    for (size_t rank = std::tuple_size_v<decltype(Memory::pools)>; rank-- > 0;)
      each_type([&]<class T>(Type<T> type) {
        if (Memory::template kRank<T> == rank) visit(type);
      });
  }
  // A pool lists the kinds of objects from the tasks downwards: a pointer upwards is an owner's address, no reference.
  template <class From, class To>
  static constexpr bool kDown = Memory::template kRank<To> >= Memory::template kRank<From>;

  static uint64_t mixed(uint64_t look, uint64_t value) {
    look = (look ^ value) * 0x9e3779b97f4a7c15;
    return look ^ (look >> 29);
  }

  template <class T>
  uint64_t look(const Parts& s, uint16_t index) {
    auto& all = looks<T>();
    const uint32_t bit = 1u << index;
    if ((all.known & bit) != 0) return all.look[index];
    if ((all.open & bit) != 0) return 1;  // a chain without an end
    all.open |= bit;
    uint64_t sum = 7;
    each_field(s.memory.template pool<T>()[index],
               [&]<class V>(const V& value) { sum = mixed(sum, part<T>(s, value)); });
    all.open &= ~bit;
    all.known |= bit;
    return all.look[index] = sum;
  }
  template <class From, class To>
  uint64_t part(const Parts& s, Ref<To> ref) {
    if constexpr (Memory::template kHas<To>) {
      if (ref.index == 0) return 2;
      if (!s.memory.template pool<To>().live(ref.index)) wild_ = true;
      if constexpr (kDown<From, To>)
        if (!wild_) return look<To>(s, ref.index);
    }
    return 3;
  }
  template <class From>
  uint64_t part(const Parts&, uint16_t) {
    return 0;  // a name
  }
  template <class From, class Number>
  uint64_t part(const Parts&, Number number) {
    return static_cast<uint64_t>(number);
  }

  // What the promise knows of each set, oldest rule first.
  void look_at_sets(const Parts& s) {
    set_looks_.fill(11);
    for (size_t rule = 1; rule <= s.ops; ++rule)
      if (const auto set = s.promise.set[rule]; set != 0)
        set_looks_[set] = mixed(set_looks_[set], s.promise.event[rule]);
  }
  uint64_t task_look(const Parts& s, uint16_t task) {
    uint64_t sum = looks<Task>().look[task];
    for (uint32_t sets = s.promise.sets_of(task); sets != 0; sets &= sets - 1)
      sum = mixed(sum, set_looks_[std::countr_zero(sets)]);
    sum = mixed(sum, s.promise.own[task] != 0);
    if constexpr (StateCodec<Memory>::kProcessLife) {
      sum = mixed(sum, s.processes.get(TaskField::state, task));
      sum = mixed(sum, s.processes.get(TaskField::leader, task) == task);
      sum = mixed(sum, s.processes.get(TaskField::parent, task) != 0);
      sum = mixed(sum, s.processes.get(TaskField::live, task));
    }
    return sum;
  }
  // With those around it: parents and children, leaders and threads.
  uint64_t look_around(const Parts& s, uint16_t task, const std::array<uint64_t, kMaxScopeTasks + 1>& near) {
    uint64_t sum = near[task], around = 0;
    const auto leader = s.processes.get(TaskField::leader, task);
    const auto parent = s.processes.get(TaskField::parent, leader);
    sum = mixed(mixed(sum, near[leader]), parent == 0 ? 0 : near[parent]);
    tasks(s).each([&](uint16_t other) {
      if (s.processes.get(TaskField::leader, other) == task) around += mixed(near[other], 5);
      if (s.processes.get(TaskField::parent, other) == task) around += mixed(near[other], 6);
    });
    return mixed(sum, around);
  }

  static const auto& tasks(const Parts& s) { return s.memory.template pool<Task>(); }

  void order_tasks(const Parts& s) {
    look_at_sets(s);
    std::array<uint64_t, kMaxScopeTasks + 1> near{}, look{};
    tasks(s).each([&](uint16_t task) { near[task] = task_look(s, task); });
    tasks(s).each([&](uint16_t task) {
      look[task] = StateCodec<Memory>::kProcessLife ? look_around(s, task, near) : near[task];
    });
    size_t count = 1;
    slots_ = {};
    tasks(s).each([&](uint16_t task) { slots_[count++] = static_cast<uint8_t>(task); });
    // Insertion: a handful of tasks, mostly in order already, and stable.
    for (size_t i = 2; i < count; ++i)
      for (size_t j = i; j > 1 && look[slots_[j]] < look[slots_[j - 1]]; --j) std::swap(slots_[j], slots_[j - 1]);
    for (size_t i = 1; i < count; ++i) places<Task>().to[slots_[i]] = static_cast<uint8_t>(i);
    tasks_ = count - 1;
  }

  // In the order in which a walk from the tasks comes by; those that nothing leads to by their look.
  void place_objects(const Parts& s) {
    for (size_t i = 1; i <= tasks_; ++i) walk(s, tasks(s)[slots_[i]]);
    each_type([&]<class T>(Type<T>) {
      if constexpr (!std::is_same_v<T, Task>) {
        std::array<uint16_t, SmallPool<T>::kEnd> rest;
        size_t count = 0;
        s.memory.template pool<T>().each([&](uint16_t index) {
          if (places<T>().to[index] == 0) rest[count++] = index;
        });
        if (count > 1)
          std::stable_sort(rest.begin(), rest.begin() + count,
                           [&](auto a, auto b) { return looks<T>().look[a] < looks<T>().look[b]; });
        for (size_t i = 0; i < count; ++i) place<T>(s, rest[i]);
      }
    });
  }
  template <class T>
  void place(const Parts& s, uint16_t index) {
    auto& to = places<T>().to[index];
    if (to != 0) return;
    to = static_cast<uint8_t>(places<T>().next++);
    walk(s, s.memory.template pool<T>()[index]);
  }
  template <class From>
  void walk(const Parts& s, const From& object) {
    each_field(object, [&]<class V>(const V& value) { follow<From>(s, value); });
  }
  template <class From, class To>
  void follow(const Parts& s, Ref<To> ref) {
    if constexpr (Memory::template kHas<To>)
      if constexpr (kDown<From, To>)
        if (ref.index != 0) place<To>(s, ref.index);
  }
  template <class From, class Number>
  void follow(const Parts&, Number) {}

  // Set by set as the tasks see them, oldest first: an inherited set keeps a lower number than those that came after
  // it, and an older rule of a set than a younger one. Then what is in memory alone.
  void name_rules(const Parts& s) {
    names_ = {};
    next_name_ = 1;
    for (size_t i = 1; i <= tasks_; ++i)
      for (uint32_t sets = s.promise.sets_of(slots_[i]); sets != 0; sets &= sets - 1) {
        const auto set = static_cast<size_t>(std::countr_zero(sets));
        if (names_[set] != 0) continue;  // its first rule
        for (size_t rule = set; rule <= s.ops; ++rule)
          if (s.promise.set[rule] == set) give_name(static_cast<uint16_t>(rule));
      }
    each_type([&]<class T>(Type<T>) {
      std::array<uint16_t, SmallPool<T>::kEnd> at{};
      s.memory.template pool<T>().each([&](uint16_t index) { at[places<T>().to[index]] = index; });
      for (uint16_t to = 1; to < places<T>().next; ++to)
        each_field(s.memory.template pool<T>()[at[to]], [&]<class V>(const V& value) {
          if constexpr (std::is_same_v<V, uint16_t>) give_name(value);
        });
    });
  }
  void give_name(uint16_t rule) {
    if (rule != 0 && names_[rule] == 0) names_[rule] = static_cast<uint8_t>(next_name_++);
  }

  void build(const Parts& s) {
    each_type([&]<class T>(Type<T>) {
      const auto& from = s.memory.template pool<T>();
      auto& to = to_.memory.template pool<T>();
      to.set_live((1u << (from.count() + 1)) - 2);
      from.each([&](uint16_t index) {
        auto& object = to[places<T>().to[index]] = from[index];
        each_field(object, [&]<class V>(V& value) { rename_value(value); });
      });
    });
    to_.ops = s.ops;
    to_.processes.clear();
    const auto to_slot = [&](uint16_t task) { return task == 0 ? uint16_t{0} : uint16_t{places<Task>().to[task]}; };
    to_.promise = {};
    for (uint16_t i = 1; i <= tasks_; ++i) {
      const uint16_t task = slots_[i];
      const auto copy = [&](TaskField field, uint16_t value) { to_.processes.set(field, i, value); };
      copy(TaskField::state, s.processes.get(TaskField::state, task));
      copy(TaskField::live, s.processes.get(TaskField::live, task));
      copy(TaskField::leader, to_slot(s.processes.get(TaskField::leader, task)));
      copy(TaskField::parent, to_slot(s.processes.get(TaskField::parent, task)));
      to_.promise.own[i] = names_[s.promise.own[task]];
      for (uint32_t sets = s.promise.base[task]; sets != 0; sets &= sets - 1)
        to_.promise.base[i] |= static_cast<uint16_t>(1u << names_[std::countr_zero(sets)]);
    }
    for (size_t rule = 1; rule <= s.ops; ++rule) {
      if (s.promise.set[rule] == 0) continue;
      to_.promise.set[names_[rule]] = names_[s.promise.set[rule]];
      to_.promise.event[names_[rule]] = s.promise.event[rule];
    }
  }
  template <class T>
  void rename_value(Ref<T>& ref) {
    if constexpr (Memory::template kHas<T>)
      if (ref.index != 0) ref.index = places<T>().to[ref.index];
  }
  void rename_value(uint16_t& name) { name = names_[name]; }
  template <class Number>
  void rename_value(Number&) {}

  bool wild_ = false;
  MyTables tables_;
  std::array<uint64_t, PromiseMasks::kNames> set_looks_;
  TaskSlots slots_{};
  size_t tasks_ = 0;
  std::array<uint8_t, PromiseMasks::kNames> names_{};
  uint16_t next_name_ = 1;
  State to_;
};

}  // namespace lockstep
