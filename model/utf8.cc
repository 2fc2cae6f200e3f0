// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/utf8.h"

#include <fmt/format.h>

namespace lockstep {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

constexpr Range kUnprintable[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c},
                                  {0x200b, 0x200b}, {0x200e, 0x200f}, {0x2028, 0x202e},
                                  {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}};

// Length and smallest code of the form that this first byte begins; length 0: no character begins so.
struct Form {
  uint8_t length;
  uint32_t smallest;
  uint32_t bits;
};

Form form_of(uint8_t first) {
  if (first < 0x80) return {1, 0, first};
  if (first >> 5 == 0x6) return {2, 0x80, first & 0x1fu};
  if (first >> 4 == 0xe) return {3, 0x800, first & 0x0fu};
  if (first >> 3 == 0x1e) return {4, 0x10000, first & 0x07u};
  return {0, 0, 0};
}

}  // namespace

Decoded decode_utf8(std::string_view text) {
  const uint8_t first = static_cast<uint8_t>(text[0]);
  const Decoded invalid = {.code = first, .length = 1, .valid = false};
  const Form form = form_of(first);
  if (form.length == 0 || form.length > text.size()) return invalid;
  uint32_t code = form.bits;
  for (size_t i = 1; i < form.length; ++i) {
    const uint8_t byte = static_cast<uint8_t>(text[i]);
    if (byte >> 6 != 0x2) return invalid;
    code = code << 6 | (byte & 0x3fu);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < form.smallest || code > 0x10ffff || surrogate) return invalid;
  return {.code = code, .length = form.length, .valid = true};
}

bool printable(uint32_t code) {
  for (const Range& range : kUnprintable) {
    if (code >= range.first && code <= range.last) return false;
  }
  return true;
}

std::string shown(const Decoded& character, std::string_view bytes) {
  if (character.valid && printable(character.code)) return std::string(bytes);
  if (character.code == '\t') return "\\t";
  if (character.code == '\r') return "\\r";
  if (character.code == '\n') return "\\n";
  if (!character.valid || character.code < 0x80) return fmt::format("\\x{:02x}", character.code);
  return fmt::format("\\u{{{:x}}}", character.code);
}

std::string shown(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Decoded character = decode_utf8(text);
    out += shown(character, text.substr(0, character.length));
    text.remove_prefix(character.length);
  }
  return out;
}

}  // namespace lockstep
