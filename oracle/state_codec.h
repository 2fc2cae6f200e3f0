// SPDX-License-Identifier: GPL-2.0-or-later
// A state of a search and its packed form (docs/exploring.md, "What a state is"). Packing is one to one: two states are
// the same exactly if their bytes are.
#pragma once

#include <algorithm>
#include <vector>

#include "model/promise.h"
#include "oracle/explore.h"
#include "oracle/promise_masks.h"
#include "oracle/small_memory.h"
#include "oracle/state_bits.h"

namespace lockstep {

template <class Machine>
using MemoryOf = std::remove_reference_t<decltype(std::declval<Machine&>().world.memory)>;

template <class Memory>
struct ExploredState {
  Memory memory;
  SmallTaskNumbers processes;
  PromiseMasks promise;
  uint8_t ops = 0;    // used so far
  bool wild = false;  // what stands in freed memory could be read; it is zeroed
};

// The same, where its parts are.
template <class Memory>
struct StateParts {
  const Memory& memory;
  const SmallTaskNumbers& processes;
  const PromiseMasks& promise;
  uint8_t ops;
  StateParts(const Memory& m, const SmallTaskNumbers& p, const PromiseMasks& q, uint8_t o)
      : memory(m), processes(p), promise(q), ops(o) {}
  StateParts(const ExploredState<Memory>& s) : StateParts(s.memory, s.processes, s.promise, s.ops) {}
};

inline bool alive(const SmallTaskNumbers& processes, uint16_t task) {
  return processes.get(TaskField::state, task) == static_cast<uint16_t>(TaskState::alive);
}

// Which objects are tasks.
template <class Memory>
using TaskOf = std::conditional_t<Memory::template kHas<NodeTask>, NodeTask, SeccompTask>;

template <class Memory>
class StateCodec {
 public:
  using State = ExploredState<Memory>;
  using Parts = StateParts<Memory>;
  using Task = TaskOf<Memory>;
  static constexpr bool kProcessLife = std::is_same_v<Task, SeccompTask>;  // what exists may be dead or a thread

  StateCodec(const Scope& scope, const std::vector<uint32_t>& sizes, PromiseKind promise)
      : sizes_(sizes),
        promise_(promise),
        task_bits_(bits_for(static_cast<uint32_t>(scope.tasks) + 1)),
        op_bits_(bits_for(static_cast<uint32_t>(scope.ops) + 1)),
        size_bits_(bits_for(static_cast<uint32_t>(sizes.size()) + 2)) {}

  void pack(const Parts& s, PackedState& out) const {
    if (!pack_with(s, out, false)) pack_with(s, out, true);
  }

  [[gnu::flatten]] void unpack(const uint8_t* bytes, State& s) const {
    BitReader in(bytes);
    s.ops = static_cast<uint8_t>(in.get(op_bits_));
    const bool wild = in.get(1) != 0;
    s.wild = wild;
    s.memory.each_pool([&](auto& pool) {
      const uint32_t highest = in.get(kAddressBits);
      uint32_t live = (1u << (highest + 1)) - 2;
      if (in.get(1) == 0) {
        live = in.get(static_cast<int>(highest)) << 1;
        s.wild = true;
      }
      pool.set_live(live);
    });
    if (s.wild) s.memory.each_pool([](auto& pool) { pool.zero(); });
    const Widths bits = widths(s.memory, wild);
    s.memory.each_pool([&](auto& pool) {
      pool.each([&](uint16_t index) { each_field(pool[index], Unpack{*this, bits, in}); });
    });
    unpack_processes(s, in);
    unpack_promise(s, in);
  }

 private:
  static constexpr int kAddressBits = 5;

  // Bits of an address, by kind of object.
  using Widths = std::array<int, std::tuple_size_v<decltype(Memory::pools)>>;
  static Widths widths(const Memory& memory, bool wild) {
    Widths widths;
    size_t kind = 0;
    memory.each_pool([&](const auto& pool) { widths[kind++] = wild ? kAddressBits : bits_for(pool.used() - 1u); });
    return widths;
  }

  // False: a pointer leads beyond all that is in use; it takes wild pointers to write that down.
  [[gnu::flatten]] bool pack_with(const Parts& s, PackedState& packed, bool wild) const {
    BitWriter out(packed);
    out.put(s.ops, op_bits_);
    out.put(wild, 1);
    s.memory.each_pool([&](const auto& pool) {
      const uint32_t highest = pool.used() - 1u, live = pool.live_mask();
      const bool dense = live == (1u << (highest + 1)) - 2;
      out.put(highest, kAddressBits);
      out.put(dense, 1);
      if (!dense) out.put(live >> 1, static_cast<int>(highest));
    });
    bool fits = true;
    const Widths address_bits = widths(s.memory, wild);
    s.memory.each_pool([&](const auto& pool) {
      pool.each([&](uint16_t index) {
        uint64_t bits = 0;
        int count = 0;
        each_field(pool[index], Pack{*this, address_bits, out, fits, bits, count});
        out.put(bits, count);
      });
    });
    if (!fits) return false;
    pack_processes(s, out);
    pack_promise(s, out);
    out.finish();
    return true;
  }

