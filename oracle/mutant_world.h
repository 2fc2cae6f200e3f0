// SPDX-License-Identifier: GPL-2.0-or-later
// The concrete world with one call of the transition text done wrongly: skipped, doubled or negated. A call is known by
// where it stands in the source, so the text itself stays as it is. Without a mutation it is the concrete world.
#pragma once

#include <set>
#include <source_location>

#include "model/world.h"
#include "oracle/mutant_site.h"

namespace lockstep {

template <class State>
class MutantWorld : public ConcreteWorld<State> {
  using Base = ConcreteWorld<State>;
  using Where = std::source_location;

 public:
  // From here on each call of `site` is changed.
  void mutate(const Site& site, Change change) {
    site_ = site;
    change_ = change;
  }
  // Notes each call that is made; null: no longer. `seen` outlives the world and its copies.
  void record(std::set<Site>* seen) { seen_ = seen; }
  // Decides one branch in eight the wrong way, by chance, so that text that nothing reaches is seen too.
  void stray(uint64_t seed) { chance_ = seed; }

  template <class T>
  Ref<T> alloc(Where where = Where::current()) {
    const auto change = at(Call::alloc, where);
    if (change == Change::skipped) return {};
    if (change == Change::doubled) Base::template alloc<T>();  // nobody holds it
    return Base::template alloc<T>();
  }
  // The trace's name decides its place: there is no second one.
  template <class T>
  Ref<T> alloc_named(uint16_t index, Where where = Where::current()) {
    if (at(Call::alloc_named, where) == Change::skipped) return {};
    return Base::template alloc_named<T>(index);
  }
  template <class T>
  void free(Ref<T> ref, Where where = Where::current()) {
    repeat(Call::free, where, [&] { Base::free(ref); });
  }

  template <class T, class V>
  void store(Field<T, V> field, Ref<T> ref, std::type_identity_t<V> value, Where where = Where::current()) {
    repeat(Call::store, where, [&] { Base::store(field, ref, value); });
  }
  template <class T, class V, size_t N>
  void store(Slots<T, V, N> field, Ref<T> ref, size_t slot, std::type_identity_t<V> value,
             Where where = Where::current()) {
    repeat(Call::store, where, [&] { Base::store(field, ref, slot, value); });
  }
  template <class T, class V>
  void publish(Field<T, V> field, Ref<T> ref, std::type_identity_t<V> value, Where where = Where::current()) {
    repeat(Call::publish, where, [&] { Base::publish(field, ref, value); });
  }
  template <class T, class V, size_t N>
  void publish(Slots<T, V, N> field, Ref<T> ref, size_t slot, std::type_identity_t<V> value,
               Where where = Where::current()) {
    repeat(Call::publish, where, [&] { Base::publish(field, ref, slot, value); });
  }
  template <class T>
  void inc(Field<T, int32_t> field, Ref<T> ref, Where where = Where::current()) {
    repeat(Call::inc, where, [&] { Base::inc(field, ref); });
  }
  template <class T>
  bool dec_and_test(Field<T, int32_t> field, Ref<T> ref, Where where = Where::current()) {
    const auto change = at(Call::dec_and_test, where);
    if (change == Change::skipped) return false;
    if (change == Change::skipped_as_zero) return true;
    if (change == Change::doubled) Base::dec_and_test(field, ref);
    return Base::dec_and_test(field, ref) != (change == Change::negated);
  }

  bool branch(Branch site, bool condition, Where where = Where::current()) {
    return Base::branch(site, condition != wrong(Call::branch, where));
  }
  void warn(Branch site, bool condition, Where where = Where::current()) {
    Base::warn(site, condition != wrong(Call::warn, where));
  }
  int fail(int error, Where where = Where::current()) { return at(Call::fail, where) == Change::skipped ? 0 : error; }

 private:
  // What is to become of this call.
  Change at(Call call, const Where& where) {
    if (change_ == Change::none && seen_ == nullptr) return Change::none;
    const Site here{where.file_name(), where.function_name(), where.line(), where.column(), call};
    if (seen_ != nullptr) seen_->insert(here);
    return change_ != Change::none && here == site_ ? change_ : Change::none;
  }
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
  Site site_;
  Change change_ = Change::none;
  std::set<Site>* seen_ = nullptr;
  uint64_t chance_ = 0;
};

}  // namespace lockstep
