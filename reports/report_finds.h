// SPDX-License-Identifier: GPL-2.0-or-later
// Divergences on the report page: chosen, grouped by cause, and drawn as folded tables.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reports/report_sections.h"

namespace lockstep {

// One find, and the result that it belongs to.
struct Found {
  const Find* find = nullptr;
  const Result* result = nullptr;
  const Sighting* sighting = nullptr;  // null: the history does not know it
};

const Sighting* sighting_of(const ReportInput& in, const Find& find);
bool is_new(const ReportInput& in, const Find& find);  // what no history knows is new
std::vector<Found> finds_where(const ReportInput& in, const std::function<bool(const Find&)>& wanted);
// A folded table for each cause: same property, same operation, same counter.
Markup groups_html(const ReportInput& in, const std::vector<Found>& finds);

}  // namespace lockstep
