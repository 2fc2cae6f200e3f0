// SPDX-License-Identifier: GPL-2.0-or-later
// A run of a nightly, or several joined, as files in its folder and as lines on standard output.
#pragma once

#include <filesystem>

#include "cli/common.h"
#include "reports/run.h"

namespace lockstep::cli {

// A report is drawn anew from nothing, so its old pictures are removed: only where a nightly drew them. Throws
// UsageError.
void require_own_counterexamples(const std::filesystem::path& folder);

// Records the run in the folder's history and writes index.html, report.txt, report.json, report.xml. Doing it again
// gives the same files and no second record.
RunHistory write_reports(const Run& run, const std::filesystem::path& folder);

// The line that says how a job went.
std::string job_line(const Result& result);
// Below the jobs' lines: what is news in full, what changed since the last run, the verdict; or all of it in the format
// that was asked for. Then where the report is. Returns the exit code.
int print_run(const Run& run, const RunHistory& history, const std::filesystem::path& folder, const Output& output);

}  // namespace lockstep::cli
