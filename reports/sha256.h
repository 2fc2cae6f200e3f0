// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 in hex, by Nettle: three calls, no global state, and a licence that goes with ours.
#pragma once

#include <nettle/sha2.h>

#include <string>
#include <string_view>

namespace lockstep {

class Sha256 {
 public:
  Sha256() { sha256_init(&context_); }
  void add(std::string_view text);
  std::string hex();  // 64 digits; of what was added since the start or the last call

 private:
  sha256_ctx context_{};
};

std::string sha256(std::string_view text);

}  // namespace lockstep
