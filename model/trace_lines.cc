// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/trace_lines.h"

#include <fmt/format.h>

#include "model/utf8.h"

namespace lockstep {
namespace {

std::string refusal_of(const Decoded& character, bool at_line_end) {
  if (!character.valid) return fmt::format("byte 0x{:02x} is not valid UTF-8", character.code);
  if (character.code == 0) return "NUL byte: this is not a text file";
  if (character.code == '\t') return "tab: words are separated by spaces";
  if (character.code == '\r') return at_line_end ? "CRLF line ends: lines must end in LF alone" : "carriage return";
  if (character.code < 0xa0) return fmt::format("control character 0x{:02x}", character.code);
  return fmt::format("unprintable character U+{:04X}", character.code);
}

// One pass over the characters of a line: checks each, and cuts words at spaces. A `#` begins a comment only where a
// word could begin, so that `issue#7` in a mark or a path is a word.
class Cutter {
 public:
  Cutter(Line& line, bool ended) : line_(line), ended_(ended) {}

  void run() {
    const std::string_view text = line_.text;
    size_t at = 0;
    for (uint32_t column = 1; at < text.size(); ++column) {
      const Decoded character = decode_utf8(text.substr(at));
      if (!character.valid || !printable(character.code)) {
        line_.refuse(column, refusal_of(character, ended_ && at + 1 == text.size()));
      }
      take(character.code, at, column);
      at += character.length;
    }
    if (in_word_) end_word(at, last_column_ + 1);
    if (!ended_) line_.refuse(last_column_ + 1, "the last line has no line end: the file is truncated");
  }

 private:
  void take(uint32_t code, size_t at, uint32_t column) {
    last_column_ = column;
    if (line_.comment) return;
    if (in_word_ && code == ' ') {
      end_word(at, column);
    } else if (!in_word_ && code == '#') {
      line_.comment = line_.text.substr(at + 1);
    } else if (!in_word_ && code != ' ') {
      in_word_ = true;
      start_ = at;
      start_column_ = column;
    }
  }
  void end_word(size_t at, uint32_t column) {
    line_.words.push_back({line_.text.substr(start_, at - start_), start_column_});
    line_.end_column = column;
    in_word_ = false;
  }

  Line& line_;
  bool ended_;
  bool in_word_ = false;
  size_t start_ = 0;
  uint32_t start_column_ = 0;
  uint32_t last_column_ = 0;
};

}  // namespace

void Line::refuse(uint32_t column, std::string message) const { throw Problem{number, column, std::move(message)}; }

std::string_view Line::from(size_t word) const {
  const char* begin = words.at(word).text.data();
  const char* end = words.back().text.data() + words.back().text.size();
  return {begin, static_cast<size_t>(end - begin)};
}

bool LineReader::next(Line& line) {
  if (rest_.empty()) return false;
  const size_t end = rest_.find('\n');
  const bool ended = end != rest_.npos;
  line.number = ++number_;
  line.text = rest_.substr(0, end);
  line.words.clear();
  line.comment.reset();
  line.end_column = 1;
  Cutter(line, ended).run();
  rest_.remove_prefix(ended ? end + 1 : rest_.size());
  return true;
}

std::string_view line_at(std::string_view text, uint32_t number) {
  for (; number > 1; --number) {
    const size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace lockstep
