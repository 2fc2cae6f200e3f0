// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace lockstep {

// The words with `between` between them. (fmt::join of fmt 9 does not pass GCC 12's -Wstringop-overflow at -O3.)
template <class Words>
std::string joined(const Words& words, std::string_view between) {
  std::string out;
  bool first = true;
  for (const std::string_view word : words) {
    if (!first) out += between;
    out += word;
    first = false;
  }
  return out;
}

}  // namespace lockstep
