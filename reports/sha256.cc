// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/sha256.h"

#include <fmt/format.h>

#include <array>

namespace lockstep {

void Sha256::add(std::string_view text) {
  sha256_update(&context_, text.size(), reinterpret_cast<const uint8_t*>(text.data()));
}

std::string Sha256::hex() {
  std::array<uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_digest(&context_, digest.size(), digest.data());
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string sha256(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hash.hex();
}

}  // namespace lockstep
