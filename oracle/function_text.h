// SPDX-License-Identifier: GPL-2.0-or-later
// A function's text out of a C file, in a form that only a change of the text changes: tokens with one blank between
// them. Comments and layout do not count; preprocessor lines inside the function do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lockstep {

// From the declaration's first token to the closing brace. Of a function that is defined more than once (#ifdef), all
// definitions, a line each. Nothing: it is not defined at file level, or its braces do not match.
std::optional<std::string> function_text(std::string_view source, std::string_view name);

}  // namespace lockstep
