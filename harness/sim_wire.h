// SPDX-License-Identifier: GPL-2.0-or-later
// What the two sides of a library's child process say to each other, over a stream socket. A message is a Header and
// `size` bytes. The parent asks, the child answers each request once; the child's first message is its hello.
//
//   child  -> hello    uint32 shows, then the layout's bytes
//   child  -> refusal  a sentence: the library cannot be used. Instead of hello; the child ends
//   parent -> reset    lockstep_sim_start            child -> int32 result
//   parent -> step     lockstep_sim_step             child -> int32 result
//   parent -> observe  uint16 task numbers           child -> records
//
// A record is a uint32 tag and what the tag says. Both sides are the same program, so layouts agree; but the library
// shares the child's memory, so the parent checks each size and value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lockstep::sim_wire {

enum class What : uint32_t { hello = 1, refusal, reset, step, observe };

struct Header {
  What what{};
  uint32_t size = 0;
};

enum class Tag : uint32_t {
  view = 1,  // ViewHead, uint16 rule numbers
  object,    // lockstep_sim_object
  pointer,   // lockstep_sim_pointer
  fault,     // uint32 length, bytes
  broken,    // uint32 length, bytes: the library broke the interface in a way that only the child can see
};

struct ViewHead {
  uint32_t task_index = 0;
  uint32_t event = 0;
  uint32_t count = 0;
};

// More than the largest honest observation: 65,534 objects and eight pointers for each of them.
inline constexpr uint32_t kMaxMessage = 64U << 20;

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

}  // namespace lockstep::sim_wire
