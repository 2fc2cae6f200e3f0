// SPDX-License-Identifier: GPL-2.0-or-later
// The abstract machine that every transition is written against, and its concrete form.
//
// A transition is a function template over a world W. It never touches memory by itself; it asks the world to
// alloc, free, load, store, publish, inc, dec_and_test, lock, unlock, warn, branch, fail, sum along a chain, and loop.
// ConcreteWorld runs it on plain integers at full speed; a symbolic world runs the same text on Z3 terms
// (oracle/symbolic_world.h), and one that stops between atomic steps (oracle/interleaved_world.h) can, because every
// shared access is a call. So that all of them can, the text has no bare `while` and no `&&` or `||` on values that
// came out of the world: a decision is a branch(). And it keeps nothing in flight that has a destructor to run.
//
// Every alloc, free, load, store, publish, inc, dec_and_test, lock, unlock and change is one atomic step.
#pragma once

#include <array>
#include <bit>
#include <bitset>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <vector>

#include "model/branches.h"

namespace lockstep {

// A pointer to an object of type T: the number of its memory slot, from 1. 0 is no object.
// Slots are given out lowest first and are reused at once, so an equal number is an equal address.
template <class T>
struct Ref {
  uint16_t index = 0;
  bool operator==(const Ref&) const = default;
};

// What a pointer in a field holds up at the object that it leads to.
enum class Holds : uint8_t {
  nothing,         // an address
  refs,            // its counter, or the first of two
  refs_and_users,  // both
  refs_and_used,   // both; the second only while the second of the pointer's own object is above 0
};

// How a transition names a field of an object in every world.
template <class Object, class Value>
struct Field {
  const char* name;
  Value Object::*member;
  Holds holds = Holds::nothing;
};
template <class Object, class Value, size_t N>
struct Slots {
  const char* name;
  std::array<Value, N> Object::*member;
  Holds holds = Holds::nothing;
};

// Constness aside. (For overloads over an object and its const form.)
template <class A, class B>
concept Is = std::is_same_v<std::remove_const_t<A>, B>;

// Locks that all tasks of a process share. A transition takes them where the kernel does.
enum class ProcessLock : uint8_t { siglock, cred_guard_mutex };
inline constexpr int kProcessLocks = 2;

// Something that the mechanism did wrong by itself.
struct Fault {
  enum class What : uint8_t { touched_freed, freed_twice, endless_loop, warned } what{};
  Branch site{};  // warned only
  bool operator==(const Fault&) const = default;
};

// Memory for objects of one type. Contents stay after a free until the slot is used again, as a kernel's do.
template <class T>
class Pool {
 public:
  uint16_t alloc() {
    size_t word = 0;
    while (live_[word] == ~uint64_t{0})
      if (++word == live_.size()) grow();
    return alloc_at(static_cast<uint16_t>(word * 64 + std::countr_one(live_[word])));
  }
  uint16_t alloc_at(uint16_t index) {
    while (index >= slots_.size()) grow();
    live_[index / 64] |= bit(index);
    slots_[index] = T{};
    births_[index] = ++births_given_;
    return index;
  }
  // False if the slot was not in use.
  bool free(uint16_t index) {
    bool was_live = live(index);
    if (index != 0) live_[index / 64] &= ~bit(index);
    return was_live;
  }
  bool live(uint16_t index) const { return index != 0 && (live_[index / 64] & bit(index)) != 0; }
  T& operator[](uint16_t index) { return slots_[index]; }
  const T& operator[](uint16_t index) const { return slots_[index]; }
  uint32_t birth(uint16_t index) const { return births_[index]; }
  uint16_t end() const { return static_cast<uint16_t>(slots_.size()); }
  uint32_t births() const { return births_given_; }
  void clear() {
    for (auto& word : live_) word = 0;
    live_[0] = 1;  // slot 0 is the null pointer: never given out, and live() says no
    births_given_ = 0;
  }
  template <class Visit>
  void each(Visit visit) const {
    for (size_t word = 0; word < live_.size(); ++word)
      for (uint64_t left = word == 0 ? live_[0] & ~uint64_t{1} : live_[word]; left != 0; left &= left - 1)
        visit(static_cast<uint16_t>(word * 64 + std::countr_zero(left)));
  }

 private:
  static constexpr uint64_t bit(uint16_t index) { return uint64_t{1} << (index % 64); }
  void grow() {
    live_.push_back(0);
    slots_.resize(slots_.size() + 64);
    births_.resize(births_.size() + 64);
  }
  std::vector<T> slots_ = std::vector<T>(64);
  std::vector<uint64_t> live_ = {1};
  std::vector<uint32_t> births_ = std::vector<uint32_t>(64);
  uint32_t births_given_ = 0;
};

// All memory of a mechanism, and what went wrong in it.
template <class... Objects>
struct Memory {
  template <class T>
  static constexpr bool kHas = (std::is_same_v<T, Objects> || ...);
  std::tuple<Pool<Objects>...> pools;
  std::vector<Fault> faults;
  uint32_t limit = 0;  // the mechanism's bound (pages, or instructions on a path)
  template <class T>
  Pool<T>& pool() {
    return std::get<Pool<T>>(pools);
  }
  template <class T>
  const Pool<T>& pool() const {
    return std::get<Pool<T>>(pools);
  }
  void clear() {
    std::apply([](auto&... each) { (each.clear(), ...); }, pools);
    faults.clear();
  }
};

// Which way each branch went.
struct Coverage {
  std::bitset<kBranches> taken, not_taken;
  Coverage& operator|=(const Coverage& other) {
    taken |= other.taken;
    not_taken |= other.not_taken;
    return *this;
  }
};

// Of every world in which one operation runs at a time.
struct OneAtATime {
  // Of the process that the task is in: nobody else is there to take it.
  template <class Task>
  void lock(ProcessLock, const Task&) {}
  template <class Task>
  void unlock(ProcessLock, const Task&) {}
  // A change to the process table, which the kernel makes under tasklist_lock; and what it did to tasks.
  template <class Table, class Change>
  auto change(Table& table, Change change) {
    return change(table);
  }
  template <class Table>
  const auto& events(const Table& table) const {
    return table.events();
  }
};

template <class State>
class ConcreteWorld : public OneAtATime {
 public:
  State memory;
  Coverage coverage;

