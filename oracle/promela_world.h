// SPDX-License-Identifier: GPL-2.0-or-later
// A world without memory: it writes down, as Promela, what a transition's text asks of it. An object is an index into
// one array for each field; a task's number is known while the text runs, all other values are expressions.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <type_traits>

#include "model/process_table.h"
#include "model/world.h"
#include "oracle/promela_text.h"

namespace lockstep::promela {

// Numbers that stand for a variable of the printed program, so that a command is printed once for all of its values.
// No trace has them.
inline constexpr uint16_t kMe = kMaxTasks - 1, kChild = kMaxTasks;
inline constexpr uint32_t kSize = 999'999;
std::string text_of(int64_t number);

// A number or a truth value, known or not yet.
class Expr {
 public:
  Expr(std::integral auto value) : text_(text_of(static_cast<int64_t>(value))), value_(value) {}  // NOLINT
  static Expr of(std::string text) { return Expr(std::move(text)); }
  const std::string& text() const { return text_; }
  std::optional<int64_t> value() const { return value_; }

  friend Expr operator==(const Expr& a, const Expr& b) { return join(a, "==", b); }
  friend Expr operator!=(const Expr& a, const Expr& b) { return join(a, "!=", b); }
  friend Expr operator>(const Expr& a, const Expr& b) { return join(a, ">", b); }
  friend Expr operator+(const Expr& a, const Expr& b) { return join(a, "+", b); }
  friend Expr operator!(const Expr& a) { return a.value_ ? Expr(*a.value_ == 0) : Expr(fmt::format("!({})", a.text_)); }

 private:
  explicit Expr(std::string text) : text_(std::move(text)) {}
  static Expr join(const Expr& a, const char* op, const Expr& b) {
    return Expr(fmt::format("({} {} {})", a.text_, op, b.text_));
  }
  std::string text_;
  std::optional<int64_t> value_;
};

// An address: an index into the arrays of T's fields; 0 is null.
template <class T>
struct Pointer {
  Expr index;
  bool known_object = false;                 // not null on this path
  Pointer(Ref<T> ref) : index(ref.index) {}  // NOLINT
  explicit Pointer(Expr at) : index(std::move(at)) {}
  friend Expr operator==(const Pointer& a, const Pointer& b) { return a.index == b.index; }
};

template <class V>
struct ValueOf {
  using Type = Expr;
};
template <class T>
struct ValueOf<Ref<T>> {
  using Type = Pointer<T>;
};

// What the text turned out to use: arrays to declare.
struct Array {
  std::string object;  // "node"
  std::string type;    // "byte", "short", "bit"
  size_t slots = 1;    // of an object
  bool counter = false;
  std::string to;  // a pointer: the kind of object that it leads to
  Holds holds{};
};

struct Program {
  Paths paths;
  std::set<std::string> objects;        // kinds of them
  std::map<std::string, Array> arrays;  // by name
  int allocations = 0;                  // that one step tries at most
};

// "node.usage" is an array "node_usage".
std::string array_name(const char* field);
std::string upper_case(std::string name);

template <class State>
class PromelaWorld {
 public:
  State memory;  // its parameters alone
  Program* program = nullptr;

  void clear() {}
  void begin_step(uint32_t) { allocations_ = 0; }
  uint32_t limit() const { return memory.limit; }

  template <class T>
  static Pointer<T> null() {
    return Ref<T>{};
  }
  template <class T>
  static Expr is_null(const Pointer<T>& pointer) {
    if (pointer.known_object) return false;
    return pointer.index.value() ? Expr(*pointer.index.value() == 0) : pointer.index == 0;
  }

