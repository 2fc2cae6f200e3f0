// SPDX-License-Identifier: GPL-2.0-or-later
// The world that stops between atomic steps, so that a scheduler picks which task goes on.
//
// An operation in flight is plain data: how many atomic steps it has done, and what those that gave it something gave
// it. To go on, its text is run from its start: what it has done already is answered from that log, the first step that
// is new happens in shared memory, and where a step comes that others can notice the run ends by an exception. Nothing
// that is in flight in a transition has a destructor.
//
// Steps are sequentially consistent. No memory is used twice: each operation has addresses of its own to allocate from,
// so whoever touches a freed object is seen, and the order of allocations makes no difference.
#pragma once

#include <array>
#include <cassert>
#include <type_traits>
#include <vector>

#include "model/machine.h"
#include "model/process_rules.h"
#include "oracle/small_memory.h"
#include "oracle/step_log.h"

namespace lockstep {

inline constexpr uint16_t kHighestTask = 10;  // P numbers
using RunProcesses = ProcessesTo<kHighestTask>;

const char* name_of(ProcessLock lock);

// How many objects of a kind one operation makes at most. A task is named by the trace and not counted.
template <class T>
inline constexpr uint16_t kMadeByOperation = std::is_same_v<T, Node> ? kEvents : 1;

template <class State>
class InterleavedWorld {
 public:
  // Shared.
  State memory;
  TaskNumbersTo<kHighestTask> processes;
  std::array<uint8_t, kProcessLocks*(kHighestTask + 1)> locks{};  // the holder's place + 1; by lock and leader

  Coverage coverage;

  void start(const Turn& turn, Flight& flight, Contention& contention, std::vector<AtomicStep>* steps) {
    log_.start(turn, flight, contention, steps);
    made_ = {};
    named_ = 0;
    escaped_ = false;
  }
  int noticeable_steps_left() const { return log_.turn().noticeable_steps; }
  void set_first_free() {
    std::apply([&](auto&... pool) { first_ = {pool.used()...}; }, memory.pools);
  }

  // What machines and texts ask of a world.
  void begin_step(uint32_t) {}  // no allocation fails here
  template <class T>
  static constexpr Ref<T> null() {
    return {};
  }
  template <class T>
  static constexpr bool is_null(Ref<T> ref) {
    return ref.index == 0;
  }
  template <class T>
  Ref<T> alloc() {
    constexpr size_t k = kKind<T>;
    const Ref<T> ref{static_cast<uint16_t>(first_[k] + log_.turn().operation * kMadeByOperation<T> + made_[k]++)};
    assert(made_[k] <= kMadeByOperation<T>);
    place(ref);
    return ref;
  }
  template <class T>
  Ref<T> make() {
    return alloc<T>();
  }
  template <class T>
  Ref<T> alloc_named(uint16_t index) {
    named_ = index;
    place(Ref<T>{index});
    return {index};
  }
  // Not an access: it is written once, before anybody else can know of the object.
  template <class T>
  void name(Ref<T> ref, uint16_t number) {
    memory.template pool<T>()[ref.index].number = number;
  }
  template <class T>
  void free(Ref<T> ref) {
    if (log_.replayed()) return;
    auto& pool = memory.template pool<T>();
    reach(ref, &pool[ref.index], sizeof(T), true);
    const bool was_live = pool.free(ref.index);
    log_.tell(AtomicStep::What::free, id_of(ref), "", -1, {}, !was_live);
    if (!was_live) throw WentWrong{{Fault::What::freed_twice, {}}};
  }

