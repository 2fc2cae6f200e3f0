// SPDX-License-Identifier: GPL-2.0-or-later
// What a design promises, from the history alone: no nodes, no counters (docs/mechanisms.md, "The promise, exactly").
// node: a task's own rules reach those who were forked since it first had some, or since it asked for a new set of
// them. copy: a child has what its parent had.
// The text is written once, against a world of sets; PromiseState below is the concrete one.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/trace.h"

namespace lockstep {

enum class PromiseKind : uint8_t { node, copy };
const char* name_of(PromiseKind kind);

struct NodePromise {
  template <class S, class Task, class Rule>
  static void append(S& s, Task caller, int event, Rule rule, bool new_set = false) {
    if (new_set) s.inherit_shared(caller, caller);  // what was its own is inherited from here on: nobody adds to it
    if (s.branch(!s.has_own(caller))) s.make_own(caller);
    s.add(caller, event, rule);
  }
  template <class S, class Task>
  static void fork(S& s, Task parent, Task child) {
    s.inherit_shared(child, parent);
  }
};

struct CopyPromise {
  template <class S, class Task, class Rule>
  static void append(S& s, Task caller, int event, Rule rule) {
    s.add(caller, event, rule);
  }
  template <class S, class Task>
  static void fork(S& s, Task parent, Task child) {
    s.inherit_copy(child, parent);
  }
};

// The history of one trace so far, as views.
class PromiseState {
 public:
  explicit PromiseState(PromiseKind kind) : kind_(kind) {}
  void reset();  // P1 alone, without rules
  // new_set: NEW_RULE_HIERARCHY, which `node` knows.
  void append(uint16_t task, int event, uint16_t rule, bool new_set = false);
  void fork(uint16_t parent, uint16_t child);
  // What a check by the task of the event runs, newest set first, newest rule first inside each.
  std::vector<uint16_t> view(uint16_t task, int event) const;
  bool promises(uint16_t task, int event, uint16_t rule) const;  // whether the view has the rule

  bool branch(bool condition) const { return condition; }
  bool has_own(uint16_t task) const { return tasks_[task].own >= 0; }
  void make_own(uint16_t task);
  void add(uint16_t task, int event, uint16_t rule);
  void inherit_shared(uint16_t child, uint16_t parent);
  void inherit_copy(uint16_t child, uint16_t parent);

 private:
  struct Set {
    std::array<std::vector<uint16_t>, kEvents> rules;  // oldest first
  };
  struct Task {
    int own = -1;           // the set that its appends go into
    std::vector<int> base;  // the sets that it shares with its ancestors, nearest first
  };
  PromiseKind kind_;
  std::vector<Set> sets_;
  std::vector<Task> tasks_;
};

}  // namespace lockstep
