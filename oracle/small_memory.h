// SPDX-License-Identifier: GPL-2.0-or-later
// A mechanism's memory for searches: room for 31 objects of each kind, in place, cheap to copy and to compare. The same
// addresses come out as from Memory (world.h): lowest first, used again at once.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <tuple>

#include "model/machine.h"
#include "model/process_rules.h"
#include "model/world.h"

namespace lockstep {

template <class T>
class SmallPool {
 public:
  static constexpr uint16_t kEnd = 32;  // addresses are 1 to 31

  SmallPool() = default;
  SmallPool(const SmallPool& other) { *this = other; }
  // Begins a step. What stands in freed memory above all that is in use is not copied.
  SmallPool& operator=(const SmallPool& other) {
    live_ = other.live_;
    full_ = other.full_;
    std::copy_n(other.slots_.begin(), other.used(), slots_.begin());
    begin_step();
    return *this;
  }
  // The same, at the cost of what was written. REQUIRES: the step began as a copy of `other`.
  void undo(const SmallPool& other) {
    for (uint32_t left = written_; left != 0; left &= left - 1) {
      const int index = std::countr_zero(left);
      slots_[index] = other.slots_[index];
    }
    live_ = other.live_;
    begin_step();
  }
  // Whether live objects differ, and whether more than counters differ in those that were there. REQUIRES: as above.
  bool changed(const SmallPool& other) const {
    if (live_ != other.live_) return true;
    for (uint32_t left = written_ & live_; left != 0; left &= left - 1) {
      const int index = std::countr_zero(left);
      if (!(slots_[index] == other.slots_[index])) return true;
    }
    return false;
  }
  bool links_changed(const SmallPool& other) const {
    if ((other.live_ & ~live_) != 0 || (other.live_ & born_) != 0) return true;
    for (uint32_t left = written_ & other.live_; left != 0; left &= left - 1) {
      const int index = std::countr_zero(left);
      if (links(slots_[index]) != links(other.slots_[index])) return true;
    }
    return false;
  }

  uint16_t alloc() {
    const auto index = static_cast<uint16_t>(std::countr_one(live_));
    if (index < kEnd) return alloc_at(index);
    full_ = true;
    return 0;
  }
  uint16_t alloc_at(uint16_t index) {
    live_ |= 1u << index;
    born_ |= 1u << index;
    written_ |= 1u << index;
    reused_ |= freed_;
    slots_[index] = T{};
    return index;
  }
  bool free(uint16_t index) {
    const bool was_live = live(index);
    if (index != 0) live_ &= ~(1u << index);
    freed_ = true;
    return was_live;
  }
  bool live(uint16_t index) const { return index != 0 && ((live_ >> index) & 1) != 0; }
  T& operator[](uint16_t index) {
    written_ |= 1u << index;
    return slots_[index];
  }
  const T& operator[](uint16_t index) const { return slots_[index]; }
  // Tells an object from one that was at its address before the step; no order.
  uint32_t birth(uint16_t index) const { return index + (((born_ >> index) & 1) != 0 ? kEnd : 0); }
  uint16_t end() const { return kEnd; }
  // One more than the highest address in use.
  uint16_t used() const { return static_cast<uint16_t>(kEnd - std::countl_zero(live_)); }
  uint32_t live_mask() const { return live_ & ~1u; }
  int count() const { return std::popcount(live_) - 1; }
  bool full() const { return full_; }
  // Something was freed and something else made in this step: perhaps at the same address.
  bool reused() const { return reused_; }
  void clear() { set_live(0); }
  // Objects at these addresses, with whatever stands there. Begins a step.
  void set_live(uint32_t mask) {
    live_ = mask | 1;  // slot 0 is the null pointer
    full_ = false;
    begin_step();
  }
  // Pointers may lead there; so that it does not matter what stood there before.
  void zero_freed() {
    for (uint32_t left = ~(live_ | 1); left != 0; left &= left - 1) slots_[std::countr_zero(left)] = T{};
  }
  template <class Visit>
  void each(Visit visit) const {
    for (uint32_t left = live_mask(); left != 0; left &= left - 1) visit(static_cast<uint16_t>(std::countr_zero(left)));
  }

 private:
  void begin_step() {
    born_ = written_ = 0;
    freed_ = reused_ = false;
  }
  // All of an object but its counters.
  static std::array<uint32_t, 8> links(const T& object) {
    std::array<uint32_t, 8> links{};
    size_t count = 0;
    each_field(object, [&]<class V>(const V& value) {
      if constexpr (requires { value.index; })
        links[count++] = value.index;
      else if constexpr (!std::is_same_v<V, int32_t>)
        links[count++] = value;
    });
    return links;
  }

