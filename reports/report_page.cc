// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/report_page.h"

#include "reports/counterexample.h"
#include "reports/page_frame.h"
#include "reports/plain_text.h"
#include "reports/provenance_html.h"
#include "reports/report_sections.h"
#include "reports/whole_file.h"

namespace lockstep {

Markup section_html(std::string_view id, std::string_view heading, const Markup& content) {
  return html(R"(<section id="{0}" aria-labelledby="{0}-h">
<h2 id="{0}-h">{1}</h2>
{2}</section>
)",
              id, heading, content);
}

namespace {
struct ConclusionWords {
  std::string_view kind, mark, words;
};
ConclusionWords words_of(Conclusion conclusion) {
  switch (conclusion) {
    case Conclusion::passed:
      return {"good", "✓", "as expected"};
    case Conclusion::failed:
      return {"bad", "✗", "unexpected"};
    case Conclusion::skipped:
      return {"warn", "–", "skipped"};
    case Conclusion::inconclusive:
      return {"warn", "?", "inconclusive"};
  }
  return {};
}
}  // namespace

Markup conclusion_badge(Conclusion conclusion) {
  const auto [kind, mark, words] = words_of(conclusion);
  return html(R"(<span class="badge {}">{} {}</span>)", kind, mark, words);
}

Markup conclusion_mark(Conclusion conclusion) {
  const auto [kind, mark, words] = words_of(conclusion);
  return html(R"(<span class="badge {}" role="img" aria-label="{}">{}</span> )", kind, words, mark);
}

std::string job_anchor(const ReportInput& in, const Result& result) {
  return fmt::format("job-{}", &result - in.run.results.data() + 1);
}

Markup job_link(const ReportInput& in, const Result& result) {
  return html("<a href=\"#{}\">{}</a>", job_anchor(in, result), shortened(result.job, kNameLength));
}

double speed_of(uint64_t steps, double seconds) { return seconds > 0 ? static_cast<double>(steps) / seconds : 0; }

std::string duration_words(double seconds) {
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<uint64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

Markup provenance_section(const ReportInput& in) {
  return section_html("provenance", "Provenance",
                      html(R"(<p>Of every result above; its own seed and switches stand with it.</p>
<dl class="facts">
{}</dl>
)",
                           provenance_rows(in.run)));
}

std::string report_page(const Run& run, const RunHistory& history, const std::set<std::string>& pages) {
  const ReportInput in{run, history, pages};
  const auto known = known_section(in), proofs = proofs_section(in);
  const auto content = html(
      R"({}<nav class="contents" aria-label="Contents"><ul><li><a href="#new">New</a></li>{}<li>
<a href="#expected">Expected</a></li><li><a href="#matrix">Matrix</a></li>{}<li>
<a href="#results">Results</a></li><li><a href="#coverage">Coverage</a></li><li>
<a href="#speed">Speed</a></li><li><a href="#gaps">Not checked</a></li><li>
<a href="#provenance">Provenance</a></li></ul></nav>
<main>
{}{}{}{}{}{}{}{}{}{}</main>
)",
      verdict_header(in), known.empty() ? Markup() : html(R"(<li><a href="#known">Seen before</a></li>)"),
      proofs.empty() ? Markup() : html(R"(<li><a href="#proofs">Proofs</a></li>)"), news_section(in), known,
      expected_section(in), matrix_section(in), proofs, results_section(in), coverage_section(in), speed_section(in),
      gaps_section(in), provenance_section(in));
  return page_frame("Lockstep nightly " + run.started, "report", content);
}

void write_report(const std::filesystem::path& folder, const Run& run, const RunHistory& history) {
  std::set<std::string> pages;
  for (const auto& result : run.results)
    for (const auto& find : result.finds)
      if (const auto page = counterexample_folder(result, find); std::filesystem::exists(folder / page / "index.html"))
        pages.insert(page);
  write_whole_file(folder / "index.html", report_page(run, history, pages));
}

}  // namespace lockstep
