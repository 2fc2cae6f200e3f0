// SPDX-License-Identifier: GPL-2.0-or-later
// What every page has around its content: head, style, script, and the policy that forbids everything else.
#pragma once

#include <string>
#include <string_view>

#include "reports/html.h"

namespace lockstep {

// A whole HTML file that loads nothing. `kind` is the class of its body.
std::string page_frame(std::string_view title, std::string_view kind, const Markup& content);

}  // namespace lockstep
