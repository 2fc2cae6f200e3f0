// SPDX-License-Identifier: GPL-2.0-or-later
// How a refused trace is reported: where, why, the line itself and a caret under the place.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lockstep {

// what() is "file:line:column: error: message", the source line and a caret line; or "file: error: message" where the
// file could not be read at all (line() is 0). It holds nothing that a terminal would obey. Columns count characters
// from 1; a byte that is no UTF-8 counts as one.
class TraceError : public std::runtime_error {
 public:
  TraceError(const std::string& file, const std::string& message);
  TraceError(const std::string& file, uint32_t line, uint32_t column, const std::string& message,
             std::string_view source_line);

  uint32_t line() const { return line_; }
  uint32_t column() const { return column_; }
  const std::string& message() const { return message_; }

 private:
  std::string message_;
  uint32_t line_ = 0;
  uint32_t column_ = 0;
};

// The word between back quotes, shown safely, cut if it is long.
std::string quoted(std::string_view word);

// The source line and the caret line, each indented by two spaces; long lines are cut around the caret.
std::string caret_lines(std::string_view source_line, uint32_t column);

// The one of `known` that `word` was probably meant to be, as "; did you mean `x`?", or "" if none is near.
template <class Words>
std::string suggestion(std::string_view word, const Words& known);

size_t edit_distance(std::string_view a, std::string_view b);

template <class Words>
std::string suggestion(std::string_view word, const Words& known) {
  std::string_view nearest;
  size_t best = 3;  // further away it would be a guess
  if (word.size() > 40) return "";
  for (const auto& candidate : known) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < best && distance < std::string_view(candidate).size()) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest.empty() ? "" : "; did you mean " + quoted(nearest) + "?";
}

}  // namespace lockstep
