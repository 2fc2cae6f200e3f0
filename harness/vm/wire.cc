// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/vm/wire.h"

#include <fmt/format.h>

namespace lockstep::vm {

namespace {

uint16_t check_of(std::span<const std::byte> bytes) {
  uint32_t hash = 2166136261u;  // FNV-1a, folded
  for (const std::byte b : bytes) hash = (hash ^ uint8_t(b)) * 16777619u;
  return static_cast<uint16_t>(hash ^ (hash >> 16));
}

}  // namespace

std::vector<std::byte> frame(What what, std::span<const std::byte> bytes) {
  Writer all;
  all.put(Header{.what = what, .check = check_of(bytes), .size = static_cast<uint32_t>(bytes.size())});
  all.put_bytes(bytes.data(), bytes.size());
  return {all.bytes().begin(), all.bytes().end()};
}

std::optional<Message> Deframer::next() {
  Reader rest(std::span<const std::byte>(buffer_).subspan(taken_));
  if (!rest.at_end() && uint8_t(rest.rest()[0]) != Header::kMark)
    throw WireError(fmt::format("a message cannot begin with byte {:#04x}", uint8_t(rest.rest()[0])));
  Header header;
  if (!rest.get(header)) return std::nullopt;
  if (header.size > kMaxMessage)
    throw WireError(fmt::format("a message of {} bytes, more than {}", header.size, kMaxMessage));
  if (rest.rest().size() < header.size) return std::nullopt;
  const auto bytes = rest.rest().first(header.size);
  if (check_of(bytes) != header.check) throw WireError("a message whose bytes are not those that were sent");
  Message message{header.what, {bytes.begin(), bytes.end()}};
  taken_ += sizeof(header) + header.size;
  if (taken_ == buffer_.size() || taken_ > kMaxMessage) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(taken_));
    taken_ = 0;
  }
  return message;
}

}  // namespace lockstep::vm
