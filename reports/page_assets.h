// SPDX-License-Identifier: GPL-2.0-or-later
// page.css and page.js as they were when this was built.
#pragma once

#include <string_view>

namespace lockstep {

extern const std::string_view kPageStyle, kPageScript;

}  // namespace lockstep
