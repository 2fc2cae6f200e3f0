// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/publish.h"

#include <fmt/format.h>

#include "model/utf8.h"
#include "reports/conclusion.h"
#include "reports/format.h"
#include "reports/history.h"
#include "reports/news_text.h"
#include "reports/report_page.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {

// What is news in full; the report has everything.
void print_summary(const Run& run, const RunHistory& history, const Output& output) {
  std::vector<Result> news;
  Result all{.job = "nightly"};
  for (const auto& result : run.results) {
    if (conclusion_of(result) != Conclusion::passed) news.push_back(result);
    all.traces += result.traces;
    all.steps += result.steps;
    all.skipped += result.skipped;
    all.unobserved += result.unobserved;
    all.finds.insert(all.finds.end(), result.finds.begin(), result.finds.end());
    all.missing.insert(all.missing.end(), result.missing.begin(), result.missing.end());
    all.shortcomings.insert(all.shortcomings.end(), result.shortcomings.begin(), result.shortcomings.end());
  }
  if (!news.empty()) fmt::print("\n{}", render(news, Format::text, {.color = use_color(output)}));
  fmt::print("\n{}", news_text(run, history));
  fmt::print("\n{} jobs, {} as expected, {} expected divergences\n{}\n", run.results.size(),
             run.results.size() - news.size(), all.expected(), verdict_line(all));
}

int exit_code_of(const std::vector<Result>& results) {
  switch (conclusion_of(results)) {
    case Conclusion::failed:
      return kUnexpected;
    case Conclusion::inconclusive:
    case Conclusion::skipped:
      return kInconclusive;
    case Conclusion::passed:
      break;
  }
  return kOk;
}

}  // namespace

void require_own_counterexamples(const fs::path& folder) {
  if (!fs::exists(folder / "counterexamples") || fs::is_empty(folder / "counterexamples")) return;
  for (const auto* ours : {"history.sqlite", "journal.json", "report.json"})
    if (fs::exists(folder / ours)) return;
  throw UsageError(
      fmt::format("{}: a folder `counterexamples` is there and nothing else of a nightly; it would be "
                  "removed: name another folder with -o",
                  folder.string()));
}

RunHistory write_reports(const Run& run, const fs::path& folder) {
  History history(folder / "history.sqlite");
  history.record(run);
  auto known = history.of(run);
  write_file(folder / "report.txt", render(run.results, Format::text, {.run = &run, .history = &known}));
  write_file(folder / "report.json", render(run.results, Format::json, {.run = &run}));
  write_file(folder / "report.xml", render(run.results, Format::junit, {.run = &run}));
  write_report(folder, run, known);
  return known;
}

std::string job_line(const Result& result) {
  constexpr const char* kWords[] = {"as expected", "NEWS", "SKIPPED", "INCONCLUSIVE"};
  const auto* word = kWords[static_cast<size_t>(conclusion_of(result))];
  auto line =
      fmt::format("{:<24} {:<13} {:>9} traces {:>11} steps", shown(result.job), word, result.traces, result.steps);
  if (result.expected() != 0) line += fmt::format("  {} expected divergences", result.expected());
  return line + "\n";
}

int print_run(const Run& run, const RunHistory& history, const fs::path& folder, const Output& output) {
  if (output.format == "text")
    print_summary(run, history, output);
  else
    fmt::print("{}", render(run.results, *find_format(output.format), {.run = &run}));
  std::fflush(stdout);  // the report is named last, wherever the two streams go
  fmt::print(stderr, "report: {}\n", (fs::absolute(folder) / "index.html").lexically_normal().string());
  return exit_code_of(run.results);
}

}  // namespace lockstep::cli
