// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers packed bit by bit, and read back in the same order. Without branches on the data: they cannot be predicted.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace lockstep {

// Bits that name one of `values` numbers from 0.
constexpr int bits_for(uint32_t values) { return values <= 1 ? 0 : std::bit_width(values - 1); }

// An explored state in its stored form.
struct PackedState {
  static constexpr size_t kMaxBytes = 255;
  std::array<uint8_t, kMaxBytes + 9> data;  // readers and writers take eight bytes at a time
  uint8_t size = 0;                         // bytes
  const uint8_t* bytes() const { return data.data(); }
};

class BitWriter {
 public:
  explicit BitWriter(PackedState& out) : out_(out) {}
  // REQUIRES: width <= 56, value < 2^width.
  [[gnu::always_inline]] void put(uint64_t value, int width) {
    pending_ |= value << fill_;
    fill_ += width;
    std::memcpy(&out_.data[at_], &pending_, sizeof pending_);
    at_ += static_cast<size_t>(fill_ >> 3);
    pending_ >>= fill_ & 56;
    fill_ &= 7;
    if (at_ > PackedState::kMaxBytes) [[unlikely]]
      too_long();
  }
  // `count` bits of other packed bits, from bit `at`.
  void copy(const PackedState& from, uint32_t at, uint32_t count) {
    while (count > 0) {
      const int width = count < 56 ? static_cast<int>(count) : 56;
      uint64_t word;
      std::memcpy(&word, &from.data[at >> 3], sizeof word);
      put((word >> (at & 7)) & ((uint64_t{1} << width) - 1), width);
      at += static_cast<uint32_t>(width);
      count -= static_cast<uint32_t>(width);
    }
  }
  void finish() {
    const size_t size = at_ + (fill_ != 0);
    if (size > PackedState::kMaxBytes) too_long();
    out_.size = static_cast<uint8_t>(size);
  }

 private:
  [[noreturn, gnu::cold, gnu::noinline]] static void too_long() {
    throw std::length_error("a state of more than 255 bytes");
  }
  PackedState& out_;
  uint64_t pending_ = 0;  // less than a byte
  int fill_ = 0;
  size_t at_ = 0;
};

class BitReader {
 public:
  explicit BitReader(const PackedState& in) : in_(in) {}
  // REQUIRES: width <= 32.
  [[gnu::always_inline]] uint32_t get(int width) {
    uint64_t word;
    std::memcpy(&word, &in_.data[bit_ >> 3], sizeof word);
    const auto value = static_cast<uint32_t>((word >> (bit_ & 7)) & ((uint64_t{1} << width) - 1));
    bit_ += static_cast<uint32_t>(width);
    return value;
  }
  uint32_t position() const { return bit_; }

 private:
  const PackedState& in_;
  uint32_t bit_ = 0;
};

}  // namespace lockstep
