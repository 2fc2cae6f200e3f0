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
#include "oracle/atomic_step.h"
#include "oracle/contention.h"
#include "oracle/small_memory.h"

namespace lockstep {

inline constexpr uint16_t kHighestTask = 10;  // P numbers
using RunProcesses = ProcessesTo<kHighestTask>;

// An operation in flight.
struct Flight {
  uint16_t done = 0;         // atomic steps
  std::vector<int32_t> log;  // what they gave
  void clear() {
    done = 0;
    log.clear();
  }
};

const char* name_of(ProcessLock lock);

// How many objects of a kind one operation makes at most. A task is named by the trace and not counted.
template <class T>
inline constexpr uint16_t kMadeByOperation = std::is_same_v<T, Node> ? kEvents : 1;

// What ends a run before its operation's end.
struct StopsHere {};  // the next step is one that others can notice
struct MustWait {};   // for a lock
struct WentWrong {
  Fault fault;
};

template <class State>
class InterleavedWorld {
 public:
  // Shared.
  State memory;
  TaskNumbersTo<kHighestTask> processes;
  std::array<uint8_t, kProcessLocks * (kHighestTask + 1)> locks{};  // the holder's place + 1; by lock and leader

  Coverage coverage;

  // Who runs next, and how far.
  struct Turn {
    uint8_t who = 0;           // place of the task
    uint8_t action = 0;        // place of the operation in the task's list, and in the whole program
    uint8_t operation = 0;     //
    int noticeable_steps = 0;  // that may be done before the run stops
  };
  // REQUIRES: `flight` and `contention` outlive the run.
  void start(const Turn& turn, Flight& flight, Contention& contention, std::vector<AtomicStep>* steps) {
    turn_ = turn;
    flight_ = &flight;
    contention_ = &contention;
    steps_ = steps;
    seen_ = taken_ = 0;
    made_ = {};
    named_ = 0;
    escaped_ = false;
  }
  int noticeable_steps_left() const { return turn_.noticeable_steps; }
  void set_first_free() { std::apply([&](auto&... pool) { first_ = {pool.used()...}; }, memory.pools); }

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
    const Ref<T> ref{static_cast<uint16_t>(first_[k] + turn_.operation * kMadeByOperation<T> + made_[k]++)};
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
    if (replayed()) return;
    auto& pool = memory.template pool<T>();
    reach(ref, &pool[ref.index], sizeof(T), true);
    const bool was_live = pool.free(ref.index);
    tell(AtomicStep::What::free, id_of(ref), "", -1, {}, !was_live);
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
    if (!replayed()) count(AtomicStep::What::inc, field, ref, 1);
  }
  template <class T>
  bool dec_and_test(Field<T, int32_t> field, Ref<T> ref) {
    if (replayed()) return logged() != 0;
    return log(count(AtomicStep::What::dec_and_test, field, ref, -1) == 0) != 0;
  }