  void clear() { memory.clear(); }
  // A new step; its `fail_alloc`-th allocation will fail (0: none).
  void begin_step(uint32_t fail_alloc) {
    fail_in_ = fail_alloc;
    allocations_ = 0;
    patience_ = kEndless;
  }
  uint32_t allocations() const { return allocations_; }

  template <class T>
  static constexpr Ref<T> null() {
    return {};
  }
  template <class T>
  static constexpr bool is_null(Ref<T> ref) {
    return ref.index == 0;
  }

  // A zeroed object, or null when this allocation is the one to fail.
  template <class T>
  Ref<T> alloc() {
    if (++allocations_ == fail_in_) return {};
    return {memory.template pool<T>().alloc()};
  }
  // The same for an object whose place the trace's name decides: a task.
  template <class T>
  Ref<T> alloc_named(uint16_t index) {
    if (++allocations_ == fail_in_) return {};
    return {memory.template pool<T>().alloc_at(index)};
  }
  // A zeroed object that is there before the step: its allocation neither counts nor fails.
  template <class T>
  Ref<T> make() {
    return {memory.template pool<T>().alloc()};
  }
  template <class T>
  Ref<T> make_named(uint16_t index) {
    return {memory.template pool<T>().alloc_at(index)};
  }
  // What the trace calls it; no transition reads that, only a check does, to tell what it runs.
  template <class T>
  void name(Ref<T> ref, uint16_t number) {
    memory.template pool<T>()[ref.index].number = number;
  }
  template <class T>
  void free(Ref<T> ref) {
    if (!memory.template pool<T>().free(ref.index)) fault(Fault::What::freed_twice);
  }

  template <class T, class V>
  V load(Field<T, V> field, Ref<T> ref) {
    return look_at(ref).*field.member;
  }
  template <class T, class V, size_t N>
  V load(Slots<T, V, N> field, Ref<T> ref, size_t slot) {
    return (look_at(ref).*field.member)[slot];
  }
  template <class T, class V>
  void store(Field<T, V> field, Ref<T> ref, std::type_identity_t<V> value) {
    at(ref).*field.member = value;
  }
  template <class T, class V, size_t N>
  void store(Slots<T, V, N> field, Ref<T> ref, size_t slot, std::type_identity_t<V> value) {
    (at(ref).*field.member)[slot] = value;
  }
  // A store-release: what it leads to can be walked by others from here on.
  template <class T, class V>
  void publish(Field<T, V> field, Ref<T> ref, std::type_identity_t<V> value) {
    store(field, ref, value);
  }
  template <class T, class V, size_t N>
  void publish(Slots<T, V, N> field, Ref<T> ref, size_t slot, std::type_identity_t<V> value) {
    store(field, ref, slot, value);
  }
  template <class T>
  void inc(Field<T, int32_t> field, Ref<T> ref) {
    ++(at(ref).*field.member);
  }
  // A plain atomic: from 0 it goes to -1 and does not report zero.
  template <class T>
  bool dec_and_test(Field<T, int32_t> field, Ref<T> ref) {
    return --(at(ref).*field.member) == 0;
  }

  bool branch(Branch site, bool condition) {
    (condition ? coverage.taken : coverage.not_taken).set(static_cast<size_t>(site));
    return condition;
  }
  // A decision that is not the mechanism's.
  bool decide(bool condition) { return condition; }
  void warn(Branch site, bool condition) {
    if (branch(site, condition)) memory.faults.push_back({Fault::What::warned, site});
  }
  int fail(int error) { return error; }
  uint32_t limit() const { return memory.limit; }

  // The sum of value(object) over an object and all that `next` leads to.
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
  // Runs body(cursor) while it returns true. Between two rounds all that is in flight is the cursor.
  template <class Cursor, class Body>
  void loop(Cursor cursor, Body body) {
    for (uint32_t rounds = 0; body(cursor); ++rounds)
      if (rounds > patience_) {
        patience_ = 0;  // one is enough to know; an endless loop around this one would take kEndless times as long
        return fault(Fault::What::endless_loop);
      }
  }

 private:
  static constexpr uint32_t kEndless = 1u << 16;  // a chain cannot be longer than its pool
  template <class T>
  T& at(Ref<T> ref) {
    look_at(ref);
    return memory.template pool<T>()[ref.index];
  }
  template <class T>
  const T& look_at(Ref<T> ref) {
    const auto& pool = memory.template pool<T>();
    if (!pool.live(ref.index)) [[unlikely]]
      fault(Fault::What::touched_freed);
    return pool[ref.index];
  }
  void fault(Fault::What what) { memory.faults.push_back({what, Branch{}}); }
  uint32_t fail_in_ = 0;
  uint32_t allocations_ = 0;
  uint32_t patience_ = kEndless;
};

}  // namespace lockstep
