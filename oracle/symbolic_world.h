// SPDX-License-Identifier: GPL-2.0-or-later
// The world of formulas: the models' own transition text runs on it, once for each path, on any number of objects.
#pragma once

#include <source_location>
#include <type_traits>
#include <vector>

#include "model/process_table.h"
#include "model/world.h"
#include "oracle/symbolic_run.h"

namespace lockstep {

// The size of a program that can be any. No trace has it.
inline constexpr uint32_t kAnySize = 999'999;
inline constexpr const char* kAnySizeName = "size";

// A task that is known by its number is a constant.
template <class T>
expr operator==(const expr& a, Ref<T> b) {
  return a == a.ctx().constant((std::string(T::kName) + "!" + std::to_string(b.index)).c_str(), a.get_sort());
}

template <class State>
class SymbolicWorld : public OneAtATime {
  using Where = std::source_location;

 public:
  State memory;  // its parameters alone
  SymbolicRun* run = nullptr;
  std::vector<TaskEvent> happens;  // what a change of the process table does to tasks
  bool limited = true;
  int no_limit = INT32_MAX;
  size_t unroll = 4;  // rounds of a loop that is not cut

  void clear() {}
  void begin_step(uint32_t) {}
  uint32_t allocations() const { return 0; }
  template <class Table, class Change>
  int change(Table&, Change) {
    return 0;
  }
  template <class Table>
  const std::vector<TaskEvent>& events(const Table&) const {
    return happens;
  }

  template <class T>
  expr null() const {
    return run->symbols().null(T::kName);
  }
  expr is_null(const expr& ref) const { return ref == run->symbols().null(run->symbols().kind_of(ref)); }
  template <class T>
  expr alloc() {
    const auto made = run->alloc(T::kName);
    return made ? *made : null<T>();
  }
  template <class T>
  expr alloc_named(uint16_t index) {
    if (!run->memory_left()) return null<T>();
    return run->make_named(T::kName, index);
  }
  template <class T>
  expr make() {
    return run->make(T::kName);
  }
  template <class T>
  expr make_named(uint16_t index) {
    return run->make_named(T::kName, index);
  }
  template <class At>
  void name(const At&, uint16_t) {}
  template <class At>
  void free(const At& at) {
    run->free(object(at));
  }

  template <class T, class V, class At>
  expr load(Field<T, V> field, const At& at) {
    return run->load(key_of(field), object(at));
  }
  template <class T, class V, size_t N, class At>
  expr load(Slots<T, V, N> field, const At& at, size_t slot) {
    return run->load(key_of(field, slot), object(at));
  }
  template <class T, class V, class At, class Value>
  void store(Field<T, V> field, const At& at, const Value& value) {
    run->store(key_of(field), object(at), term<V>(value));
  }
  template <class T, class V, size_t N, class At, class Value>
  void store(Slots<T, V, N> field, const At& at, size_t slot, const Value& value) {
    run->store(key_of(field, slot), object(at), term<V>(value));
  }
  template <class... Args>
  void publish(const Args&... args) {
    store(args...);
  }
  template <class T, class At>
  void inc(Field<T, int32_t> field, const At& at) {
    run->add(key_of(field), object(at), 1);
  }
  template <class T, class At>
  bool dec_and_test(Field<T, int32_t> field, const At& at) {
    return run->dec_and_test(key_of(field), object(at));
  }

  template <class Condition>
  bool branch(Branch site, const Condition& condition) {
    return run->branch(site, condition);
  }
  bool decide(bool condition) { return condition; }
  bool decide(const expr& condition) { return run->decide(condition); }
  template <class Condition>
  void warn(Branch site, const Condition& condition) {
    if (run->branch(site, condition)) run->warn(site);
  }
  int fail(int error) { return error; }
  int limit() const { return limited ? static_cast<int>(memory.limit) : no_limit; }

  template <class T, class Start, class Value>
  expr sum(Field<T, Ref<T>> next, const Start& start, Value value) {
    return run->sum(key_of(next), object(start), [&](const expr& at) -> expr { return value(at); });
  }
  template <class Cursor, class Body>
  void loop(const Cursor& start, Body body, Where where = Where::current()) {
    expr at = object(start);
    const auto* frame = run->frame_of(where.function_name());
    if (frame == nullptr) {
      for (size_t round = 0; round < unroll; ++round)
        if (!body(at)) return;
      run->endless(where.function_name());
      throw PathEnds{};
    }
    at = run->cut(*frame, at);
    if (!body(at)) return run->after_loop(*frame);
    run->after_round(*frame, at);
    throw PathEnds{};
  }

 private:
  template <class T>
  expr object(Ref<T> ref) const {
    return ref.index == 0 ? run->symbols().null(T::kName) : run->named(T::kName, ref.index);
  }
  const expr& object(const expr& ref) const { return ref; }
  template <class V>
  const expr& term(const expr& value) const {
    return value;
  }
  template <class V, class T>
  expr term(Ref<T> value) const {
    return object(value);
  }
  template <class V>
  expr term(std::integral auto value) const {
    if constexpr (std::is_same_v<V, bool>) return run->symbols().truth(value != 0);
    if (static_cast<int64_t>(value) == kAnySize) return run->symbols().constant(kAnySizeName, "int");
    return run->symbols().number(static_cast<int>(value));
  }
};

// A process table of which nothing is known.
struct AnyProcesses {
  bool exists(uint16_t) const { return true; }
  void reset() {}
};

}  // namespace lockstep