  // Counters are mostly 1, pointers mostly null or low, sizes a few. The fields of an object go out together.
  struct Pack {
    const StateCodec& codec;
    const Widths& widths;
    BitWriter& out;
    bool& fits;
    uint64_t& bits;
    int& count;
    [[gnu::always_inline]] void put(uint64_t value, int width) const {
      if (count + width > 63) [[unlikely]]
        flush();
      bits |= value << count;
      count += width;
    }
    void flush() const {
      out.put(bits, count);
      bits = 0;
      count = 0;
    }
    [[gnu::always_inline]] void operator()(int32_t counter) const {
      if (counter == 1) return put(0, 1);
      const bool usual = counter >= -2 && counter <= 12;
      put(usual ? static_cast<uint32_t>(counter + 2) << 1 | 1 : 31u, 5);
      if (!usual) [[unlikely]]
        put(static_cast<uint32_t>(counter), 32);
    }
    template <class T>
    [[gnu::always_inline]] void operator()(Ref<T> ref) const {
      if constexpr (Memory::template kHas<T>) {
        if (ref.index == 0) return put(0, 1);
        const int width = widths[Memory::template kRank<T>];
        fits &= ref.index - 1u < (1u << width);
        put(((ref.index - 1u) & ((1u << width) - 1)) << 1 | 1, width + 1);
      }
    }
    [[gnu::always_inline]] void operator()(bool flag) const { put(flag, 1); }
    [[gnu::always_inline]] void operator()(uint16_t name) const { put(name, codec.op_bits_); }
    [[gnu::always_inline]] void operator()(uint32_t size) const {
      if (size == codec.sizes_[0]) return put(1, codec.size_bits_);
      const auto place = std::find(codec.sizes_.begin(), codec.sizes_.end(), size);
      const auto known = static_cast<uint32_t>(place - codec.sizes_.begin());
      put(size == 0 ? 0 : known + 1, codec.size_bits_);
      if (size != 0 && place == codec.sizes_.end()) put(size, 32);
    }
  };
  struct Unpack {
    const StateCodec& codec;
    const Widths& widths;
    BitReader& in;
    void operator()(int32_t& counter) const {
      counter = 1;
      if (in.get(1) == 0) return;
      const uint32_t usual = in.get(4);
      counter = usual == 15 ? static_cast<int32_t>(in.get(32)) : static_cast<int32_t>(usual) - 2;
    }
    template <class T>
    void operator()(Ref<T>& ref) const {
      ref.index = 0;
      if constexpr (Memory::template kHas<T>)
        if (in.get(1) != 0) ref.index = static_cast<uint16_t>(in.get(widths[Memory::template kRank<T>]) + 1);
    }
    void operator()(bool& flag) const { flag = in.get(1) != 0; }
    void operator()(uint16_t& name) const { name = static_cast<uint16_t>(in.get(codec.op_bits_)); }
    void operator()(uint32_t& size) const {
      const uint32_t known = in.get(codec.size_bits_);
      size = known == 0 ? 0 : known > codec.sizes_.size() ? in.get(32) : codec.sizes_[known - 1];
    }
  };

  void pack_processes(const Parts& s, BitWriter& out) const {
    if constexpr (kProcessLife)
      s.memory.template pool<Task>().each([&](uint16_t task) {
        const auto get = [&](TaskField field) { return s.processes.get(field, task); };
        out.put(get(TaskField::state) == static_cast<uint16_t>(TaskState::zombie), 1);
        out.put(get(TaskField::leader), task_bits_);
        if (get(TaskField::leader) == task) out.put(get(TaskField::parent), task_bits_);
      });
  }
  void unpack_processes(State& s, BitReader& in) const {
    auto& processes = s.processes;
    processes.clear();
    s.memory.template pool<Task>().each([&](uint16_t task) {
      const bool zombie = kProcessLife && in.get(1) != 0;
      const auto leader = kProcessLife ? static_cast<uint16_t>(in.get(task_bits_)) : task;
      processes.set(TaskField::state, task, static_cast<uint16_t>(zombie ? TaskState::zombie : TaskState::alive));
      processes.set(TaskField::leader, task, leader);
      if (kProcessLife && leader == task)
        processes.set(TaskField::parent, task, static_cast<uint16_t>(in.get(task_bits_)));
      if (!zombie) processes.set(TaskField::live, leader, processes.get(TaskField::live, leader) + 1);
    });
  }

  template <class Visit>
  static void each_living(const Parts& s, Visit visit) {
    s.memory.template pool<Task>().each([&](uint16_t task) {
      if (alive(s.processes, task)) visit(task);
    });
  }
  void pack_promise(const Parts& s, BitWriter& out) const {
    const auto& p = s.promise;
    const int name_bits = bits_for(s.ops + 1u);
    const bool node = promise_ == PromiseKind::node;
    each_living(s, [&](uint16_t task) {
      if (node) out.put(p.own[task], name_bits);
      out.put(static_cast<uint32_t>(p.base[task]) >> 1, s.ops);
    });
    for (size_t rule = 1; rule <= s.ops; ++rule) {
      if (node)
        out.put(p.set[rule], name_bits);
      else
        out.put(p.set[rule] != 0, 1);
      if (p.set[rule] != 0) out.put(p.event[rule], kEventBits);
    }
  }
  void unpack_promise(State& s, BitReader& in) const {
    auto& p = s.promise;
    const int name_bits = bits_for(s.ops + 1u);
    const bool node = promise_ == PromiseKind::node;
    p = {};
    each_living(s, [&](uint16_t task) {
      if (node) p.own[task] = static_cast<uint8_t>(in.get(name_bits));
      p.base[task] = static_cast<uint16_t>(in.get(s.ops) << 1);
    });
    for (size_t rule = 1; rule <= s.ops; ++rule) {
      p.set[rule] = static_cast<uint8_t>(node ? in.get(name_bits) : in.get(1) * rule);
      if (p.set[rule] != 0) p.event[rule] = static_cast<uint8_t>(in.get(kEventBits));
    }
  }
  static constexpr int kEventBits = bits_for(kEvents);

  const std::vector<uint32_t>& sizes_;
  PromiseKind promise_;
  int task_bits_, op_bits_, size_bits_;
};

}  // namespace lockstep