  template <class Task>
  void lock(ProcessLock lock, Task task) {
    if (replayed()) return;
    auto& holder = lock_of(lock, task);
    const bool shared = pass(&holder, 1, true, false);
    if (holder != 0) throw MustWait{};
    holder = static_cast<uint8_t>(turn_.who + 1);
    finish(shared);
    tell(AtomicStep::What::lock, id_of(task), name_of(lock));
  }
  template <class Task>
  void unlock(ProcessLock lock, Task task) {
    if (replayed()) return;
    auto& holder = lock_of(lock, task);
    finish(pass(&holder, 1, true, false));
    assert(holder == turn_.who + 1);
    holder = 0;
    tell(AtomicStep::What::unlock, id_of(task), name_of(lock));
  }
  template <class Table, class Change>
  int change(Table&, Change change) {
    events_.clear();
    if (replayed()) {
      const int result = logged();
      for (int left = logged(); left > 0; --left) {
        const auto what = static_cast<TaskEvent::What>(logged());
        events_.push_back({what, static_cast<uint16_t>(logged())});
      }
      return result;
    }
    finish(pass(&processes, sizeof processes, true, false));
    RunProcesses table;
    table.numbers() = processes;
    const int result = log(change(table));
    processes = table.numbers();
    events_ = table.events();
    log(static_cast<int32_t>(events_.size()));
    for (const auto& event : events_) {
      log(static_cast<int32_t>(event.what));
      log(event.task);
    }
    escaped_ = true;
    tell(AtomicStep::What::table, {}, "process table", -1, value_of(result));
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
    const int from = first_[kKind<T>] + turn_.operation * kMadeByOperation<T>;
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

  // True: the next step was done in an earlier run.
  bool replayed() {
    if (seen_ == flight_->done) return false;
    ++seen_;
    return true;
  }
  int32_t logged() { return flight_->log[taken_++]; }
  int32_t log(int32_t value) {
    flight_->log.push_back(value);
    ++taken_;
    return value;
  }

  // Before a new step: stops where that is due, or says whether others can notice it.
  bool pass(const void* what, size_t bytes, bool writes, bool is_private) {
    const auto place = static_cast<size_t>(static_cast<const char*>(what) - reinterpret_cast<const char*>(this));
    const bool shared = !is_private && contention_->contended(place);
    if ((shared || contention_->everywhere()) && turn_.noticeable_steps == 0) throw StopsHere{};
    if (!is_private) contention_->note(place, bytes, turn_.who, writes);
    return shared;
  }
  // The step is done.
  void finish(bool shared) {
    shared_ = shared;
    if (shared || contention_->everywhere()) --turn_.noticeable_steps;
    ++flight_->done;
    ++seen_;
  }
  template <class T>
  void reach(Ref<T> ref, const void* what, size_t bytes, bool writes) {
    finish(pass(what, bytes, writes, is_private(ref)));
  }
  template <class T>
  void place(Ref<T> ref) {
    if (replayed()) return;
    auto& pool = memory.template pool<T>();
    finish(pass(&pool[ref.index], sizeof(T), true, true));
    pool.alloc_at(ref.index);
    tell(AtomicStep::What::alloc, id_of(ref), "");
  }
  template <class T>
  void require_live(AtomicStep::What what, Ref<T> ref, const char* field, int slot) {
    if (memory.template pool<T>().live(ref.index)) return;
    tell(what, id_of(ref), field, slot, {}, true);
    throw WentWrong{{Fault::What::touched_freed, {}}};
  }

  template <class T, class Member>
  auto read(Ref<T> ref, const char* field, int slot, Member member) {
    auto& place = member(memory.template pool<T>()[ref.index]);
    using V = std::remove_reference_t<decltype(place)>;
    if (replayed()) return from_log<V>(logged());
    reach(ref, &place, sizeof place, false);
    require_live(AtomicStep::What::load, ref, field, slot);
    log(to_log(place));
    tell(AtomicStep::What::load, id_of(ref), field, slot, value_of(place));
    return place;
  }
  template <class T, class V, class Member>
  void write(AtomicStep::What what, Ref<T> ref, const char* field, int slot, V value, Member member) {
    if (!replayed()) {
      auto& place = member(memory.template pool<T>()[ref.index]);
      reach(ref, &place, sizeof place, true);
      require_live(what, ref, field, slot);
      place = value;
      tell(what, id_of(ref), field, slot, value_of(value));
    }
    note_escape(ref, value);
  }
  template <class T>
  int32_t count(AtomicStep::What what, Field<T, int32_t> field, Ref<T> ref, int32_t by) {
    auto& place = memory.template pool<T>()[ref.index].*field.member;
    reach(ref, &place, sizeof place, true);
    require_live(what, ref, field.name, -1);
    place += by;
    tell(what, id_of(ref), field.name, -1, value_of(place));
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
  void tell(AtomicStep::What what, ObjectId object, const char* field, int slot = -1, StepValue value = {},
            bool freed = false) {
    if (steps_ != nullptr)
      steps_->push_back({what, turn_.who, turn_.action, shared_, freed, object, field, slot, value});
  }

  std::array<uint16_t, kKinds> first_{};  // addresses above are for operations
  Turn turn_;
  Flight* flight_ = nullptr;
  Contention* contention_ = nullptr;
  std::vector<AtomicStep>* steps_ = nullptr;
  uint16_t seen_ = 0;                    // steps of this run so far
  size_t taken_ = 0;                     // log entries
  std::array<uint16_t, kKinds> made_{};  // objects made by this operation
  uint16_t named_ = 0;                   // the task that it made
  bool escaped_ = false;                 // what it made may be known to others
  bool shared_ = false;                  // the last step was to a contended place
  std::vector<TaskEvent> events_;
};

}  // namespace lockstep