  uint32_t live_ = 1;
  uint32_t born_ = 0, written_ = 0;  // in this step
  bool full_ = false;                // an object had no room: what happened since is not the mechanism's doing
  bool freed_ = false, reused_ = false;
  std::array<T, kEnd> slots_{};
};

class FaultList {
 public:
  void push_back(Fault fault) {
    if (size_ < faults_.size()) faults_[size_++] = fault;  // one is enough to know
  }
  const Fault* begin() const { return faults_.data(); }
  const Fault* end() const { return faults_.data() + size_; }
  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }

 private:
  std::array<Fault, 8> faults_;
  uint8_t size_ = 0;
};

template <class T, class... Objects>
constexpr size_t rank_among() {
  size_t rank = 0, found = sizeof...(Objects);
  ((std::is_same_v<T, Objects> ? found = rank++ : rank++), ...);
  return found;
}

template <class... Objects>
struct SmallMemory {
  template <class T>
  static constexpr bool kHas = (std::is_same_v<T, Objects> || ...);
  template <class T>
  static constexpr size_t kRank = rank_among<T, Objects...>();  // its pool's place
  std::tuple<SmallPool<Objects>...> pools;
  FaultList faults;
  uint32_t limit = 0;
  template <class T>
  SmallPool<T>& pool() {
    return std::get<SmallPool<T>>(pools);
  }
  template <class T>
  const SmallPool<T>& pool() const {
    return std::get<SmallPool<T>>(pools);
  }
  void clear() {
    each_pool([](auto& pool) { pool.clear(); });
    faults.clear();
  }
  void each_pool(auto visit) {
    std::apply([&](auto&... pool) { (visit(pool), ...); }, pools);
  }
  void each_pool(auto visit) const {
    std::apply([&](auto&... pool) { (visit(pool), ...); }, pools);
  }
  // Back to the beginning of the step. REQUIRES, here and below: the step began as a copy of `other`.
  void undo(const SmallMemory& other) {
    (pool<Objects>().undo(other.template pool<Objects>()), ...);
    faults.clear();
  }
  // The pools, as bits by rank, in which live objects differ.
  uint32_t changed(const SmallMemory& other) const {
    uint32_t bits = 0;
    ((bits |= uint32_t{pool<Objects>().changed(other.template pool<Objects>())} << kRank<Objects>), ...);
    return bits;
  }
  // Whether more than counters differ in the objects that were there, those of kind `But` aside.
  template <class But>
  bool links_changed(const SmallMemory& other) const {
    return ((!std::is_same_v<Objects, But> && pool<Objects>().links_changed(other.template pool<Objects>())) || ...);
  }
  bool full() const {
    bool any = false;
    each_pool([&](auto& pool) { any |= pool.full(); });
    return any;
  }
  bool reused() const {
    bool any = false;
    each_pool([&](auto& pool) { any |= pool.reused(); });
    return any;
  }
};

// A mechanism whose text runs on such memory.
template <class Mechanism>
struct InSmallMemory : Mechanism {
  using State = typename Mechanism::template StateIn<SmallMemory>;
};

// Process life in place, for task numbers 1 to kHighest.
template <uint16_t kHighest>
class TaskNumbersTo {
 public:
  void clear() { tasks_ = {}; }
  uint16_t get(TaskField field, uint16_t task) const { return tasks_[task][static_cast<size_t>(field)]; }
  bool is(TaskField field, uint16_t task, uint16_t value) const { return get(field, task) == value; }
  void set(TaskField field, uint16_t task, uint16_t value) {
    tasks_[task][static_cast<size_t>(field)] = static_cast<uint8_t>(value);
  }
  uint16_t next(uint16_t task) const {
    while (++task < tasks_.size())
      if (get(TaskField::state, task) != 0) return task;
    return 0;
  }
  void require(bool condition) const { assert(condition); }
  bool operator==(const TaskNumbersTo& other) const { return std::memcmp(&tasks_, &other.tasks_, sizeof tasks_) == 0; }

 private:
  std::array<std::array<uint8_t, 4>, kHighest + 1> tasks_{};
};

template <uint16_t kHighest>
class ProcessesTo : public ProcessRules<TaskNumbersTo<kHighest>> {
 public:
  auto& numbers() { return this->store_; }
  const auto& numbers() const { return this->store_; }
};
using SmallTaskNumbers = TaskNumbersTo<8>;
using SmallProcesses = ProcessesTo<8>;

// Machines as the explorer runs them.
template <class Mechanism, template <class> class World = ConcreteWorld>
using SmallNodeMachine = NodeMachine<InSmallMemory<Mechanism>, World, SmallProcesses>;
template <template <class> class World = ConcreteWorld, class Mechanism = Seccomp>
using SmallSeccompMachine = SeccompMachineIn<World, InSmallMemory<Mechanism>, SmallProcesses>;

}  // namespace lockstep