  template <class T, class V>
  V load(Field<T, V> field, Ref<T> ref) {
    return read(ref, field.name, -1, [&](T& object) -> V& { return object.*field.member; });
  }
  template <class T, class V, size_t N>
  V load(Slots<T, V, N> field, Ref<T> ref, size_t slot) {
    return read(ref, field.name, static_cast<int>(slot), [&](T& object) -> V& { return (object.*field.member)[slot]; });
  }
  template <class T, class V>
  void store(Field<T, V> field, Ref<T> ref, std::type_identity_t<V> value) {
    write(AtomicStep::What::store, ref, field.name, -1, value, [&](T& object) -> V& { return object.*field.member; });
  }
  template <class T, class V, size_t N>
  void store(Slots<T, V, N> field, Ref<T> ref, size_t slot, std::type_identity_t<V> value) {
    write(AtomicStep::What::store, ref, field.name, static_cast<int>(slot), value,
          [&](T& object) -> V& { return (object.*field.member)[slot]; });
  }
  template <class T, class V>
  void publish(Field<T, V> field, Ref<T> ref, std::type_identity_t<V> value) {
    write(AtomicStep::What::publish, ref, field.name, -1, value, [&](T& object) -> V& { return object.*field.member; });
  }
  template <class T, class V, size_t N>
  void publish(Slots<T, V, N> field, Ref<T> ref, size_t slot, std::type_identity_t<V> value) {
    write(AtomicStep::What::publish, ref, field.name, static_cast<int>(slot), value,
          [&](T& object) -> V& { return (object.*field.member)[slot]; });
  }
  template <class T>
  void inc(Field<T, int32_t> field, Ref<T> ref) {
    if (!log_.replayed()) count(AtomicStep::What::inc, field, ref, 1);
  }
  template <class T>
  bool dec_and_test(Field<T, int32_t> field, Ref<T> ref) {
    if (log_.replayed()) return log_.logged() != 0;
    return log_.log(count(AtomicStep::What::dec_and_test, field, ref, -1) == 0) != 0;
  }

  template <class Task>
  void lock(ProcessLock lock, Task task) {
    if (log_.replayed()) return;
    auto& holder = lock_of(lock, task);
    const bool shared = pass(&holder, 1, true, false);
    if (holder != 0) throw MustWait{};
    holder = static_cast<uint8_t>(log_.turn().who + 1);
    log_.finish(shared);
    log_.tell(AtomicStep::What::lock, id_of(task), name_of(lock));
  }
  template <class Task>
  void unlock(ProcessLock lock, Task task) {
    if (log_.replayed()) return;
    auto& holder = lock_of(lock, task);
    log_.finish(pass(&holder, 1, true, false));
    assert(holder == log_.turn().who + 1);
    holder = 0;
    log_.tell(AtomicStep::What::unlock, id_of(task), name_of(lock));
  }
  template <class Table, class Change>
  int change(Table&, Change change) {
    events_.clear();
    if (log_.replayed()) {
      const int result = log_.logged();
      for (int left = log_.logged(); left > 0; --left) {
        const auto what = static_cast<TaskEvent::What>(log_.logged());
        events_.push_back({what, static_cast<uint16_t>(log_.logged())});
      }
      return result;
    }
    log_.finish(pass(&processes, sizeof processes, true, false));
    RunProcesses table;
    table.numbers() = processes;
    const int result = log_.log(change(table));
    processes = table.numbers();
    events_ = table.events();
    log_.log(static_cast<int32_t>(events_.size()));
    for (const auto& event : events_) {
      log_.log(static_cast<int32_t>(event.what));
      log_.log(event.task);
    }
    escaped_ = true;
    log_.tell(AtomicStep::What::table, {}, "process table", -1, value_of(result));
    return result;
  }
  template <class Table>
  const std::vector<TaskEvent>& events(const Table&) const {
    return events_;
  }

  bool branch(Branch site, bool condition) {
    (condition ? coverage.taken : coverage.not_taken).set(static_cast<size_t>(site));
    return condition;
  }
  void warn(Branch site, bool condition) {
    if (branch(site, condition)) throw WentWrong{{Fault::What::warned, site}};
  }
  int fail(int error) { return error; }
  uint32_t limit() const { return memory.limit; }
  template <class T, class Value>
  uint32_t sum(Field<T, Ref<T>> next, Ref<T> start, Value value) {
    uint32_t total = 0;
    loop(start, [&](Ref<T>& at) {
      if (is_null(at)) return false;
      total += value(at);
      at = load(next, at);
      return true;
    });
    return total;
  }
  template <class Cursor, class Body>
  void loop(Cursor cursor, Body body) {
    for (int rounds = 0; body(cursor); ++rounds)
      if (rounds > kEndless) throw WentWrong{{Fault::What::endless_loop, {}}};
  }

 private:
  static constexpr int kEndless = 64;  // a chain cannot be longer than there are rules, and these are few
  template <class T, size_t... I>
  static constexpr size_t kind_index(std::index_sequence<I...>) {
    return ((std::is_same_v<std::tuple_element_t<I, decltype(State::pools)>, SmallPool<T>> ? I : 0) + ...);
  }
  static constexpr size_t kKinds = std::tuple_size_v<decltype(State::pools)>;
  template <class T>
  static constexpr size_t kKind = kind_index<T>(std::make_index_sequence<kKinds>());
  static constexpr bool is_task(Kind kind) { return kind == Kind::task; }

