// SPDX-License-Identifier: GPL-2.0-or-later
// A call in a mechanism's text, by where it stands in the source, and what can be done wrongly there.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>

namespace lockstep {

enum class Call : uint8_t { inc, dec_and_test, store, publish, branch, warn, alloc, alloc_named, free, fail };
enum class Change : uint8_t { none, skipped, skipped_as_zero, doubled, negated };

struct Site {
  const char* file = "";
  const char* function = "";  // as the compiler spells it
  uint32_t line = 0, column = 0;
  Call call{};
  bool operator<(const Site& other) const { return key() < other.key(); }
  bool operator==(const Site& other) const {
    return line == other.line && column == other.column && call == other.call && file_name() == other.file_name();
  }

 private:
  std::string_view file_name() const { return file; }
  std::tuple<std::string_view, uint32_t, uint32_t, Call> key() const { return {file, line, column, call}; }
};

}  // namespace lockstep
