// SPDX-License-Identifier: GPL-2.0-or-later
// How fast each job was, and how that and the finds went over the last runs.
#include <algorithm>

#include "reports/plain_text.h"
#include "reports/report_sections.h"

namespace lockstep {

namespace {

constexpr size_t kMaxRuns = 30;  // that are shown
constexpr double kBarWidth = 160, kSparkWidth = 260, kSparkHeight = 44;

Markup speed_html(double speed) { return count_html(static_cast<uint64_t>(speed + 0.5)); }

Markup job_row(const ReportInput& in, const Result& r, double fastest) {
  const double speed = speed_of(r.steps, r.seconds);
  return html(
      R"(<tr><th scope="row">{}</th><td class="number">{}</td><td class="number">{}</td><td class="number">{}</td>
<td>
<svg class="bar" aria-hidden="true" width="{}" height="10"><rect width="{:.1f}"
height="10"/></svg></td></tr>
)",
      job_link(in, r), count_html(r.steps), duration_words(r.seconds), speed_html(speed), kBarWidth,
      fastest > 0 ? std::max(1.0, kBarWidth * speed / fastest) : 0);
}

Markup jobs_html(const ReportInput& in) {
  double fastest = 0;
  for (const auto& r : in.run.results) fastest = std::max(fastest, speed_of(r.steps, r.seconds));
  Markup rows;
  for (const auto& r : in.run.results)
    if (r.steps != 0) rows += job_row(in, r, fastest);
  if (rows.empty())
    return html(R"(<p class="none">No step was run.</p>
)");
  return table_html("Steps a second, each job",
                    html(R"(<thead><tr><th scope="col">Job</th><th scope="col" class="number">Steps</th>
<th scope="col" class="number">Time</th><th scope="col" class="number">Steps/s</th><td></td></tr></thead>
<tbody>
{}</tbody>)",
                         rows));
}

RunSummary summary_of(const Run& run) {
  RunSummary all{.id = run.id, .started = run.started, .kernel = run.provenance.kernel, .seconds = run.seconds};
  for (const auto& r : run.results) {
    all.traces += r.traces;
    all.steps += r.steps;
    all.unexpected += r.unexpected();
    all.expected += r.expected();
    all.skipped += r.skipped;
  }
  return all;
}

Markup spark(std::string_view name, const std::vector<double>& values) {
  const double top = std::max(1e-9, *std::max_element(values.begin(), values.end()));
  std::string points;
  double x = 0, y = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    x = 4 + (kSparkWidth - 8) * static_cast<double>(i) / static_cast<double>(std::max<size_t>(values.size() - 1, 1));
    y = kSparkHeight - 4 - (kSparkHeight - 8) * values[i] / top;
    points += fmt::format("{:.1f},{:.1f} ", x, y);
  }
  return html(
      R"(<figure class="spark">
<svg role="img" aria-label="{0} over {1} runs: {2:.0f} at first, {3:.0f} now, at most {4:.0f}" width="{5}"
height="{6}" viewBox="0 0 {5} {6}"><polyline points="{7}"/><circle cx="{8:.1f}" cy="{9:.1f}" r="3"/></svg>
<figcaption>{0} <span class="quiet">{2:.0f} → {3:.0f}</span></figcaption></figure>
)",
      name, values.size(), values.front(), values.back(), top, kSparkWidth, kSparkHeight, points, x, y);
}

Markup run_row(const RunSummary& run, bool current) {
  return html(
      R"(<tr><th scope="row">{}{}</th><td>{}</td><td class="number">{}</td><td class="number">{}</td>
<td class="number">{}</td><td class="number">{}</td><td class="number">{}</td>
<td class="number">{}</td></tr>
)",
      shortened(run.started, kNameLength), current ? html(" <span class=\"badge\">this run</span>") : Markup(),
      name_html(run.kernel), count_html(run.traces), count_html(run.steps),
      speed_html(speed_of(run.steps, run.seconds)), count_html(run.unexpected), count_html(run.expected),
      count_html(run.skipped));
}

Markup trends_html(const ReportInput& in) {
  if (in.history.earlier.empty())
    return html(R"(<h3>Earlier runs</h3>
<p class="none">None is known here: trends begin with the next run.</p>
)");
  auto runs = in.history.earlier;
  runs.push_back(summary_of(in.run));
  const auto all = runs.size();
  if (all > kMaxRuns) runs.erase(runs.begin(), runs.end() - kMaxRuns);
  std::vector<double> speeds, unexpected;
  Markup rows;
  for (const auto& run : runs) {
    speeds.push_back(speed_of(run.steps, run.seconds));
    unexpected.push_back(static_cast<double>(run.unexpected));
  }
  for (size_t i = runs.size(); i-- > 0;) rows += run_row(runs[i], i + 1 == runs.size());
  Markup out = html(R"(<h3>Earlier runs</h3>
<div class="sparks">
{}{}</div>
)",
                    spark("Steps a second", speeds), spark("Unexpected divergences", unexpected));
  out += table_html(
      runs.size() == all ? fmt::format("All {} runs", all) : fmt::format("The last {} of {} runs", runs.size(), all),
      html(R"(<thead><tr><th scope="col">Run</th><th scope="col">Kernel</th><th scope="col" class="number">Traces</th>
<th scope="col" class="number">Steps</th><th scope="col" class="number">Steps/s</th>
<th scope="col" class="number">Unexpected</th><th scope="col" class="number">Expected</th>
<th scope="col" class="number">Skipped</th></tr></thead>
<tbody>
{}</tbody>)",
           rows));
  return out;
}

}  // namespace

Markup speed_section(const ReportInput& in) {
  auto out = jobs_html(in);
  out += trends_html(in);
  return section_html("speed", "Speed and trends", out);
}

}  // namespace lockstep
