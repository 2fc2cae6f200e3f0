// SPDX-License-Identifier: GPL-2.0-or-later
// A picture by Graphviz as part of an HTML page: only shapes, text and how they look. Names, links, styles, scripts and
// whatever else is not known here stay outside, so that it needs no leave from a content security policy and nothing
// in it meets another picture of the same page.
#pragma once

#include <string>
#include <string_view>

#include "reports/html.h"

namespace lockstep {

// `label` says what the picture shows to those who do not see it. Throws std::runtime_error if this is no SVG text.
Markup inline_svg(std::string_view svg, std::string_view label);

}  // namespace lockstep
