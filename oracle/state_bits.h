// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers packed bit by bit, and read back in the same order.
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
  std::array<uint64_t, kMaxBytes / 8 + 2> words;
  uint8_t size = 0;  // bytes
  const uint8_t* bytes() const { return reinterpret_cast<const uint8_t*>(words.data()); }
};

class BitWriter {
 public:
  explicit BitWriter(PackedState& out) : out_(out) {}
  // REQUIRES: width <= 63, value < 2^width.
  [[gnu::always_inline]] void put(uint64_t value, int width) {
    pending_ |= value << fill_;
    fill_ += width;
    if (fill_ < 64) return;
    if (words_ == out_.words.size() - 1) too_long();
    out_.words[words_++] = pending_;
    fill_ -= 64;
    pending_ = value >> (width - fill_);
  }
  void finish() {
    out_.words[words_] = pending_;
    const size_t size = words_ * 8 + static_cast<size_t>(fill_ + 7) / 8;
    if (size > PackedState::kMaxBytes) too_long();
    out_.size = static_cast<uint8_t>(size);
  }

 private:
  [[noreturn, gnu::cold, gnu::noinline]] static void too_long() {
    throw std::length_error("a state of more than 255 bytes");
  }
  PackedState& out_;
  uint64_t pending_ = 0;
  int fill_ = 0;
  size_t words_ = 0;
};

class BitReader {
 public:
  // REQUIRES: eight bytes beyond the end can be read.
  explicit BitReader(const uint8_t* bytes) : at_(bytes) {}
  // REQUIRES: width <= 32.
  [[gnu::always_inline]] uint32_t get(int width) {
    uint64_t word;
    std::memcpy(&word, at_ + (bit_ >> 3), sizeof word);
    const auto value = static_cast<uint32_t>((word >> (bit_ & 7)) & ((uint64_t{1} << width) - 1));
    bit_ += static_cast<uint32_t>(width);
    return value;
  }

 private:
  const uint8_t* at_;
  uint32_t bit_ = 0;
};

}  // namespace lockstep
