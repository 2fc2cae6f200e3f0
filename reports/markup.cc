// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/markup.h"

#include "model/utf8.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {

// Of what shown() lets through, XML 1.0 forbids these two alone.
std::string without_noncharacters(std::string text) {
  for (const auto& [bytes, escape] : {std::pair("\xef\xbf\xbe", "\\u{fffe}"), std::pair("\xef\xbf\xbf", "\\u{ffff}")})
    for (size_t at = text.find(bytes); at != std::string::npos; at = text.find(bytes)) text.replace(at, 3, escape);
  return text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string markup_text(std::string_view text) { return escaped(without_noncharacters(shown_lines(text))); }
std::string markup_attribute(std::string_view text) { return escaped(without_noncharacters(shown(text))); }

}  // namespace lockstep
