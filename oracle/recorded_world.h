// SPDX-License-Identifier: GPL-2.0-or-later
// The concrete world with a note of what a symbolic run has names for: what was made, in order, and how things stood at
// the head of each round of a loop.
#pragma once

#include <array>
#include <set>
#include <source_location>
#include <string>
#include <vector>

#include "model/process_table.h"
#include "model/world.h"
#include "oracle/claims.h"

namespace lockstep {

// A loop as it went. In the last round it ends.
struct RecordedLoop {
  struct Round {
    size_t snapshot = 0;
    uint16_t cursor = 0;
    std::vector<RecordedLoop> inside;
  };
  std::string function;  // of those that are noted
  std::vector<Round> rounds;
};

template <class State>
class RecordedWorld : public ConcreteWorld<State> {
  using Where = std::source_location;
  using Base = ConcreteWorld<State>;

 public:
  using Ages = std::map<std::string, std::vector<int64_t>>;  // by kind and place
  std::set<std::string> loops;                               // the functions whose loops are noted
  std::vector<TaskEvent> happens;                            // what a change of the process table does to tasks
  std::map<std::string, std::vector<uint16_t>> made;         // by kind
  std::vector<RecordedLoop> went;
  std::vector<State> snapshots;
  Ages ages;
  int64_t now = 0;

  void clear() {
    Base::clear();
    ages.clear();
    now = 0;
  }
  void begin_step(uint32_t fail_alloc) {
    Base::begin_step(fail_alloc);
    made.clear();
    went.clear();
    snapshots.clear();
    into_ = &went;
  }
  // Process life is not this text's.
  template <class Table, class Change>
  int change(Table&, Change) {
    return 0;
  }
  template <class Table>
  const std::vector<TaskEvent>& events(const Table&) const {
    return happens;
  }

  template <class T>
  Ref<T> alloc() {
    return note(Base::template alloc<T>(), true);
  }
  template <class T>
  Ref<T> alloc_named(uint16_t index) {
    return note(Base::template alloc_named<T>(index), false);
  }
  template <class T>
  Ref<T> make() {
    return note(Base::template make<T>(), true);
  }
  template <class T>
  Ref<T> make_named(uint16_t index) {
    return note(Base::template make_named<T>(index), false);
  }

  template <class T, class Body>
  void loop(Ref<T> cursor, Body body, Where where = Where::current()) {
    const auto function = noted(where.function_name());
    if (function.empty()) return Base::loop(cursor, body);
    RecordedLoop here{.function = function, .rounds = {}};
    for (bool more = true; more;) {
      RecordedLoop::Round round{.snapshot = snapshots.size(), .cursor = cursor.index, .inside = {}};
      snapshots.push_back(this->memory);
      auto* outer = std::exchange(into_, &round.inside);
      more = body(cursor) && here.rounds.size() < kEndless;
      into_ = outer;
      here.rounds.push_back(std::move(round));
    }
    into_->push_back(std::move(here));
  }

 private:
  static constexpr size_t kEndless = 1000;
  std::string noted(std::string_view spelled) const {
    for (const auto& function : loops)
      if (spelled.find(function + "(") != std::string_view::npos) return function;
    return "";
  }
  template <class T>
  Ref<T> note(Ref<T> ref, bool nameless) {
    if (ref.index == 0) return ref;
    auto& of_kind = ages[T::kName];
    if (of_kind.size() <= ref.index) of_kind.resize(ref.index + size_t{1});
    of_kind[ref.index] = now++;
    if (nameless) made[T::kName].push_back(ref.index);
    return ref;
  }

  std::vector<RecordedLoop>* into_ = &went;
};

}  // namespace lockstep
