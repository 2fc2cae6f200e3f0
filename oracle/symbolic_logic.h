// SPDX-License-Identifier: GPL-2.0-or-later
// The logic in which claims are written, over formulas. concrete_logic.h is the same over a state that is there.
#pragma once

#include <numeric>

#include "oracle/claims.h"
#include "oracle/symbolic_run.h"

namespace lockstep {

class SymbolicLogic {
 public:
  using Bool = expr;
  SymbolicLogic(const Symbols& symbols, const Layout& layout, const SymbolicState& state)
      : symbols_(symbols), layout_(layout), s_(state) {}

  template <class T>
  expr null() const {
    return symbols_.null(T::kName);
  }
  expr is_null(const expr& x) const { return x == symbols_.null(symbols_.kind_of(x)); }
  expr live(const expr& x) const { return s_.map(live_key(symbols_.kind_of(x)))(x); }
  // Not one that the running operation has made or is ending.
  expr settled(const expr& x) const {
    expr yes = live(x);
    for (const auto& other : s_.at_zero)
      if (symbols_.kind_of(other) == symbols_.kind_of(x)) yes = yes && x != other;
    return yes;
  }
  template <class T, class V>
  expr get(Field<T, V> field, const expr& x) const {
    return s_.map(key_of(field))(x);
  }
  template <class T, class V, size_t N>
  expr get(Slots<T, V, N> field, const expr& x, size_t slot) const {
    return s_.map(key_of(field, slot))(x);
  }
  // References that hold up the counter: pointers, and what is in flight.
  template <class T>
  expr references(Field<T, int32_t> counter, const expr& x) const {
    const auto key = key_of(counter);
    expr sum = symbols_.number(0);
    for (const auto& link : layout_.links)
      if (std::count(link.holds_up.begin(), link.holds_up.end(), key) != 0) sum = sum + s_.map(link.count)(x);
    for (const auto& each : s_.in_flight)
      if (each.counter == key) sum = sum + z3::ite(x == each.object, each.number, symbols_.number(0));
    return sum;
  }
  // Whether the pointers of an object count.
  template <class T>
  expr holds(const expr& x) const {
    if constexpr (kCounted<T>)
      return live(x) && get(counter_of<T>(), x) != 0;
    else
      return live(x);
  }
  template <class T>
  expr reaches(Field<T, Ref<T>> chain, const expr& x, const expr& y) const {
    return s_.relation(reach_key(key_of(chain)))(x, y);
  }
  template <class T>
  expr sum(Field<T, Ref<T>> chain, const expr& x) const {
    return s_.map(sum_key(key_of(chain)))(x);
  }
  expr age(const expr& x) const { return s_.map(age_key(symbols_.kind_of(x)))(x); }
  expr now() const { return s_.now[0]; }
  expr ending(const expr& task) const { return s_.map(kEnding)(task); }
  // Objects of which the running operation holds a reference.
  template <class T>
  std::vector<expr> held(Field<T, int32_t> counter) const {
    std::vector<expr> all;
    int number = 0;
    for (const auto& each : s_.in_flight)
      if (each.counter == key_of(counter) && each.number.is_numeral_i(number) && number > 0) all.push_back(each.object);
    return all;
  }
  template <class F, class... Slot>
  expr pointers(const expr& x, F field, Slot... slot) const {
    return s_.map("n:" + key_of(field, slot...))(x);
  }
  expr pointers_of_users(const expr& x) const { return s_.map("n:" + key_of(f::filter_prev) + "/users")(x); }
  static expr zero_if(const expr& condition, const expr& value) {
    return z3::ite(condition, value.ctx().num_val(0, value.get_sort()), value);
  }
  bool release_at_reap() const { return s_.release_at_reap; }
  expr truth(bool value) const { return symbols_.truth(value); }

  // The promise, and what ties it to nodes.
  expr own(const expr& task) const { return s_.map("own")(task); }
  expr has(const expr& task, const expr& group) const {
    return own(task) == group || s_.relation("inherits")(task, group);
  }
  expr rule_of(size_t event, const expr& group, const expr& rule) const {
    return s_.relation("rules." + std::to_string(event))(group, rule);
  }
  expr promised(size_t event, const expr& task, const expr& rule) const {
    return s_.relation("promised." + std::to_string(event))(task, rule);
  }
  expr known(const expr& group) const { return s_.map("known")(group); }
  expr node_of(size_t event, const expr& group) const { return s_.map("node." + std::to_string(event))(group); }
  expr group_of(const expr& node) const { return s_.map("group")(node); }

 private:
  const Symbols& symbols_;
  const Layout& layout_;
  const SymbolicState& s_;
};

// Takes claims as the templates make them.
class ClaimList {
 public:
  explicit ClaimList(StateClaims& claims) : claims_(claims) {}
  template <class... T, class Body>
  void operator()(Over<T...>, std::string name, std::optional<Property> property, Body body) const {
    claims_.push_back({std::move(name), property, {T::kName...}, [body](const std::vector<expr>& x) {
                         return call(body, x, std::index_sequence_for<T...>());
                       }});
  }

 private:
  template <class Body, size_t... I>
  static expr call(const Body& body, const std::vector<expr>& x, std::index_sequence<I...>) {
    return body(x[I]...);
  }
  StateClaims& claims_;
};

}  // namespace lockstep
