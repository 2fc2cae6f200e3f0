// SPDX-License-Identifier: GPL-2.0-or-later
// A nightly as one HTML file: what a reader wants to know first stands first. docs/reports.md says what stands where.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "reports/run.h"

namespace lockstep {

// `pages`: the counterexample_folder()s that have a page to link to.
std::string report_page(const Run& run, const RunHistory& history, const std::set<std::string>& pages);

// Writes it as index.html into `folder`, with links to the counterexamples that stand there. Throws std::system_error.
void write_report(const std::filesystem::path& folder, const Run& run, const RunHistory& history);

}  // namespace lockstep
