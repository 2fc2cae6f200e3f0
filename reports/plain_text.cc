// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/plain_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/utf8.h"

namespace lockstep {

namespace {

// The bytes of the first `count` characters.
size_t bytes_of(std::string_view text, size_t count) {
  size_t bytes = 0;
  for (; count > 0 && bytes < text.size(); --count) bytes += decode_utf8(text.substr(bytes)).length;
  return bytes;
}

class Wrapper {
 public:
  Wrapper(size_t width, const std::string& first, const std::string& rest) : width_(width), rest_(rest), line_(first) {}

  void add(std::string_view word) {
    if (!fresh_ && columns(line_) + 1 + columns(word) > width_) end_line();
    if (!fresh_) line_ += ' ';
    for (size_t room = width_ - columns(line_); columns(word) > room; room = width_ - columns(line_)) {
      const size_t cut = bytes_of(word, room);
      line_ += word.substr(0, cut);
      word.remove_prefix(cut);
      end_line();
    }
    line_ += word;
    fresh_ = false;
  }
  std::string end() {
    if (!fresh_ || out_.empty()) end_line();
    return std::move(out_);
  }

 private:
  void end_line() {
    while (!line_.empty() && line_.back() == ' ') line_.pop_back();
    out_ += line_ + '\n';
    line_ = rest_;
    fresh_ = true;
  }
  size_t width_;
  std::string rest_, line_, out_;
  bool fresh_ = true;  // the line has nothing but its indent
};

}  // namespace

std::string shown_lines(std::string_view text) {
  std::string out;
  for (;;) {
    const size_t end = text.find('\n');
    out += shown(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string ascii(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto character = decode_utf8(text);
    const auto bytes = text.substr(0, character.length);
    if (character.valid && character.code == 0x2192)
      out += "->";
    else if (!character.valid || character.code < 0x80)
      out += shown(character, bytes);
    else
      out += fmt::format("\\u{{{:x}}}", character.code);
    text.remove_prefix(character.length);
  }
  return out;
}

size_t columns(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(decode_utf8(text).length);
  return count;
}

std::string wrap(std::string_view text, size_t width, const std::string& first, const std::string& rest) {
  Wrapper wrapper(width, first, rest);
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end != 0) wrapper.add(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return wrapper.end();
}

std::string shortened(std::string_view text, size_t limit) {
  const size_t bytes = bytes_of(text, limit);
  if (bytes == text.size()) return std::string(text);
  return fmt::format("{}… (cut: {} characters)", text.substr(0, bytes), columns(text));
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string count_of(uint64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string list_of(const std::vector<std::string>& parts) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return out;
}

}  // namespace lockstep