  // Whether this operation made the object and has not let it be known.
  template <class T>
  bool made_here(Ref<T> ref) const {
    if constexpr (is_task(kind_of(Ref<T>{}))) return named_ != 0 && ref.index == named_;
    const int from = first_[kKind<T>] + log_.turn().operation * kMadeByOperation<T>;
    return ref.index >= from && ref.index < from + kMadeByOperation<T>;
  }
  template <class T>
  bool is_private(Ref<T> ref) const {
    return !escaped_ && made_here(ref);
  }
  template <class T, class U>
  void note_escape(Ref<T> into, Ref<U> pointer) {
    if (made_here(pointer) && !made_here(into)) escaped_ = true;
  }
  template <class T, class V>
  void note_escape(Ref<T>, V) {}

  // Before a new step to `what`, which is part of this.
  bool pass(const void* what, size_t bytes, bool writes, bool is_private) {
    const auto place = static_cast<const char*>(what) - reinterpret_cast<const char*>(this);
    return log_.pass(static_cast<size_t>(place), bytes, writes, is_private);
  }
  template <class T>
  void reach(Ref<T> ref, const void* what, size_t bytes, bool writes) {
    log_.finish(pass(what, bytes, writes, is_private(ref)));
  }
  template <class T>
  void place(Ref<T> ref) {
    if (log_.replayed()) return;
    auto& pool = memory.template pool<T>();
    log_.finish(pass(&pool[ref.index], sizeof(T), true, true));
    pool.alloc_at(ref.index);
    log_.tell(AtomicStep::What::alloc, id_of(ref), "");
  }
  template <class T>
  void require_live(AtomicStep::What what, Ref<T> ref, const char* field, int slot) {
    if (memory.template pool<T>().live(ref.index)) return;
    log_.tell(what, id_of(ref), field, slot, {}, true);
    throw WentWrong{{Fault::What::touched_freed, {}}};
  }

  template <class T, class Member>
  auto read(Ref<T> ref, const char* field, int slot, Member member) {
    auto& place = member(memory.template pool<T>()[ref.index]);
    using V = std::remove_reference_t<decltype(place)>;
    if (log_.replayed()) return from_log<V>(log_.logged());
    reach(ref, &place, sizeof place, false);
    require_live(AtomicStep::What::load, ref, field, slot);
    log_.log(to_log(place));
    log_.tell(AtomicStep::What::load, id_of(ref), field, slot, value_of(place));
    return place;
  }
  template <class T, class V, class Member>
  void write(AtomicStep::What what, Ref<T> ref, const char* field, int slot, V value, Member member) {
    if (!log_.replayed()) {
      auto& place = member(memory.template pool<T>()[ref.index]);
      reach(ref, &place, sizeof place, true);
      require_live(what, ref, field, slot);
      place = value;
      log_.tell(what, id_of(ref), field, slot, value_of(value));
    }
    note_escape(ref, value);
  }
  template <class T>
  int32_t count(AtomicStep::What what, Field<T, int32_t> field, Ref<T> ref, int32_t by) {
    auto& place = memory.template pool<T>()[ref.index].*field.member;
    reach(ref, &place, sizeof place, true);
    require_live(what, ref, field.name, -1);
    place += by;
    log_.tell(what, id_of(ref), field.name, -1, value_of(place));
    return place;
  }
  template <class T>
  static int32_t to_log(Ref<T> ref) {
    return ref.index;
  }
  template <class V>
  static int32_t to_log(V value) {
    return static_cast<int32_t>(value);
  }
  template <class V>
  static V from_log(int32_t value) {
    if constexpr (std::is_arithmetic_v<V>)
      return static_cast<V>(value);
    else
      return {static_cast<uint16_t>(value)};
  }

  template <class Task>
  uint8_t& lock_of(ProcessLock lock, Task task) {
    return locks[static_cast<size_t>(lock) * (kHighestTask + 1) + processes.get(TaskField::leader, task.index)];
  }
  std::array<uint16_t, kKinds> first_{};  // addresses above are for operations
  StepLog log_;
  std::array<uint16_t, kKinds> made_{};  // objects made by this operation
  uint16_t named_ = 0;                   // the task that it made
  bool escaped_ = false;                 // what it made may be known to others
  std::vector<TaskEvent> events_;
};

}  // namespace lockstep
