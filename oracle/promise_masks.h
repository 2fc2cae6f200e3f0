// SPDX-License-Identifier: GPL-2.0-or-later
// The promise's text (model/promise.h) over bit masks: what an explored state keeps of the history.
//
// Rules have numbers 1 to 15, an older rule a lower one. A set is called by its first rule's number; in the `copy`
// promise every rule is a set by itself. Whoever inherits a set inherits all that its owner had inherited, so the sets
// that a task sees are a chain, and a higher number is a nearer set.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "model/promise.h"

namespace lockstep {

struct PromiseMasks {
  static constexpr size_t kTasks = 9, kNames = 16;
  std::array<uint8_t, kTasks> own{};    // by task: the set that its appends go into; 0: none. `node` only
  std::array<uint16_t, kTasks> base{};  // by task: its other sets
  std::array<uint8_t, kNames> set{};    // by rule
  std::array<uint8_t, kNames> event{};  // by rule
  bool operator==(const PromiseMasks&) const = default;

  uint32_t sets_of(uint16_t task) const { return (base[task] | (1u << own[task])) & ~1u; }
  bool promises(uint16_t task, uint16_t rule) const {
    return ((sets_of(task) >> set[rule]) & 1) != 0 && set[rule] != 0;
  }
  // add(rule) for each rule of the view, newest set first, newest rule first inside each.
  template <class Add>
  void each_in_view(uint16_t task, int of_event, Add add) const {
    const uint32_t sets = sets_of(task);
    for (int s = kNames - 1; s > 0; --s) {
      if (((sets >> s) & 1) == 0) continue;
      for (int rule = kNames - 1; rule >= s; --rule)
        if (set[rule] == s && event[rule] == of_event) add(static_cast<uint16_t>(rule));
    }
  }
};

// The world of sets that NodePromise and CopyPromise are run in.
class PromiseMasksWorld {
 public:
  PromiseMasksWorld(PromiseKind kind, PromiseMasks& masks) : kind_(kind), m_(masks) {}
  void append(uint16_t task, int event, uint16_t rule, bool new_set = false) {
    made_ = rule;
    if (kind_ == PromiseKind::node)
      NodePromise::append(*this, task, event, rule, new_set);
    else
      CopyPromise::append(*this, task, event, rule);
  }
  void fork(uint16_t parent, uint16_t child) {
    if (kind_ == PromiseKind::node)
      NodePromise::fork(*this, parent, child);
    else
      CopyPromise::fork(*this, parent, child);
  }
  // The task is dead. What only it was promised is forgotten. living: the others, as bits.
  void forget(uint16_t task, uint32_t living) {
    const uint32_t had = m_.sets_of(task);
    m_.own[task] = 0;
    m_.base[task] = 0;
    uint32_t sets = 0;
    for (; living != 0; living &= living - 1) sets |= m_.sets_of(static_cast<uint16_t>(std::countr_zero(living)));
    if ((had & ~sets) == 0) return;
    for (size_t rule = 1; rule < PromiseMasks::kNames; ++rule)
      if (((sets >> m_.set[rule]) & 1) == 0) m_.set[rule] = m_.event[rule] = 0;
  }

  bool branch(bool condition) const { return condition; }
  bool has_own(uint16_t task) const { return m_.own[task] != 0; }
  void make_own(uint16_t task) { m_.own[task] = static_cast<uint8_t>(made_); }
  void add(uint16_t task, int event, uint16_t rule) {
    m_.event[rule] = static_cast<uint8_t>(event);
    if (kind_ == PromiseKind::node) {
      m_.set[rule] = m_.own[task];
    } else {
      m_.set[rule] = static_cast<uint8_t>(rule);
      m_.base[task] |= static_cast<uint16_t>(1u << rule);
    }
  }
  void inherit_shared(uint16_t child, uint16_t parent) {
    m_.base[child] = static_cast<uint16_t>(m_.sets_of(parent));  // of itself, where the task asks for a new set
    m_.own[child] = 0;
  }
  void inherit_copy(uint16_t child, uint16_t parent) { m_.base[child] = m_.base[parent]; }

 private:
  PromiseKind kind_;
  PromiseMasks& m_;
  uint16_t made_ = 0;
};

}  // namespace lockstep
