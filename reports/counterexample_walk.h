// SPDX-License-Identifier: GPL-2.0-or-later
// The part of a counterexample's page that is walked through: the steps as a list, and each with its picture.
#pragma once

#include "reports/counterexample_page.h"
#include "reports/html.h"

namespace lockstep {

Markup walk_html(const Counterexample& counterexample);

}  // namespace lockstep