  template <class T>
  Pointer<T> alloc(std::source_location here = std::source_location::current()) {
    return fails() ? null<T>() : make<T>(here);
  }
  template <class T>
  Pointer<T> alloc_named(uint16_t index) {
    return fails() ? null<T>() : make_named<T>(index);
  }
  // The lowest place that is free, as in every world.
  template <class T>
  Pointer<T> make(std::source_location here = std::source_location::current()) {
    const auto at = paths().temporary(here);
    const auto most = upper_case(T::kName) + "S";
    program->objects.insert(T::kName);
    say("{} = 1", at);
    say("do :: ({0} <= {1} && {2}_live[{0}]) -> {0}++ :: else -> break od", at, most, T::kName);
    say("assert({} <= {})", at, most);
    say("{}_live[{}] = 1", T::kName, at);
    Pointer<T> made(Expr::of(at));
    made.known_object = true;
    return made;
  }
  template <class T>
  Pointer<T> make_named(uint16_t index) {
    program->objects.insert(T::kName);
    say("{}_live[{}] = 1", T::kName, promela::text_of(index));
    return Ref<T>{index};
  }
  // Things are called by how many operations were used up before.
  template <class T>
  void name(const Pointer<T>& pointer, uint16_t) {
    say("{} = ops + 1", place<T>(fmt::format("{}_number", T::kName), {.type = "byte"}, pointer, 0));
  }
  template <class P>
  void free(const P& pointer) {
    release(Pointer(pointer));
  }

  template <class T, class V, class At>
  typename ValueOf<V>::Type load(Field<T, V> field, const At& at,
                                 std::source_location here = std::source_location::current()) {
    return read<V>(place_of(field, at), here);
  }
  template <class T, class V, size_t N, class At>
  typename ValueOf<V>::Type load(Slots<T, V, N> field, const At& at, size_t slot,
                                 std::source_location here = std::source_location::current()) {
    return read<V>(place_of(field, at, slot), here);
  }
  template <class T, class V, class At>
  void store(Field<T, V> field, const At& at, const std::type_identity_t<typename ValueOf<V>::Type>& value) {
    say("{} = {}", place_of(field, at), words(value));
  }
  template <class T, class V, size_t N, class At>
  void store(Slots<T, V, N> field, const At& at, size_t slot,
             const std::type_identity_t<typename ValueOf<V>::Type>& value) {
    say("{} = {}", place_of(field, at, slot), words(value));
  }
  template <class... Args>
  void publish(const Args&... args) {
    store(args...);
  }
  template <class T, class At>
  void inc(Field<T, int32_t> field, const At& at) {
    say("{}++", place_of(field, at));
    program->arrays.at(array_name(field.name)).counter = true;
  }
  template <class T, class At>
  Expr dec_and_test(Field<T, int32_t> field, const At& at,
                    std::source_location here = std::source_location::current()) {
    const auto counter = place_of(field, at);
    program->arrays.at(array_name(field.name)).counter = true;
    say("{}--", counter);
    return keep(fmt::format("{} == 0", counter), here);
  }

  bool branch(Branch, const Expr& condition) { return decide(condition); }
  bool decide(const Expr& condition) {
    return condition.value() ? *condition.value() != 0 : paths().decide(condition.text());
  }
  void warn(Branch, const Expr& condition) {
    if (decide(condition)) say("assert(false)");
  }
  int fail(int error) { return error; }

  template <class T, class Start, class Value>
  Expr sum(Field<T, Ref<T>> next, const Start& start, Value value,
           std::source_location here = std::source_location::current()) {
    const auto total = paths().temporary(here);
    say("{} = 0", total);
    loop(
        Pointer<T>(start),
        [&](Pointer<T>& at) {
          if (decide(is_null(at))) return false;
          say("{0} = {0} + {1}", total, Expr(value(at)).text());
          at = load(next, at);
          return true;
        },
        here);
    return Expr::of(total);
  }
  template <class T, class Body>
  void loop(const Pointer<T>& start, Body body, std::source_location here = std::source_location::current()) {
    const auto cursor = paths().temporary(here);
    say("{} = {}", cursor, start.index.text());
    paths().loop([&] {
      Pointer<T> at(Expr::of(cursor));
      if (body(at))
        say("{} = {}", cursor, at.index.text());
      else
        say("break");
    });
  }

