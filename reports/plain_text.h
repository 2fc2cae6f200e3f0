// SPDX-License-Identifier: GPL-2.0-or-later
// Text for terminals, logs and mails: made safe, counted in columns, wrapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

// shown() of model/utf8.h line by line: line feeds stay, nothing else that a terminal would obey does.
std::string shown_lines(std::string_view text);
// Printable ASCII and nothing else; what is not becomes an escape, arrows become "->".
std::string ascii(std::string_view text);
// Characters, not bytes. REQUIRES: text went through shown() or ascii().
size_t columns(std::string_view text);
// Words of `text` in lines of at most `width` columns: the first begins with `first`, the others with `rest`. A word
// that fits nowhere is cut. Ends in a line feed. REQUIRES: width is larger than either indent.
std::string wrap(std::string_view text, size_t width, const std::string& first = "", const std::string& rest = "");
// At most `limit` characters of a text from strangers, not yet made safe; if it has more, it ends in how many.
std::string shortened(std::string_view text, size_t limit);
std::vector<std::string> lines_of(std::string_view text);
// "1 step", "2 steps".
std::string count_of(uint64_t count, const std::string& noun);
// "a, b and c".
std::string list_of(const std::vector<std::string>& parts);

}  // namespace lockstep
