// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the report page, one file each or a few that belong together. Each is a <section> with an id, or empty
// where it would have nothing to say.
#pragma once

#include <set>
#include <string>

#include "reports/conclusion.h"
#include "reports/html.h"
#include "reports/run.h"

namespace lockstep {

struct ReportInput {
  const Run& run;
  const RunHistory& history;
  const std::set<std::string>& pages;
};

Markup verdict_header(const ReportInput& in);
Markup news_section(const ReportInput& in);      // unexpected and new, what is gone
Markup known_section(const ReportInput& in);     // unexpected, seen before
Markup expected_section(const ReportInput& in);  // foreseen; and what was foreseen and is missing
Markup matrix_section(const ReportInput& in);
Markup proofs_section(const ReportInput& in);  // empty where nothing was to be proved
Markup results_section(const ReportInput& in);
Markup coverage_section(const ReportInput& in);
Markup speed_section(const ReportInput& in);
Markup gaps_section(const ReportInput& in);  // what was not checked
Markup provenance_section(const ReportInput& in);

// What they share.
Markup section_html(std::string_view id, std::string_view heading, const Markup& content);
Markup conclusion_badge(Conclusion conclusion);
Markup conclusion_mark(Conclusion conclusion);                 // the same without words, for who sees it, and a space
Markup job_link(const ReportInput& in, const Result& result);  // to its row in the results
std::string job_anchor(const ReportInput& in, const Result& result);
bool has_gaps(const ReportInput& in);
double speed_of(uint64_t steps, double seconds);  // steps a second; 0 where nothing was measured
std::string duration_words(double seconds);

}  // namespace lockstep
