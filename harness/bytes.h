// SPDX-License-Identifier: GPL-2.0-or-later
// Values as bytes and back, for both ends of a connection on one architecture.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lockstep {

class Writer {
 public:
  void clear() { bytes_.clear(); }
  std::span<const std::byte> bytes() const { return bytes_; }

  void put_bytes(const void* data, size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), first, first + size);
  }
  template <typename T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    put_bytes(&value, sizeof(value));
  }
  // Seven bits a byte, lowest first: small numbers are short.
  void put_number(uint32_t value) {
    for (; value >= 0x80; value >>= 7) put(static_cast<uint8_t>(value | 0x80));
    put(static_cast<uint8_t>(value));
  }
  void put_text(std::string_view text) {
    put(static_cast<uint32_t>(text.size()));
    put_bytes(text.data(), text.size());
  }

 private:
  std::vector<std::byte> bytes_;
};

// Each get returns false, and takes nothing, where the bytes end too early.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}
  bool at_end() const { return rest_.empty(); }
  std::span<const std::byte> rest() const { return rest_; }

  bool get_bytes(void* to, size_t size) {
    if (size > rest_.size()) return false;
    if (size > 0) std::memcpy(to, rest_.data(), size);
    rest_ = rest_.subspan(size);
    return true;
  }
  template <typename T>
  bool get(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    return get_bytes(&value, sizeof(value));
  }
  bool get_number(uint32_t& value) {
    uint64_t sum = 0;
    uint8_t part = 0x80;
    for (int shift = 0; part >= 0x80; shift += 7) {
      if (shift > 28 || !get(part)) return false;
      sum |= uint64_t{part & 0x7fU} << shift;
    }
    value = static_cast<uint32_t>(sum);
    return sum == value;
  }
  // Good as long as the bytes are.
  bool get_text(std::string_view& text) {
    uint32_t size = 0;
    if (!get(size) || size > rest_.size()) return false;
    text = {reinterpret_cast<const char*>(rest_.data()), size};
    rest_ = rest_.subspan(size);
    return true;
  }

 private:
  std::span<const std::byte> rest_;
};

}  // namespace lockstep
