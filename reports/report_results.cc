// SPDX-License-Identifier: GPL-2.0-or-later
// Model against target at a glance, and every result by itself.
#include <algorithm>

#include "reports/plain_text.h"
#include "reports/report_sections.h"

namespace lockstep {

namespace {

std::string or_else(const std::string& name, const char* otherwise) { return name.empty() ? otherwise : name; }
std::string model_of(const Result& r) { return or_else(r.model, "each trace's own"); }
std::string target_of(const Result& r) { return or_else(r.target, "the model alone"); }

// Each once, in the order of the results.
std::vector<std::string> names(const Run& run, std::string (*name)(const Result&)) {
  std::vector<std::string> all;
  for (const auto& r : run.results)
    if (const auto each = name(r); std::find(all.begin(), all.end(), each) == all.end()) all.push_back(each);
  return all;
}

// Model and target stand beside it: what kind of job it was, and its whole name for who cannot see the cell.
Markup job_in_cell(const ReportInput& in, const Result& r) {
  const auto name = shortened(r.job, kNameLength);
  return html(R"(<a href="#{}" aria-label="{}" title="{}">{}</a>)", job_anchor(in, r), name, name,
              shortened(r.job.substr(0, r.job.find('-')), kNameLength));
}

Markup cell(const ReportInput& in, const std::string& model, const std::string& target) {
  Markup jobs;
  for (const auto& r : in.run.results) {
    if (model_of(r) != model || target_of(r) != target) continue;
    jobs += html("<li>{} {}", conclusion_mark(conclusion_of(r)), job_in_cell(in, r));
    if (r.unexpected() != 0)
      jobs += html(" <strong class=\"wrong\">{}</strong>", count_of(r.unexpected(), "divergence"));
    if (r.expected() != 0) jobs += html(R"( <span class="quiet">{} expected</span>)", r.expected());
    jobs += html("</li>");
  }
  return jobs.empty() ? html("<td class=\"quiet\">–</td>") : html("<td><ul class=\"plain\">{}</ul></td>", jobs);
}

// Skips and notes, what was drawn by chance, and the line that scripts look for.
Markup more_of(const Result& r) {
  Markup out;
  // Only chance has a seed; elsewhere a number would claim what is not so.
  if (r.seed != 0 || !r.outcomes.empty()) out += html("<li>seed: <code>{}</code></li>", r.seed);
  for (const auto& warning : warnings_of(r)) out += html("<li class=\"warn\">{}</li>", text_html(warning));
  for (const auto& note : other_notes(r)) out += html("<li>{}</li>", text_html(note));
  for (const auto& s : r.statistics)
    if (s.name != "branch") out += html("<li>{}: {}</li>", shortened(s.name, kNameLength), text_html(s.value));
  return html(
      R"(<details><summary>More</summary><ul class="told">{}</ul><p><code>{}</code></p><p>
<a href="#provenance">Provenance</a></p></details>)",
      out, shortened(verdict_line(r), kTextLength));
}

Markup result_row(const ReportInput& in, const Result& r) {
  const auto number = [](uint64_t count, const char* kind) {
    return html("<td class=\"number {}\">{}</td>", count == 0 ? "quiet" : kind, count_html(count));
  };
  Markup out = html(R"(<tr id="{}"><th scope="row">{}{}</th><td>{}</td><td>{}</td>)", job_anchor(in, r),
                    name_html(r.job), more_of(r), conclusion_badge(conclusion_of(r)), name_html(pair_of(r)));
  out += number(r.traces, "");
  out += number(r.steps, "");
  out += number(r.unexpected(), "wrong");
  out += number(r.expected(), "");
  out += number(r.unobserved, "warn");
  out += number(r.skipped, "warn");
  return out += html("</tr>\n");
}

}  // namespace

Markup matrix_section(const ReportInput& in) {
  const auto models = names(in.run, model_of), targets = names(in.run, target_of);
  if (models.empty()) return section_html("matrix", "Model × target", html("<p class=\"none\">No job was run.</p>\n"));
  Markup heads, rows;
  for (const auto& target : targets) heads += html("<th scope=\"col\">{}</th>", name_html(target));
  for (const auto& model : models) {
    rows += html("<tr><th scope=\"row\">{}</th>", name_html(model));
    for (const auto& target : targets) rows += cell(in, model, target);
    rows += html("</tr>\n");
  }
  return section_html("matrix", "Model × target",
                      html("<p class=\"quiet\">{}as expected, {}unexpected, {}inconclusive, {}skipped. Divergences "
                           "that were foreseen are counted.</p>\n{}",
                           conclusion_mark(Conclusion::passed), conclusion_mark(Conclusion::failed),
                           conclusion_mark(Conclusion::inconclusive), conclusion_mark(Conclusion::skipped),
                           table_html("What each model was held against",
                                      html(R"(<thead><tr><th scope="col">Model</th>{}</tr></thead>
<tbody>
{}</tbody>)",
                                           heads, rows),
                                      true)));
}

Markup results_section(const ReportInput& in) {
  if (in.run.results.empty())
    return section_html("results", "Results", html("<p class=\"none\">No job was run.</p>\n"));
  Markup rows;
  for (const auto& r : in.run.results) rows += result_row(in, r);
  return section_html(
      "results", "Results",
      table_html(
          "Every job of this run",
          html(R"(<thead><tr><th scope="col">Job</th><th scope="col">Result</th><th scope="col">Model and target</th>
<th scope="col" class="number">Traces</th><th scope="col" class="number">Steps</th>
<th scope="col" class="number">Unexpected</th><th scope="col" class="number">Expected</th>
<th scope="col" class="number">Not observed</th><th scope="col" class="number">Skipped</th>
</tr></thead>
<tbody>
{}</tbody>)",
               rows),
          true));
}

}  // namespace lockstep
