// SPDX-License-Identifier: GPL-2.0-or-later
// A name for a formula that is the same in every run: made of what it says, not of where it is in memory.
#pragma once

#include <fmt/format.h>
#include <z3++.h>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lockstep {

// 128 bits: enough to tell any two problems apart that a machine ever poses.
struct Digest {
  uint64_t a = 0x6c62272e07bb0142, b = 0x62b821756295c58d;
  void add(uint64_t word) {
    a = mix(a ^ word);
    b = mix(b + (word * 0x9e3779b97f4a7c15 ^ a));
  }
  void add(const Digest& other) { add(other.a), add(other.b); }
  void add(std::string_view text) {
    add(text.size());
    uint64_t word = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      word = word << 8 | static_cast<unsigned char>(text[i]);
      if (i % 8 == 7) add(word);
    }
    add(word);
  }
  auto operator<=>(const Digest&) const = default;
  std::string text() const { return fmt::format("{:016x}{:016x}", a, b); }

 private:
  static uint64_t mix(uint64_t z) {  // splitmix64
    z += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
};

// Of one context; remembers what it has seen.
class FormulaDigests {
 public:
  Digest of(const z3::expr& e);

 private:
  std::unordered_map<unsigned, Digest> seen_;
  std::vector<z3::expr> kept_;  // so that their numbers are not used again
};

}  // namespace lockstep
