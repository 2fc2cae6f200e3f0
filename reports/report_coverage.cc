// SPDX-License-Identifier: GPL-2.0-or-later
// What chance came by, and what nobody looked at.
#include <algorithm>
#include <map>

#include "reports/outcome_table.h"
#include "reports/plain_text.h"
#include "reports/report_sections.h"

namespace lockstep {

namespace {

Markup outcomes_html(const Result& r, const OutcomeTable& table) {
  Markup heads, rows;
  for (const auto& outcome : table.outcomes)
    heads += html(R"(<th scope="col" class="number">{}</th>)", shortened(outcome, kNameLength));
  for (const auto& operation : table.operations) {
    rows += html("<tr><th scope=\"row\">{}</th>", name_html(operation));
    for (const auto& outcome : table.outcomes) {
      const auto count = table.count(operation, outcome);
      rows += !count        ? html("<td class=\"number quiet\">·</td>")
              : *count == 0 ? html("<td class=\"number warn\">never</td>")
                            : html("<td class=\"number\">{}</td>", count_html(*count));
    }
    rows += html("</tr>\n");
  }
  return table_html(fmt::format("Operations × outcomes of {}", shortened(r.job, kNameLength)),
                    html(R"(<thead><tr><th scope="col">Operation</th>{}</tr></thead>
<tbody>
{}</tbody>)",
                         heads, rows));
}

Markup list_html(std::string_view heading, const std::vector<std::string>& lines) {
  Markup out;
  for (const auto& line : lines) out += html("<li><code>{}</code></li>", shortened(line, kNameLength));
  return lines.empty() ? Markup()
                       : html(R"(<h4>{}</h4><ul class="columns">{}</ul>
)",
                              heading, out);
}

std::string branch_words(const Result& r, size_t holes) {
  if (!r.generated) return "";
  const auto all = r.generated->branches.size();
  const auto dead = std::count_if(r.generated->branches.begin(), r.generated->branches.end(),
                                  [](const auto& branch) { return branch.dead; });
  return fmt::format("; {} of {} branches went both ways{}", all - std::min(holes, all), all,
                     dead == 0 ? "" : fmt::format(", {} believed not to", dead));
}

Markup covered(const Result& r) {
  const OutcomeTable table(r.outcomes);
  uint64_t seen = 0, possible = 0;
  std::vector<std::string> never, branches;
  for (const auto& row : r.outcomes) {
    possible += row.possible;
    seen += row.possible && row.count != 0;
  }
  for (const auto& row : table.never) never.push_back(outcome_words(row));
  for (const auto& s : r.statistics)
    if (s.name == "branch") branches.push_back(s.value);
  Markup out = outcomes_html(r, table);
  out += list_html("Outcomes that never came up", never);
  out += list_html("Branches of the model with a way that was not taken", branches);
  return html(
      R"(<details class="group"><summary><strong>{}</strong> <code>{}</code> <span class="quiet">
{} of {} possible outcomes came up{}</span></summary>
{}</details>
)",
      shortened(r.job, kNameLength), shortened(pair_of(r), kNameLength), seen, possible,
      branch_words(r, branches.size()), out);
}

struct Gap {
  Markup jobs;
  bool loud = false;
};

// Many jobs say the same: each sentence once, with all who say it.
std::map<std::string, Gap> gaps_of(const ReportInput& in) {
  std::map<std::string, Gap> gaps;
  const auto add = [&](const std::string& text, const Result& r, bool loud) {
    auto& gap = gaps[text];
    gap.jobs += html("{}{}", gap.jobs.empty() ? "" : ", ", job_link(in, r));
    gap.loud |= loud;
  };
  for (const auto& r : in.run.results) {
    for (const auto& warning : warnings_of(r))
      if (!warning.starts_with("MISSING: ")) add(warning, r, true);
    for (const auto& note : other_notes(r))
      if (!note.starts_with("probed: ")) add(note, r, false);
  }
  return gaps;
}

Markup gap_html(const std::string& text, const Gap& gap) {
  if (!gap.loud)
    return html(R"(<li>{} <span class="quiet">{}</span></li>
)",
                text_html(text), gap.jobs);
  const auto colon = text.find(':');
  return html(R"(<li class="notice warn"><strong>{}:</strong>{} <span class="quiet">{}</span></li>
)",
              text.substr(0, colon), text_html(text.substr(colon + 1)), gap.jobs);
}

}  // namespace

Markup coverage_section(const ReportInput& in) {
  Markup out;
  for (const auto& r : in.run.results)
    if (!r.outcomes.empty()) out += covered(r);
  if (out.empty())
    out = html(R"(<p class="none">No job drew by chance.</p>
)");
  return section_html("coverage", "Coverage", out);
}

bool has_gaps(const ReportInput& in) {
  for (const auto& [text, gap] : gaps_of(in))
    if (gap.loud) return true;
  return false;
}

Markup gaps_section(const ReportInput& in) {
  Markup loud, others;
  for (const auto& [text, gap] : gaps_of(in)) (gap.loud ? loud : others) += gap_html(text, gap);
  Markup out = html("<ul class=\"plain\">{}</ul>\n", loud);
  if (in.run.results.empty())
    out = html("<p class=\"notice warn\"><strong>Nothing was run,</strong> so nothing was checked.</p>\n");
  else if (loud.empty())
    out = html("<p class=\"none\">Whatever was asked for was run and observed.</p>\n");
  if (!others.empty())
    out += html(R"(<h3>Besides</h3>
<ul class="told">{}</ul>
)",
                others);
  return section_html("gaps", "Not checked, and why", out);
}

}  // namespace lockstep
