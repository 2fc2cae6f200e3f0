// SPDX-License-Identifier: GPL-2.0-or-later
// Text inside XML, and inside the HTML-like labels of Graphviz: nothing in it is markup, and nothing that XML 1.0
// forbids stays.
#pragma once

#include <string>
#include <string_view>

namespace lockstep {

std::string markup_text(std::string_view text);       // line feeds stay
std::string markup_attribute(std::string_view text);  // in double quotes; one line

}  // namespace lockstep
