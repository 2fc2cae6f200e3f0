// SPDX-License-Identifier: GPL-2.0-or-later
// Graphviz, run as a program and never linked: DOT text in, SVG text out.
#pragma once

#include <string>
#include <string_view>

namespace lockstep {

inline constexpr int kDotTimeoutMs = 30000;

// A picture that refers to nothing outside of itself. Throws Unavailable if `dot` is missing, does not finish in time
// or refuses the text.
std::string render_svg(const std::string& dot_text, int timeout_ms = kDotTimeoutMs);

}  // namespace lockstep
