// SPDX-License-Identifier: GPL-2.0-or-later
// A world with one call of the transition text done wrongly: skipped, doubled or negated. A call is known by
// where it stands in the source, so the text itself stays as it is. Without a mutation it is the world itself.
#pragma once

#include <set>
#include <source_location>

#include "model/peek_world.h"
#include "model/world.h"
#include "oracle/mutant_site.h"

namespace lockstep {

// The one call that is changed, and a note of all that are made.
class Mutation {
 public:
  using Where = std::source_location;
  // From here on each call of `site` is changed.
  void mutate(const Site& site, Change change) {
    site_ = site;
    change_ = change;
  }
  // Notes each call that is made; null: no longer. `seen` outlives the world and its copies.
  void record(std::set<Site>* seen) { seen_ = seen; }
  // What is to become of this call.
  Change at(Call call, const Where& where) const {
    if (change_ == Change::none && seen_ == nullptr) return Change::none;
    const Site here{where.file_name(), where.function_name(), where.line(), where.column(), call};
    if (seen_ != nullptr) seen_->insert(here);
    return change_ != Change::none && here == site_ ? change_ : Change::none;
  }

 private:
  Site site_;
  Change change_ = Change::none;
  std::set<Site>* seen_ = nullptr;
};

// A check's text, which only looks: its decisions can be wrong.
template <class State>
class MutantPeekWorld : public PeekWorld<State> {
  using Where = std::source_location;

 public:
  MutantPeekWorld(const State& memory, const Mutation& mutation) : PeekWorld<State>(memory), mutation_(mutation) {}
  bool branch(Branch, bool condition, Where where = Where::current()) const {
    return condition != (mutation_.at(Call::branch, where) == Change::negated);
  }

 private:
  const Mutation& mutation_;
};

// Base: any world, of numbers or of formulas.
template <class Base>
class Mutated : public Base {
  using Where = std::source_location;

 public:
  using Base::Base;
  Mutation mutation;
  // Decides one branch in eight the wrong way, by chance, so that text that nothing reaches is seen too.
  void stray(uint64_t seed) { chance_ = seed; }

  template <class T>
  auto alloc(Where where = Where::current()) {
    const auto change = at(Call::alloc, where);
    if (change == Change::skipped) return Base::template null<T>();
    if (change == Change::doubled) Base::template alloc<T>();  // nobody holds it
    return Base::template alloc<T>();
  }
  // The trace's name decides its place: there is no second one.
  template <class T>
  auto alloc_named(uint16_t index, Where where = Where::current()) {
    if (at(Call::alloc_named, where) == Change::skipped) return Base::template null<T>();
    return Base::template alloc_named<T>(index);
  }
  template <class Pointer>
  void free(const Pointer& pointer, Where where = Where::current()) {
    repeat(Call::free, where, [&] { Base::free(pointer); });
  }

  template <class T, class V, class Pointer, class Value>
  void store(Field<T, V> field, const Pointer& pointer, const Value& value, Where where = Where::current()) {
    repeat(Call::store, where, [&] { Base::store(field, pointer, value); });
  }
  template <class T, class V, size_t N, class Pointer, class Value>
  void store(Slots<T, V, N> field, const Pointer& pointer, size_t slot, const Value& value,
             Where where = Where::current()) {
    repeat(Call::store, where, [&] { Base::store(field, pointer, slot, value); });
  }
  template <class T, class V, class Pointer, class Value>
  void publish(Field<T, V> field, const Pointer& pointer, const Value& value, Where where = Where::current()) {
    repeat(Call::publish, where, [&] { Base::publish(field, pointer, value); });
  }
  template <class T, class V, size_t N, class Pointer, class Value>
  void publish(Slots<T, V, N> field, const Pointer& pointer, size_t slot, const Value& value,
               Where where = Where::current()) {
    repeat(Call::publish, where, [&] { Base::publish(field, pointer, slot, value); });
  }
  template <class T, class Pointer>
  void inc(Field<T, int32_t> field, const Pointer& pointer, Where where = Where::current()) {
    repeat(Call::inc, where, [&] { Base::inc(field, pointer); });
  }
  template <class T, class Pointer>
  bool dec_and_test(Field<T, int32_t> field, const Pointer& pointer, Where where = Where::current()) {
    const auto change = at(Call::dec_and_test, where);
    if (change == Change::skipped) return false;
    if (change == Change::skipped_as_zero) return true;
    if (change == Change::doubled) Base::dec_and_test(field, pointer);
    return Base::dec_and_test(field, pointer) != (change == Change::negated);
  }

  template <class Condition>
  bool branch(Branch site, const Condition& condition, Where where = Where::current()) {
    return wrong(Call::branch, where) ? Base::branch(site, !condition) : Base::branch(site, condition);
  }
  template <class Condition>
  void warn(Branch site, const Condition& condition, Where where = Where::current()) {
    return wrong(Call::warn, where) ? Base::warn(site, !condition) : Base::warn(site, condition);
  }
  int fail(int error, Where where = Where::current()) { return at(Call::fail, where) == Change::skipped ? 0 : error; }

 private:
  Change at(Call call, const Where& where) const { return mutation.at(call, where); }
  bool wrong(Call call, const Where& where) {
    return (at(call, where) == Change::negated) != (chance_ != 0 && next_chance() % 8 == 0);
  }
  template <class Do>
  void repeat(Call call, const Where& where, Do once) {
    const auto change = at(call, where);
    if (change == Change::skipped) return;
    if (change == Change::doubled) once();
    once();
  }
  uint64_t next_chance() {  // splitmix64
    uint64_t z = chance_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t chance_ = 0;
};

template <class State>
class MutantWorld : public Mutated<ConcreteWorld<State>> {};

template <class State>
MutantPeekWorld<State> peek(const MutantWorld<State>& world) {
  return {world.memory, world.mutation};
}

}  // namespace lockstep
