// SPDX-License-Identifier: GPL-2.0-or-later
// What a result was got on, as part of a page.
#pragma once

#include "reports/html.h"
#include "reports/run.h"

namespace lockstep {

// Rows of a <dl>.
Markup provenance_rows(const Run& run);
Markup fact_row(std::string_view name, const Markup& value);

}  // namespace lockstep
