// SPDX-License-Identifier: GPL-2.0-or-later
// The lexer of traces: bytes to lines, lines to words; refuses bytes that have no place in a text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

// Why a trace is refused, and where; becomes a TraceError at the edge of the parser.
struct Problem {
  uint32_t line = 0;
  uint32_t column = 0;
  std::string message;
};

struct Word {
  std::string_view text;
  uint32_t column = 0;  // in characters, from 1
};

struct Line {
  uint32_t number = 0;
  std::string_view text;
  std::vector<Word> words;
  std::optional<std::string_view> comment;  // what follows the `#`
  uint32_t end_column = 1;                  // after the last word

  [[noreturn]] void refuse(uint32_t column, std::string message) const;
  [[noreturn]] void refuse(const Word& word, std::string message) const { refuse(word.column, std::move(message)); }
  // The text from this word to the last one.
  std::string_view from(size_t word) const;
};

class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}
  // The next line in `line`, or false at the end. Throws Problem for bytes that are no text.
  bool next(Line& line);

 private:
  std::string_view rest_;
  uint32_t number_ = 0;
};

// Line `number` of the text, without its end; empty if there is none.
std::string_view line_at(std::string_view text, uint32_t number);

}  // namespace lockstep
