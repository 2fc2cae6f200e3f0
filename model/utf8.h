// SPDX-License-Identifier: GPL-2.0-or-later
// Text from strangers: decoding it, and showing it on a terminal without letting it do anything there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep {

struct Decoded {
  uint32_t code = 0;  // the byte itself if it is not valid
  uint8_t length = 1;
  bool valid = false;
};

// The first character of `text`. Overlong forms, surrogates and numbers above U+10FFFF are not valid.
// REQUIRES: !text.empty()
Decoded decode_utf8(std::string_view text);

// False for control characters and for those that reorder or hide text (bidirectional controls, zero-width space, BOM).
bool printable(uint32_t code);

// One character as it can be shown: itself, or an escape: "\t", "\x1b", "\u{202e}"; "\xff" for an invalid byte.
std::string shown(const Decoded& character, std::string_view bytes);

// The whole text, character by character.
std::string shown(std::string_view text);

}  // namespace lockstep
