// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/trace_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "model/utf8.h"

namespace lockstep {
namespace {

constexpr size_t kQuoted = 40;  // bytes of a quoted word
constexpr size_t kBefore = 60;  // characters of a source line shown before the caret
constexpr size_t kAfter = 40;   // and from the caret on
constexpr std::string_view kCut = "...";

size_t width(std::string_view shown_text) {
  return static_cast<size_t>(std::count_if(shown_text.begin(), shown_text.end(),
                                           [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

// The characters with an index in [first, last), as they are shown, and whether there are more.
struct Window {
  std::vector<std::string> characters;
  bool more = false;
};

Window window_of(std::string_view line, size_t first, size_t last) {
  Window window;
  for (size_t index = 0; !line.empty(); ++index) {
    if (index == last) {
      window.more = true;
      break;
    }
    const Decoded character = decode_utf8(line);
    if (index >= first) window.characters.push_back(shown(character, line.substr(0, character.length)));
    line.remove_prefix(character.length);
  }
  return window;
}

}  // namespace

TraceError::TraceError(const std::string& file, const std::string& message)
    : std::runtime_error(fmt::format("{}: error: {}", shown(file), shown(message))), message_(shown(message)) {}

TraceError::TraceError(const std::string& file, uint32_t line, uint32_t column, const std::string& message,
                       std::string_view source_line)
    : std::runtime_error(fmt::format("{}:{}:{}: error: {}\n{}", shown(file), line, column, shown(message),
                                     caret_lines(source_line, column))),
      message_(shown(message)),
      line_(line),
      column_(column) {}

std::string quoted(std::string_view word) {
  if (word.size() <= kQuoted) return fmt::format("`{}`", shown(word));
  size_t end = 0;
  while (end < kQuoted) end += decode_utf8(word.substr(end)).length;
  return fmt::format("`{}{}`", shown(word.substr(0, end)), end < word.size() ? kCut : "");
}

std::string caret_lines(std::string_view source_line, uint32_t column) {
  const size_t caret = column - 1;
  const size_t first = caret > kBefore ? caret - kBefore : 0;
  const Window window = window_of(source_line, first, caret + kAfter);
  std::string text(first > 0 ? kCut : "");
  size_t before = text.size();
  for (size_t i = 0; i < window.characters.size(); ++i) {
    if (first + i < caret) before += width(window.characters[i]);
    text += window.characters[i];
  }
  if (window.more) text += kCut;
  return fmt::format("  {}\n  {}^", text, std::string(before, ' '));
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

}  // namespace lockstep