 private:
  Paths& paths() { return program->paths; }
  template <class... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) {
    paths().say(fmt::format(format, std::forward<Args>(args)...));
  }
  // `fail` is which allocation of the step has no memory; 0: none.
  bool fails() {
    ++allocations_;
    program->allocations = std::max(program->allocations, allocations_);
    return paths().decide(fmt::format("fail == {}", allocations_));
  }
  // A value is as it was when it was read, whatever happens to its place later.
  Expr keep(const std::string& value, const std::source_location& here) {
    const auto variable = paths().temporary(here);
    say("{} = {}", variable, value);
    return Expr::of(variable);
  }
  template <class V>
  typename ValueOf<V>::Type read(const std::string& place, const std::source_location& here) {
    return typename ValueOf<V>::Type(keep(place, here));
  }
  static const std::string& words(const Expr& value) { return value.text(); }
  template <class T>
  static const std::string& words(const Pointer<T>& value) {
    return value.index.text();
  }

  template <class V>
  static Array array_of(const V*) {
    return {.type = std::is_same_v<V, bool> ? "bit" : "short"};
  }
  template <class T>
  static Array array_of(const Ref<T>*) {
    return {.type = "byte", .to = T::kName};
  }
  template <class T, class V, class At>
  std::string place_of(Field<T, V> field, const At& at) {
    auto array = array_of(static_cast<const V*>(nullptr));
    array.holds = field.holds;
    return place<T>(array_name(field.name), array, at, 0);
  }
  template <class T, class V, size_t N, class At>
  std::string place_of(Slots<T, V, N> field, const At& at, size_t slot) {
    auto array = array_of(static_cast<const V*>(nullptr));
    array.holds = field.holds;
    array.slots = N;
    return place<T>(array_name(field.name), array, at, slot);
  }
  // The element that a field of an object is; its array is declared with it.
  template <class T>
  std::string place(const std::string& name, Array array, const Pointer<T>& at, size_t slot) {
    array.object = T::kName;
    program->arrays.emplace(name, array);
    const auto& index = at.index.text();
    if (array.slots == 1) return fmt::format("{}[{}]", name, index);
    return fmt::format("{}[{} * {} + {}]", name, index, array.slots, slot);
  }
  // What is freed is zero, so that equal states are equal.
  template <class T>
  void release(const Pointer<T>& pointer) {
    const auto& at = pointer.index.text();
    say("assert({}_live[{}])", T::kName, at);
    say("{}_live[{}] = 0", T::kName, at);
    for (const auto& [name, array] : program->arrays) {
      if (array.object != T::kName) continue;
      if (array.slots == 1) say("{}[{}] = 0", name, at);
      for (size_t slot = 0; array.slots > 1 && slot < array.slots; ++slot)
        say("{}[{} * {} + {}] = 0", name, at, array.slots, slot);
    }
  }

  int allocations_ = 0;
};

// A path that no reachable state takes ends here; the model asserts that.
struct Impossible {};

// The store of a process table that nobody runs: what is not known of a number yet is decided where it is read. How
// many tasks of a group live is counted, not kept.
class ProcessNumbers {
 public:
  Program* program = nullptr;
  uint16_t tasks = 0;
  bool flat = false;  // every task is a process of its own, and init's child
  void clear();       // every number is 0
  void forget();      // a new path: nothing is known
  // For this path. REQUIRES: the command's guard says so.
  void know(TaskField field, uint16_t task, uint16_t value) { possible_[{field, task}] = {value}; }
  uint16_t get(TaskField field, uint16_t task) const;
  bool is(TaskField field, uint16_t task, uint16_t value) const;
  void set(TaskField field, uint16_t task, uint16_t value);
  uint16_t next(uint16_t task) const;
  void require(bool condition) const;

 private:
  std::set<uint16_t>& possible(TaskField field, uint16_t task) const;
  uint16_t count_living(uint16_t leader) const;
  mutable std::map<std::pair<TaskField, uint16_t>, std::set<uint16_t>> possible_;  // on this path
};

class Processes : public ProcessRules<ProcessNumbers> {
 public:
  ProcessNumbers& store() { return store_; }
};

}  // namespace lockstep::promela
