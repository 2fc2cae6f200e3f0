// SPDX-License-Identifier: GPL-2.0-or-later
// One atomic step of an operation as it went, in numbers; interleave.h has it in words.
#pragma once

#include <cstdint>
#include <vector>

#include "model/facts.h"
#include "model/node_objects.h"
#include "model/seccomp_nodes.h"

namespace lockstep {

struct ObjectId {
  Kind kind{};
  uint16_t index = 0;  // 0: no object
  auto operator<=>(const ObjectId&) const = default;
};
constexpr Kind kind_of(Ref<NodeTask>) { return Kind::task; }
constexpr Kind kind_of(Ref<SeccompTask>) { return Kind::task; }
constexpr Kind kind_of(Ref<Events>) { return Kind::events; }
constexpr Kind kind_of(Ref<RuleLists>) { return Kind::events; }
constexpr Kind kind_of(Ref<Node>) { return Kind::node; }
constexpr Kind kind_of(Ref<FilterNode>) { return Kind::node; }
constexpr Kind kind_of(Ref<Rule>) { return Kind::rule; }
constexpr Kind kind_of(Ref<Prog>) { return Kind::prog; }
constexpr Kind kind_of(Ref<FilterProg>) { return Kind::prog; }
constexpr Kind kind_of(Ref<Filter>) { return Kind::filter; }
template <class T>
ObjectId id_of(Ref<T> ref) {
  return {kind_of(ref), ref.index};
}

struct StepValue {
  enum class Type : uint8_t { none, number, pointer } type{};
  int64_t number = 0;
  ObjectId pointer;
  bool operator==(const StepValue&) const = default;
};
template <class T>
StepValue value_of(Ref<T> ref) {
  return {StepValue::Type::pointer, 0, id_of(ref)};
}
template <class V>
StepValue value_of(V number) {
  return {StepValue::Type::number, static_cast<int64_t>(number), {}};
}

struct AtomicStep {
  enum class What : uint8_t { begin, end, alloc, free, load, store, publish, inc, dec_and_test, lock, unlock, table };
  What what{};
  uint8_t who = 0;      // column: place of the task in the program
  uint8_t action = 0;   // place of the operation in the task's list
  bool shared = false;  // another task gets in the way of this step somewhere in the search
  bool freed = false;   // the memory had been freed
  ObjectId object;
  const char* field = "";  // "node.rule"; lock: its name
  int slot = -1;           // of `field`, where that is an array
  StepValue value;         // read, or written; inc and dec_and_test: the count after; end: the errno
};
const char* name_of(AtomicStep::What what);

}  // namespace lockstep
