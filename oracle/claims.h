// SPDX-License-Identifier: GPL-2.0-or-later
// What is claimed of states, written once over a logic: SymbolicLogic makes a formula of a claim, for any number of
// objects; ConcreteLogic (concrete_logic.h) says whether it is true of a state that is there.
//
// A claim is about all objects of the kinds that it is `over`. Here stand those that every mechanism shares; they are
// read from its fields. What is special to one stands in claims_of.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "oracle/object_layout.h"
#include "oracle/property.h"

namespace lockstep {

template <class... T>
struct Over {};
template <class... T>
inline constexpr Over<T...> over{};

// A set of rules of the `node` promise. It is no memory: the promise alone knows of it.
struct Group {
  static constexpr const char* kName = "group";
};

inline constexpr std::nullopt_t kLemma = std::nullopt;
inline bool implies(bool a, bool b) { return !a || b; }

// visit(field) for each pointer field of T that leads to a kind in the memory; for slots visit(field, slot).
// each_field: the same for fields of any kind.
template <class T, bool kPointersOnly, class Kinds, class Visit>
void each_field_of(Kinds, Visit visit) {
  const auto one = [&]<class O, class V>(Field<O, V> field) {
    using To = typename TargetOf<V>::Type;
    if constexpr (!std::is_void_v<To>) {
      if constexpr (Kinds::template kHas<To>) visit(field);
    } else if constexpr (!kPointersOnly) {
      visit(field);
    }
  };
  const auto slots = [&]<class O, class To, size_t N>(Slots<O, Ref<To>, N> field) {
    if constexpr (Kinds::template kHas<To>)
      for (size_t slot = 0; slot < N; ++slot) visit(field, slot);
  };
  const auto any = [&]<class F>(F field) {
    if constexpr (requires { slots(field); })
      slots(field);
    else
      one(field);
  };
  std::apply([&](auto... field) { (any(field), ...); }, kFieldsOf<T>);
}
template <class T, class Kinds, class Visit>
void each_pointer(Kinds kinds, Visit visit) {
  each_field_of<T, true>(kinds, visit);
}
template <class T, class Kinds, class Visit>
void each_field(Kinds kinds, Visit visit) {
  each_field_of<T, false>(kinds, visit);
}
template <class T, class V, class... Slot>
constexpr Over<T, typename TargetOf<V>::Type> ends_of(Field<T, V>, Slot...) {
  return {};
}
template <class T, class To, size_t N>
constexpr Over<T, To> ends_of(Slots<T, Ref<To>, N>, size_t) {
  return {};
}
// A field that leads from an object to another one of its kind.
template <class F>
inline constexpr bool kIsChain = false;
template <class T>
inline constexpr bool kIsChain<Field<T, Ref<T>>> = true;
template <class F, class... Slot>
std::string words_of(F field, Slot... slot) {
  std::string words = field.name;
  ((words += "[" + std::to_string(slot) + "]"), ...);
  return words;
}

// A memory's kinds of objects.
template <class... T>
struct KindsOf {
  template <class U>
  static constexpr bool kHas = (std::is_same_v<U, T> || ...);
  template <class Visit>
  static void each(Visit visit) {
    (visit(over<T>), ...);
  }
};
template <class... T>
KindsOf<T...> kinds_in(const Memory<T...>*);
template <class State>
using KindsIn = decltype(kinds_in(static_cast<const State*>(nullptr)));

// What an object itself adds to the sum along its chain that the limit is about.
template <class L, class X>
auto share_of(const L& l, Over<Filter>, const X& x) {
  return l.get(f::len, x) + Seccomp::kPathPenalty;
}
template <class L, class X>
auto share_of(const L& l, Over<FilterNode>, const X& x) {
  return l.sum(f::filter_prev, l.get(f::newest_filter, x));
}
template <class L, class X>
auto share_of(const L& l, Over<Rule>, const X& x) {
  return l.get(f::prog_pages, l.get(f::rule_prog, x));
}
template <class L, class X>
auto share_of(const L& l, Over<Node>, const X& x) {
  return l.sum(f::rule_prev, l.get(f::node_rule, x));
}

// What a check runs at a rule or filter of a view; and where it begins in a node of it.
template <class L, class X>
auto run_of(const L&, Over<Filter>, const X& x) {
  return x;
}
template <class L, class X>
auto run_of(const L& l, Over<Rule>, const X& x) {
  return l.get(f::rule_prog, x);
}
template <class L, class X>
auto newest_in(const L& l, Over<FilterNode>, const X& x) {
  return l.get(f::newest_filter, x);
}
template <class L, class X>
auto newest_in(const L& l, Over<Node>, const X& x) {
  return l.get(f::node_rule, x);
}

// True of every state, whatever a mechanism does: who is counted is counted.
template <class Kinds, class L, class Claim>
void claim_theorems(const L& l, Claim claim) {
  Kinds::each([&]<class T>(Over<T>) {
    each_pointer<T>(Kinds(), [&](auto field, auto... slot) {
      [&]<class To>(Over<T, To>) {
        if (field.holds == Holds::nothing) return;
        const auto words = words_of(field, slot...);
        claim(over<To>, words + " pointers are counted from 0", kLemma,
              [=](auto x) { return l.is_null(x) || l.pointers(x, field, slot...) >= 0; });
        claim(over<T>, words + " that counts is among those counted", kLemma, [=](auto x) {
          const auto to = l.get(field, x, slot...);
          return implies(l.template holds<T>(x) && !l.is_null(to), l.pointers(to, field, slot...) >= 1);
        });
        claim(over<T, T>, words + " that two objects have is counted twice", kLemma, [=](auto x, auto y) {
          const auto to = l.get(field, x, slot...);
          return implies(l.template holds<T>(x) && l.template holds<T>(y) && !(x == y) && !l.is_null(to) &&
                             l.get(field, y, slot...) == to,
                         l.pointers(to, field, slot...) >= 2);
        });
        if constexpr (std::is_same_v<T, Filter>) {
          claim(over<To>, words + " pointers of users are counted from 0", kLemma,
                [=](auto x) { return l.is_null(x) || l.pointers_of_users(x) >= 0; });
          claim(over<T>, words + " of a user is among those counted", kLemma, [=](auto x) {
            const auto to = l.get(field, x);
            return implies(l.live(x) && l.get(f::users, x) != 0 && !l.is_null(to), l.pointers_of_users(to) >= 1);
          });
        }
      }(ends_of(field, slot...));
      if constexpr (kIsChain<decltype(field)>) {
        claim(over<T>, words_of(field) + " chain starts with the object itself", kLemma,
              [=](auto x) { return implies(l.live(x), l.reaches(field, x, x)); });
        claim(over<T>, "no chain starts at null", kLemma,
              [=](auto x) { return !l.reaches(field, l.template null<T>(), x); });
      }
    });
  });
}

// What follows from the invariants by induction along a chain.
// (And that nobody counts to an object that no pointer that counts leads to.)
template <class Kinds, class L, class Claim>
void claim_consequences(const L& l, Claim claim) {
  Kinds::each([&]<class T>(Over<T>) {
    each_pointer<T>(Kinds(), [&](auto field, auto... slot) {
      if (field.holds != Holds::nothing)
        [&]<class To>(Over<T, To>) {
          claim(over<To>, words_of(field, slot...) + " pointers lead to live objects only", kLemma, [=](auto x) {
            auto none = l.pointers(x, field, slot...) == 0;
            if constexpr (std::is_same_v<T, Filter>) none = none && l.pointers_of_users(x) == 0;
            return implies(!l.is_null(x) && !l.template holds<To>(x), none);
          });
        }(ends_of(field, slot...));
      if constexpr (kIsChain<decltype(field)>) {
        const std::string words = words_of(field);
        claim(over<T, T>, words + " chain of a live object is alive", kLemma, [=](auto x, auto y) {
          return implies(l.template holds<T>(x) && l.reaches(field, x, y), l.template holds<T>(y) && !l.is_null(y));
        });
        claim(over<T, T>, words + " chain goes on", kLemma, [=](auto x, auto y) {
          const auto next = l.get(field, y);
          return implies(l.template holds<T>(x) && l.reaches(field, x, y) && !l.is_null(next),
                         l.reaches(field, x, next));
        });
        claim(over<T, T>, words + " chain is the object and what its prev leads to", kLemma, [=](auto x, auto y) {
          const auto next = l.get(field, x);
          return implies(l.template holds<T>(x) && l.reaches(field, x, y),
                         x == y || (!l.is_null(next) && l.reaches(field, next, y)));
        });
        claim(over<T>, "sum along " + words, kLemma, [=](auto x) {
          return implies(l.template holds<T>(x),
                         l.sum(field, x) == share_of(l, over<T>, x) + l.sum(field, l.get(field, x)));
        });
        if constexpr (kHasUsers<T>)
          claim(over<T>, "child filters that are used are child filters", kLemma,
                [=](auto x) { return l.is_null(x) || l.pointers_of_users(x) <= l.pointers(x, field); });
      }
    });
  });
}

// The properties that are about one state, word for word; of every mechanism.
// exact(over<T>): whether T's counters are to be claimed exact.
template <class Kinds, class L, class Claim, class Exact>
void claim_properties(const L& l, Claim claim, Exact exact) {
  Kinds::each([&]<class T>(Over<T>) {
    if constexpr (kCounted<T>) {
      const auto counter = counter_of<T>();
      if (exact(over<T>)) {
        claim(over<T>, std::string(counter.name) + " is exact", Property::refcount_exact,
              [=](auto x) { return implies(l.live(x), l.get(counter, x) == l.references(counter, x)); });
        claim(over<T>, std::string("somebody references a live ") + T::kName, Property::no_leak,
              [=](auto x) { return implies(l.settled(x), l.references(counter, x) >= 1); });
        claim(over<T>, std::string(counter.name) + " is not below 0", Property::no_use_after_free,
              [=](auto x) { return implies(l.live(x), l.get(counter, x) >= 0); });
      }
      if constexpr (kHasUsers<T>) {
        claim(over<T>, "filter.users is exact", Property::refcount_exact,
              [=](auto x) { return implies(l.live(x), l.get(f::users, x) == l.references(f::users, x)); });
        claim(over<T>, "filter.users is not below 0", Property::no_use_after_free,
              [=](auto x) { return implies(l.live(x), l.get(f::users, x) >= 0); });
      }
    }
    each_pointer<T>(Kinds(), [&](auto field, auto... slot) {
      if (field.holds != Holds::nothing)
        [&]<class To>(Over<T, To>) {
          claim(over<T>, words_of(field, slot...) + " leads to a live object", Property::no_use_after_free,
                [=](auto x) {
                  const auto to = l.get(field, x, slot...);
                  return implies(l.template holds<T>(x) && !l.is_null(to), l.template holds<To>(to));
                });
        }(ends_of(field, slot...));
      if constexpr (kIsChain<decltype(field)>)
        claim(over<T>, words_of(field) + " leads to an older object", Property::acyclic, [=](auto x) {
          const auto to = l.get(field, x);
          return implies(l.template holds<T>(x) && !l.is_null(to), l.age(to) < l.age(x));
        });
    });
    claim(over<T>, std::string("a live ") + T::kName + " has been made", kLemma,
          [=](auto x) { return implies(l.live(x), l.age(x) < l.now()); });
    if constexpr (kCounted<T>)
      for (const auto& object : l.held(counter_of<T>()))
        claim(over<>, std::string("a ") + T::kName + " in hand is alive", Property::no_use_after_free,
              [=]() { return l.is_null(object) || l.template holds<T>(object); });
  });
}

}  // namespace lockstep
