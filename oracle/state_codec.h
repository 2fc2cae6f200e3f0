// SPDX-License-Identifier: GPL-2.0-or-later
// A state of a search and its packed form (docs/exploring.md, "What a state is"). Packing is one to one: two states are
// the same exactly if their bytes are.
#pragma once

#include <algorithm>
#include <optional>
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
  uint8_t ops = 0;   // used so far
  bool odd = false;  // some number is out of the usual range
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

  StateCodec(const Scope& scope, const std::vector<uint32_t>& sizes, std::optional<PromiseKind> promise)
      : sizes_(sizes),
        promise_(promise),
        task_bits_(bits_for(static_cast<uint32_t>(scope.tasks) + 1)),
        op_bits_(bits_for(static_cast<uint32_t>(scope.ops) + 1)),
        size_bits_(bits_for(static_cast<uint32_t>(sizes.size()))) {
    size_t kind = 0;
    Memory().each_pool([&]<class T>(const SmallPool<T>&) { address_bits_[kind++] = bits_for(most<T>(scope)); });
  }

  static constexpr size_t kPools = std::tuple_size_v<decltype(Memory::pools)>;
  // A packed state and where its pools stand in it: another state can take over those that it has unchanged.
  struct Packed {
    PackedState state;
    std::array<uint32_t, kPools + 1> at;  // in bits; the last is the end
  };

  void pack(const Parts& s, PackedState& out) const { pack(s, out, nullptr, 0); }
  // The same, where `s` comes from the state `from` and only the pools with these bits have changed.
  void pack(const Parts& s, PackedState& out, const Packed* from, uint32_t changed) const {
    if (!pack_as<Usual>(s, out, from, changed)) pack_as<Odd>(s, out, nullptr, 0);
  }

  // REQUIRES: packed.state is set.
  [[gnu::flatten]] void unpack(Packed& packed, State& s) const {
    BitReader in(packed.state);
    s.ops = static_cast<uint8_t>(in.get(op_bits_));
    const bool odd = in.get(1) != 0;
    s.odd = odd;
    s.memory.each_pool([&](auto& pool) {
      const uint32_t highest = in.get(kAddressBits);
      const bool dense = in.get(1) != 0;
      pool.set_live(dense ? (1u << (highest + 1)) - 2 : in.get(static_cast<int>(highest)) << 1);
      if (!dense || odd) pool.zero_freed();
    });
    size_t rank = 0;
    s.memory.each_pool([&](auto& pool) {
      packed.at[rank++] = in.position();
      if (odd)
        pool.each([&](uint16_t index) { each_field(pool[index], typename Odd::Read{*this, in}); });
      else
        pool.each([&](uint16_t index) { each_field(pool[index], typename Usual::Read{*this, in}); });
    });
    packed.at[rank] = in.position();
    unpack_processes(s, in);
    unpack_promise(s, in);
  }

 private:
  static constexpr int kAddressBits = 5;

  // So many of a kind exist at once, as far as a scope can tell. More is odd.
  template <class T>
  static uint32_t most(const Scope& scope) {
    if (std::is_same_v<T, Task> || std::is_same_v<T, Events> || std::is_same_v<T, RuleLists>) return scope.tasks;
    return std::is_same_v<T, Node> ? kEvents * scope.ops : scope.ops;
  }

  // False: something is out of the usual range, which takes the odd form.
  template <class Form>
  [[gnu::flatten]] bool pack_as(const Parts& s, PackedState& packed, const Packed* from, uint32_t changed) const {
    constexpr bool odd = std::is_same_v<Form, Odd>;
    BitWriter out(packed);
    out.put(s.ops | static_cast<uint32_t>(odd) << op_bits_, op_bits_ + 1);
    s.memory.each_pool([&](const auto& pool) {
      const uint32_t highest = pool.used() - 1u, live = pool.live_mask();
      const bool dense = live == (1u << (highest + 1)) - 2;
      out.put(highest | static_cast<uint32_t>(dense) << kAddressBits, kAddressBits + 1);
      if (!dense) out.put(live >> 1, static_cast<int>(highest));
    });
    uint32_t unusual = 0;
    size_t rank = 0;
    s.memory.each_pool([&](const auto& pool) {
      const size_t r = rank++;
      if (from != nullptr && (changed >> r & 1) == 0)
        return out.copy(from->state, from->at[r], from->at[r + 1] - from->at[r]);
      pool.each([&](uint16_t index) {
        if constexpr (odd) {
          each_field(pool[index], typename Odd::Write{*this, out});
        } else {
          uint64_t bits = 0;
          int count = 0;
          each_field(pool[index], typename Usual::Write{*this, bits, count, unusual});
          out.put(bits, count);
        }
      });
    });
    if (unusual != 0) return false;
    pack_processes(s, out);
    pack_promise(s, out);
    out.finish();
    return true;
  }

  // Counters are mostly 1 and small, pointers mostly null or low, sizes those of the scope. The fields of an object go
  // out together: 56 bits hold eight of them.
  struct Usual {
    struct Write {
      const StateCodec& codec;
      uint64_t& bits;
      int& count;
      uint32_t& unusual;
      [[gnu::always_inline]] void put(uint64_t value, int width) const {
        bits |= value << count;
        count += width;
      }
      [[gnu::always_inline]] void operator()(int32_t counter) const {
        const auto code = static_cast<uint32_t>(counter + 2);
        const uint32_t other = counter != 1;
        unusual |= code >> 4;
        put((code << 1 | 1) & -other & 31, 1 + static_cast<int>(4 & -other));
      }
      template <class T>
      [[gnu::always_inline]] void operator()(Ref<T> ref) const {
        if constexpr (Memory::template kHas<T>) {
          const uint32_t some = ref.index != 0, code = ref.index - some;
          const auto width = static_cast<uint32_t>(codec.address_bits_[Memory::template kRank<T>]);
          unusual |= code >> width;
          put((code << 1 | 1) & -some & 63, 1 + static_cast<int>(width & -some));
        }
      }
      [[gnu::always_inline]] void operator()(bool flag) const { put(flag, 1); }
      [[gnu::always_inline]] void operator()(uint16_t name) const { put(name, codec.op_bits_); }
      [[gnu::always_inline]] void operator()(uint32_t size) const {
        uint32_t code = 0;
        while (code < codec.sizes_.size() && codec.sizes_[code] != size) ++code;
        unusual |= code == codec.sizes_.size();
        put(code, codec.size_bits_);
      }
    };
    struct Read {
      const StateCodec& codec;
      BitReader& in;
      void operator()(int32_t& counter) const { counter = in.get(1) == 0 ? 1 : static_cast<int32_t>(in.get(4)) - 2; }
      template <class T>
      void operator()(Ref<T>& ref) const {
        ref.index = 0;
        if constexpr (Memory::template kHas<T>)
          if (in.get(1) != 0)
            ref.index = static_cast<uint16_t>(in.get(codec.address_bits_[Memory::template kRank<T>]) + 1);
      }
      void operator()(bool& flag) const { flag = in.get(1) != 0; }
      void operator()(uint16_t& name) const { name = static_cast<uint16_t>(in.get(codec.op_bits_)); }
      void operator()(uint32_t& size) const { size = codec.sizes_[in.get(codec.size_bits_)]; }
    };
  };
  // Everything in full: a counter that ran away, a pointer beyond all that is in use.
  struct Odd {
    struct Write {
      const StateCodec& codec;
      BitWriter& out;
      void operator()(int32_t counter) const { out.put(static_cast<uint32_t>(counter), 32); }
      template <class T>
      void operator()(Ref<T> ref) const {
        if constexpr (Memory::template kHas<T>) out.put(ref.index, kAddressBits);
      }
      void operator()(bool flag) const { out.put(flag, 1); }
      void operator()(uint16_t name) const { out.put(name, codec.op_bits_); }
      void operator()(uint32_t size) const { out.put(size, 32); }
    };
    struct Read {
      const StateCodec& codec;
      BitReader& in;
      void operator()(int32_t& counter) const { counter = static_cast<int32_t>(in.get(32)); }
      template <class T>
      void operator()(Ref<T>& ref) const {
        ref.index = 0;
        if constexpr (Memory::template kHas<T>) ref.index = static_cast<uint16_t>(in.get(kAddressBits));
      }
      void operator()(bool& flag) const { flag = in.get(1) != 0; }
      void operator()(uint16_t& name) const { name = static_cast<uint16_t>(in.get(codec.op_bits_)); }
      void operator()(uint32_t& size) const { size = in.get(32); }
    };
  };

  void pack_processes(const Parts& s, BitWriter& out) const {
    if constexpr (kProcessLife)
      s.memory.template pool<Task>().each([&](uint16_t task) {
        const auto get = [&](TaskField field) { return s.processes.get(field, task); };
        const uint32_t zombie = get(TaskField::state) == static_cast<uint16_t>(TaskState::zombie);
        out.put(zombie | get(TaskField::leader) << 1, 1 + task_bits_);
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
    if (!promise_) return;
    const auto& p = s.promise;
    const int name_bits = bits_for(s.ops + 1u);
    const bool node = promise_ == PromiseKind::node;
    each_living(s, [&](uint16_t task) {
      const uint32_t sets = static_cast<uint32_t>(p.base[task]) >> 1;
      if (node)
        out.put(p.own[task] | sets << name_bits, name_bits + s.ops);
      else
        out.put(sets, s.ops);
    });
    for (size_t rule = 1; rule <= s.ops; ++rule) {
      const uint32_t some = p.set[rule] != 0, set = node ? p.set[rule] : some;
      const int bits = node ? name_bits : 1;
      out.put(set | static_cast<uint32_t>(p.event[rule]) << bits, bits + static_cast<int>(kEventBits & -some));
    }
  }
  void unpack_promise(State& s, BitReader& in) const {
    if (!promise_) return;
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
  std::optional<PromiseKind> promise_;  // none: it is no part of the state
  int task_bits_, op_bits_, size_bits_;
  std::array<int, kPools> address_bits_;  // by kind of object
};

}  // namespace lockstep
