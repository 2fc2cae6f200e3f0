// SPDX-License-Identifier: GPL-2.0-or-later
// A set of packed states, kept in the order in which they came in, level by level. Threads may insert at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace lockstep {

// Some stored states, one behind the other. Stays good while others are inserted.
struct StateRun {
  const uint8_t* begin = nullptr;
  const uint8_t* end = nullptr;
};

// Calls visit(bytes, size) for each state of the run.
template <class Visit>
void each_state(const StateRun& run, Visit visit) {
  for (const uint8_t* at = run.begin; at < run.end && *at != 0; at += 1 + *at) visit(at + 1, size_t{*at});
}

uint64_t hash_bytes(const uint8_t* bytes, size_t size);

class StateStore {
 public:
  // Takes up no more than this. REQUIRES: at least a mebibyte.
  explicit StateStore(uint64_t memory_bytes);
  ~StateStore();

  enum class Insert : uint8_t { added, known, no_room };
  // REQUIRES: 1 <= size <= 255; hash is hash_bytes(bytes, size).
  Insert insert(const uint8_t* bytes, size_t size, uint64_t hash);
  // Ask the memory for what insert() will look at: its place in the table, and then the state that may be the same.
  void fetch_slot(uint64_t hash) const;
  void fetch_state(uint64_t hash) const;

  // All states inserted since the last call, in runs for the taking. Nobody inserts meanwhile.
  std::vector<StateRun> take_level();

  uint64_t states() const;
  uint64_t bytes() const {
    return used_.load(std::memory_order_relaxed);
  }  // tables and what is kept for growth included

 private:
  struct Shard;
  class Blocks;
  static constexpr int kShardBits = 4, kShards = 1 << kShardBits;
  Shard& shard_of(uint64_t hash) const;
  bool reserve(uint64_t bytes);

  std::unique_ptr<Shard[]> shards_;
  std::unique_ptr<Blocks> blocks_;
  const uint64_t limit_;
  std::atomic<uint64_t> used_{0};
};

}  // namespace lockstep
