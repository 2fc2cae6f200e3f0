// SPDX-License-Identifier: GPL-2.0-or-later
// A mechanism's memory for searches: room for 31 objects of each kind, in place, cheap to copy and to compare. The same
// addresses come out as from Memory (world.h): lowest first, used again at once.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
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
  SmallPool& operator=(const SmallPool& other) {
    live_ = other.live_;
    full_ = other.full_;
    begin_step();
    std::copy_n(other.slots_.begin(), other.used(), slots_.begin());
    return *this;  // what stands beyond is nobody's
  }
  // A copy begins a step by itself.
  void begin_step() {
    born_ = 0;
    freed_ = reused_ = false;
  }
  // Live objects alone.
  bool operator==(const SmallPool& other) const {
    if (live_ != other.live_) return false;
    for (uint32_t left = live_ & ~1u; left != 0; left &= left - 1) {
      const int index = std::countr_zero(left);
      if (!(slots_[index] == other.slots_[index])) return false;
    }
    return true;
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
  T& operator[](uint16_t index) { return slots_[index]; }
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
  // Objects at these addresses, with whatever stands there.
  void set_live(uint32_t mask) {
    live_ = mask | 1;  // slot 0 is the null pointer
    full_ = false;
    begin_step();
  }
  // Also what stands in freed memory.
  void zero() { slots_ = {}; }
  template <class Visit>
  void each(Visit visit) const {
    for (uint32_t left = live_mask(); left != 0; left &= left - 1) visit(static_cast<uint16_t>(std::countr_zero(left)));
  }

 private:
  uint32_t live_ = 1;
  uint32_t born_ = 0;  // in this step
  bool full_ = false;  // an object had no room: what happened since is not the mechanism's doing
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
  bool same_objects(const SmallMemory& other) const { return pools == other.pools; }
  bool full() const {
    bool any = false;
    each_pool([&](auto& pool) { any |= pool.full(); });
    return any;
  }
  void begin_step() {
    each_pool([](auto& pool) { pool.begin_step(); });
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
  void set(TaskField field, uint16_t task, uint16_t value) {
    tasks_[task][static_cast<size_t>(field)] = static_cast<uint8_t>(value);
  }
  uint16_t next(uint16_t task) const {
    while (++task < tasks_.size())
      if (get(TaskField::state, task) != 0) return task;
    return 0;
  }
  bool operator==(const TaskNumbersTo&) const = default;

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
template <template <class> class World = ConcreteWorld>
using SmallSeccompMachine = SeccompMachineIn<World, InSmallMemory<Seccomp>, SmallProcesses>;

}  // namespace lockstep
