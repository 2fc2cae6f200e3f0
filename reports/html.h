// SPDX-License-Identifier: GPL-2.0-or-later
// HTML in which text stays text: what is markup comes from literals of this program, and whatever is put into them is
// escaped on its way. There is no other way from a string to Markup, but for trusted().
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "reports/markup.h"

namespace lockstep {

class Markup {
 public:
  Markup() = default;
  // REQUIRES: every text in it was escaped, or is this program's own.
  static Markup trusted(std::string html) { return Markup(std::move(html)); }
  const std::string& html() const { return html_; }
  bool empty() const { return html_.empty(); }
  Markup& operator+=(const Markup& more) {
    html_ += more.html_;
    return *this;
  }

 private:
  explicit Markup(std::string html) : html_(std::move(html)) {}
  std::string html_;
};

namespace html_pieces {
inline const std::string& piece(const Markup& markup) { return markup.html(); }
inline std::string piece(std::string_view text) { return markup_attribute(text); }
template <class Number>
requires std::is_arithmetic_v<Number> Number piece(Number number) {
  static_assert(!std::is_same_v<Number, char> && !std::is_same_v<Number, bool>);
  return number;
}
template <class... Args>
using Format = fmt::format_string<decltype(piece(std::declval<const Args&>()))...>;
}  // namespace html_pieces

// html("<td class=\"{}\">{}</td>", kind, name): strings are escaped, for text and for attributes in double quotes;
// Markup goes in as it is.
template <class... Args>
Markup html(std::type_identity_t<html_pieces::Format<Args...>> format, const Args&... args) {
  using html_pieces::piece;
  return Markup::trusted(fmt::format(format, piece(args)...));
}

inline constexpr size_t kNameLength = 160;  // characters of a name that are shown; what is cut says how long it was
inline constexpr size_t kTextLength = 1200;
inline constexpr size_t kCellLength = 400;  // of a sentence in a table
inline constexpr size_t kBlockLength = 400000;

Markup name_html(std::string_view name);                              // <code>, never longer than kNameLength
Markup text_html(std::string_view text, size_t limit = kTextLength);  // a sentence
Markup block_html(std::string_view lines);  // what goes into <pre>, never longer than kBlockLength
Markup count_html(uint64_t count);          // "465 193" with thin spaces

// A table that scrolls sideways in a box of its own: on a phone the page does not. `caption` names both.
// `rows`: <thead> and <tbody>.
Markup table_html(std::string_view caption, const Markup& rows, bool hide_caption = false);

}  // namespace lockstep
