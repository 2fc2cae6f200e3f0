// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/state_store.h"

#include <sys/mman.h>

#include <cstring>
#include <mutex>
#include <new>
#include <utility>

namespace lockstep {

namespace {

constexpr size_t kBlockBytes = 16 << 10;
constexpr int kOffsetBits = 40;
constexpr uint64_t kOffsetMask = (uint64_t{1} << kOffsetBits) - 1;

uint64_t mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Held for some tens of nanoseconds at a time.
class SpinLock {
 public:
  void lock() {
    while (flag_.exchange(true, std::memory_order_acquire))
      while (flag_.load(std::memory_order_relaxed)) __builtin_ia32_pause();
  }
  void unlock() { flag_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> flag_{false};
};

bool same_bytes(const uint8_t* a, const uint8_t* b, size_t size) {
  if (size < 8) return std::memcmp(a, b, size) == 0;
  const auto word = [](const uint8_t* at) {
    uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
  };
  for (size_t i = 0; i + 8 < size; i += 8)
    if (word(a + i) != word(b + i)) return false;
  return word(a + size - 8) == word(b + size - 8);
}

// Zeroed memory from the system, given back whole. Huge pages where there are any: states lie about at random.
class Pages {
 public:
  Pages() = default;
  explicit Pages(size_t size) : size_(size) {
    void* at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    madvise(at, size, MADV_HUGEPAGE);
    data_ = static_cast<uint8_t*>(at);
  }
  Pages(Pages&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  Pages& operator=(Pages&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Pages() {
    if (data_ != nullptr) munmap(data_, size_);
  }
  uint8_t* data() const { return data_; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace

// Blocks for all shards, out of large pieces.
class StateStore::Blocks {
 public:
  uint8_t* take() {
    const std::lock_guard guard(lock_);
    if (left_ == 0) {
      pieces_.emplace_back(kPieceBytes);
      left_ = kPieceBytes / kBlockBytes;
    }
    return pieces_.back().data() + (kPieceBytes - left_-- * kBlockBytes);
  }

 private:
  static constexpr size_t kPieceBytes = 2 << 20;
  std::mutex lock_;
  std::vector<Pages> pieces_;
  size_t left_ = 0;
};

uint64_t hash_bytes(const uint8_t* bytes, size_t size) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15, kOther = 0xd6e8feb86659fd93;
  uint64_t hash = size * kOdd;
  for (; size >= 8; bytes += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    hash = mix(hash ^ word, kOdd);
  }
  uint64_t rest = 0;
  std::memcpy(&rest, bytes, size);
  return mix(mix(hash ^ rest, kOther), kOdd);
}

// An open table of states: each slot has the state's place, and some bits of its hash so that others are seldom read.
struct alignas(64) StateStore::Shard {
  SpinLock lock;
  std::atomic<uint64_t*> slots{nullptr};
  std::atomic<size_t> slot_count{0};
  Pages slot_pages;
  size_t states = 0;
  std::vector<uint8_t*> blocks;
  size_t block_used = kBlockBytes;         // of the last block
  size_t level_block = 0, level_used = 0;  // where the level begins

  const uint8_t* at(uint64_t slot) const {
    const uint64_t place = (slot & kOffsetMask) - 1;
    return blocks[place / kBlockBytes] + place % kBlockBytes;
  }
  static size_t home(uint64_t hash, size_t count) {
    return static_cast<size_t>((static_cast<unsigned __int128>(hash << kShardBits) * count) >> 64);
  }
  static uint64_t tag(uint64_t hash) { return hash << kOffsetBits; }
  // Calls look(slot) for those that may hold a state of this hash, until it says true; then a free slot, or the one.
  template <class Look>
  size_t find(uint64_t hash, Look look) const {
    const size_t count = slot_count.load(std::memory_order_relaxed);
    const uint64_t* all = slots.load(std::memory_order_relaxed);
    size_t at = home(hash, count);
    for (; all[at] != 0; at = at + 1 == count ? 0 : at + 1)
      if ((all[at] & ~kOffsetMask) == tag(hash) && look(all[at])) break;
    return at;
  }

  void grow(size_t count) {
    Pages pages(count * sizeof(uint64_t));
    auto* bigger = reinterpret_cast<uint64_t*>(pages.data());
    for (size_t i = 0; i < slot_count; ++i) {
      const uint64_t slot = slots[i];
      if (slot == 0) continue;
      const uint8_t* state = at(slot);
      size_t to = home(hash_bytes(state + 1, *state), count);
      while (bigger[to] != 0) to = to + 1 == count ? 0 : to + 1;
      bigger[to] = slot;
    }
    slots = bigger;
    slot_count = count;
    slot_pages = std::move(pages);
  }
};

StateStore::StateStore(uint64_t memory_bytes)
    : shards_(new Shard[kShards]), blocks_(new Blocks), limit_(memory_bytes) {}
StateStore::~StateStore() = default;

StateStore::Shard& StateStore::shard_of(uint64_t hash) const { return shards_[hash >> (64 - kShardBits)]; }

bool StateStore::reserve(uint64_t bytes) {
  if (used_.fetch_add(bytes) + bytes <= limit_) return true;
  used_.fetch_sub(bytes);
  return false;
}

void StateStore::fetch_slot(uint64_t hash) const {
  const Shard& shard = shard_of(hash);
  const uint64_t* slots = shard.slots.load(std::memory_order_relaxed);
  if (slots != nullptr) __builtin_prefetch(slots + Shard::home(hash, shard.slot_count.load(std::memory_order_relaxed)));
}

void StateStore::fetch_state(uint64_t hash) const {
  Shard& shard = shard_of(hash);
  const std::lock_guard guard(shard.lock);
  if (shard.slot_count == 0) return;
  shard.find(hash, [&](uint64_t slot) {
    __builtin_prefetch(shard.at(slot));
    return true;
  });
}

StateStore::Insert StateStore::insert(const uint8_t* bytes, size_t size, uint64_t hash) {
  Shard& shard = shard_of(hash);
  const std::lock_guard guard(shard.lock);
  // Four fifths full at most, and 1.4 times as large then.
  if (shard.states * 5 >= shard.slot_count * 4) {
    const size_t before = shard.slot_count, after = before == 0 ? 512 : before * 7 / 5;
    if (!reserve(after * sizeof(uint64_t))) return Insert::no_room;
    shard.grow(after);
    used_ -= before * sizeof(uint64_t);
  }
  bool known = false;
  const size_t at = shard.find(hash, [&](uint64_t slot) {
    const uint8_t* state = shard.at(slot);
    return known = *state == size && same_bytes(state + 1, bytes, size);
  });
  if (known) return Insert::known;
  if (shard.block_used + 1 + size > kBlockBytes) {
    if (!reserve(kBlockBytes)) return Insert::no_room;
    shard.blocks.push_back(blocks_->take());  // zeroed: a size of 0 ends a run
    shard.block_used = 0;
  }
  uint8_t* to = shard.blocks.back() + shard.block_used;
  shard.slots[at] = Shard::tag(hash) | ((shard.blocks.size() - 1) * kBlockBytes + shard.block_used + 1);
  *to = static_cast<uint8_t>(size);
  std::memcpy(to + 1, bytes, size);
  shard.block_used += 1 + size;
  ++shard.states;
  return Insert::added;
}

std::vector<StateRun> StateStore::take_level() {
  std::vector<StateRun> runs;
  for (int i = 0; i < kShards; ++i) {
    Shard& shard = shards_[i];
    for (size_t b = shard.level_block; b < shard.blocks.size(); ++b) {
      const uint8_t* block = shard.blocks[b];
      const size_t begin = b == shard.level_block ? shard.level_used : 0;
      const size_t end = b + 1 == shard.blocks.size() ? shard.block_used : kBlockBytes;
      if (begin < end && block[begin] != 0) runs.push_back({block + begin, block + end});
    }
    if (shard.blocks.empty()) continue;
    shard.level_block = shard.blocks.size() - 1;
    shard.level_used = shard.block_used;
  }
  return runs;
}

uint64_t StateStore::states() const {
  uint64_t all = 0;
  for (int i = 0; i < kShards; ++i) all += shards_[i].states;
  return all;
}

}  // namespace lockstep
