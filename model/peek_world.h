// SPDX-License-Identifier: GPL-2.0-or-later
// The world that only looks: runs a check's text on somebody's memory as it stands, whatever state that is in.
#pragma once

#include "model/world.h"

namespace lockstep {

// A pointer to freed memory ends a walk as a null pointer does, and so do as many rounds as there can be objects.
template <class State>
class PeekWorld {
 public:
  explicit PeekWorld(const State& memory) : memory_(memory) {}
  template <class T>
  bool is_null(Ref<T> ref) const {
    return !memory_.template pool<T>().live(ref.index);
  }
  template <class T, class V>
  V load(Field<T, V> field, Ref<T> ref) const {
    return memory_.template pool<T>()[ref.index].*field.member;
  }
  template <class T, class V, size_t N>
  V load(Slots<T, V, N> field, Ref<T> ref, size_t slot) const {
    return (memory_.template pool<T>()[ref.index].*field.member)[slot];
  }
  static bool branch(Branch, bool condition) { return condition; }
  template <class T, class Body>
  void loop(Ref<T> cursor, Body body) const {
    for (int rounds = 0; rounds < memory_.template pool<T>().end() && body(cursor);) ++rounds;
  }

 private:
  const State& memory_;
};

}  // namespace lockstep
