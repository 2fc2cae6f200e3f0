// SPDX-License-Identifier: GPL-2.0-or-later
// Proofs on the report page: property × model at a glance, then for each what it rests on, what looks at it while
// something runs, and the traces that break it.
#include <algorithm>
#include <set>

#include "model/model.h"
#include "reports/counterexample.h"
#include "reports/plain_text.h"
#include "reports/proof_words.h"
#include "reports/report_sections.h"

namespace lockstep {

namespace {

constexpr size_t kObligations = 2000;  // of a row that are shown

std::vector<const Result*> proved_models(const ReportInput& in) {
  std::vector<const Result*> all;
  for (const auto& result : in.run.results)
    if (!result.proofs.empty()) all.push_back(&result);
  return all;
}

std::string anchor_of(const ReportInput& in, const Result& result, Property property) {
  return fmt::format("proof-{}-{}", &result - in.run.results.data() + 1, name_of(property));
}

Markup badge(const ProofRow& row, const Result& result) {
  const auto verdict = verdict_of(row, result.branches);
  const bool proved = row.status == ProofStatus::proved, refuted = row.status == ProofStatus::refuted;
  const char* kind = verdict == RowVerdict::unexpected  ? " bad"
                     : verdict == RowVerdict::undecided ? " warn"
                     : proved                           ? " good"
                                                        : "";
  const char* mark = verdict == RowVerdict::unexpected && proved ? "! "
                     : verdict == RowVerdict::undecided          ? "? "
                     : proved                                    ? "✓ "
                     : refuted                                   ? "✗ "
                                                                 : "– ";
  return html(R"(<span class="badge{}">{}{}</span>)", kind, mark, outcome_words(row, verdict));
}

const ProofRow* row_of(const Result& result, Property property) {
  for (const auto& row : result.proofs)
    if (row.property == property) return &row;
  return nullptr;
}

Markup glance(const ReportInput& in, const std::vector<const Result*>& results) {
  Markup heads, rows;
  for (const auto* result : results) heads += html("<th scope=\"col\">{}</th>", name_html(result->model));
  for (int i = 0; i < kProperties; ++i) {
    const auto property = static_cast<Property>(i);
    Markup cells;
    bool any = false;
    for (const auto* result : results) {
      const auto* row = row_of(*result, property);
      any |= row != nullptr;
      cells += row == nullptr ? html("<td class=\"quiet\">–</td>")
                              : html("<td><a class=\"cell\" href=\"#{}\">{}</a></td>", anchor_of(in, *result, property),
                                     badge(*row, *result));
    }
    if (any) rows += html("<tr><th scope=\"row\">{}</th>{}</tr>\n", name_html(name_of(property)), cells);
  }
  return table_html("What is proved of which model",
                    html("<thead><tr><th scope=\"col\">Property</th>{}</tr></thead>\n<tbody>\n{}</tbody>", heads, rows),
                    true);
}

Markup obligations_html(std::string_view heading, const std::string& of, const std::vector<Obligation>& all) {
  if (all.empty()) return {};
  Markup rows;
  for (const auto& each : std::span(all).first(std::min(all.size(), kObligations)))
    rows += html(
        R"(<tr><td>{}</td><td class="long">{}</td><td class="long">{}</td><td>{}</td><td class="number">{:.2f}</td></tr>
)",
        shortened(each.transition, kNameLength), shortened(each.path, kNameLength),
        text_html(each.formula, kCellLength), fmt::format("{}{}", name_of(each.answer), each.cached ? ", cached" : ""),
        each.seconds);
  const auto more = all.size() <= kObligations ? Markup()
                                               : html("<p class=\"quiet\">The first {} of {}; report.json has all.</p>",
                                                      kObligations, all.size());
  return html(R"(<details><summary>{}</summary>
{}{}</details>
)",
              heading,
              table_html(fmt::format("Obligations of {}", shortened(of, kNameLength)),
                         html(R"(<thead><tr><th scope="col">Transition</th><th scope="col">Path</th>
<th scope="col">Formula</th><th scope="col">Answer</th><th scope="col" class="number">Seconds</th></tr></thead>
<tbody>
{}</tbody>)",
                              rows),
                         true),
              more);
}

Markup proof_html(const ProofRow& row) {
  const auto count = count_obligations(row);
  Markup out = html("{}{}, {}, {:.1f} s", count_of(count.all, "obligation"),
                    count.cached == 0 ? "" : fmt::format(" ({} from the cache)", count.cached),
                    shortened(row.scope, kNameLength), row.seconds);
  out += obligations_html("Every obligation", name_of(row.property), row.obligations);
  return out;
}

bool shows(const Find& find, const char* property) {
  const auto& also = find.divergence.also;
  return find.divergence.property == property || std::find(also.begin(), also.end(), property) != also.end();
}

// Of this run, on the model alone, whoever found them; then the corpus.
Markup traces_html(const ReportInput& in, const ProofRow& row, const Result& proved) {
  Markup list;
  std::set<std::string> seen;
  for (const auto& result : in.run.results) {
    if (result.model != row.model || !result.target.empty()) continue;
    for (const auto& find : result.finds) {
      if (!find.schedule.empty() || !shows(find, name_of(row.property))) continue;
      const auto page = counterexample_folder(result, find);
      if (!seen.insert(finding_identity(find)).second) continue;
      const auto words =
          fmt::format("{}, {}", shortened(result.job, kNameLength), count_of(find.trace.steps.size(), "step"));
      list += in.pages.contains(page) ? html("<li><a href=\"{}/index.html\">{}</a></li>", page, words)
                                      : html("<li>{} {}</li>", words, name_html(find.name));
    }
  }
  for (const auto& each : proved.breaking)
    if (each.property == row.property) list += html("<li>{}</li>", name_html(each.file));
  return list.empty() ? html("<p class=\"none\">None is known.</p>") : html("<ul class=\"plain\">{}</ul>", list);
}

Markup row_html(const ReportInput& in, const ProofRow& row, const Result& result) {
  const auto& check = check_of(row.property);
  return html(R"(<details class="proof" id="{}"><summary><code>{}</code> {} <span class="quiet">{}</span></summary>
<p>Promised: {}.</p>
<dl class="claim">
<div><dt>Because</dt><dd>{}</dd></div>
<div><dt>Proof</dt><dd>{}</dd></div>
<div><dt>While something runs</dt><dd>{}: <code>{}</code>, <code>{}</code>; {} explains it</dd></div>
<div><dt>Traces that break it</dt><dd>{}</dd></div>
</dl>
</details>
)",
              anchor_of(in, result, row.property), name_of(row.property), badge(row, result),
              shortened(row.scope, kNameLength), text_of(row.property), text_html(row.reason), proof_html(row),
              check.text, check.file, check.function, check.page, traces_html(in, row, result));
}

Markup branches_html(const Result& result) {
  if (result.branches.empty()) return {};
  Markup rows;
  for (const auto& side : result.branches) {
    const auto how =
        side.witness ? fmt::format("a trace of {}", count_of(side.witness->steps.size(), "step")) : side.why;
    rows +=
        html(R"(<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td class="long">{}</td><td class="long">{}</td></tr>
)",
             name_of(side.branch), side.side ? "taken" : "not taken",
             side.status == SideStatus::reachable
                 ? html("reachable")
                 : html("<strong class=\"{}\">{}</strong>", side.status == SideStatus::unknown ? "warn" : "",
                        name_of(side.status)),
             text_html(how, kCellLength), text_of(side.branch));
  }
  return html(R"(<details><summary>Branches, each way: {}</summary>
{}</details>
)",
              sides_words(result.branches),
              table_html(fmt::format("Every way of every branch of {}", shortened(result.model, kNameLength)),
                         html(R"(<thead><tr><th scope="col">Branch</th><th scope="col">Way</th><th scope="col">Is</th>
<th scope="col">How that is known</th><th scope="col">What it decides</th></tr></thead>
<tbody>
{}</tbody>)",
                              rows),
                         true));
}

// "9 proved, 2 refuted, as expected"
std::string counts_words(const Result& result) {
  std::vector<std::pair<std::string, uint64_t>> counts;
  for (const auto& row : result.proofs) {
    const auto words = outcome_words(row, verdict_of(row, result.branches));
    const auto at = std::find_if(counts.begin(), counts.end(), [&](const auto& each) { return each.first == words; });
    if (at == counts.end())
      counts.emplace_back(words, 1);
    else
      ++at->second;
  }
  std::string out;
  for (const auto& [words, count] : counts) out += fmt::format("{}{} {}", out.empty() ? "" : "; ", count, words);
  return out;
}

Markup proposal_html(const Result& result) {
  const auto* info = find_model(result.model);
  if (info == nullptr || info->proposal.empty()) return {};
  return html(
      "<p class=\"prose\"><strong>Proposed, and in no kernel.</strong> {} <span class=\"quiet\">In this run: "
      "{}.</span></p>\n",
      info->proposal, counts_words(result));
}

Markup model_html(const ReportInput& in, const Result& result) {
  Markup rows;
  for (const auto& row : result.proofs) rows += row_html(in, row, result);
  const auto count = count_obligations(result);
  return html(R"(<details class="group"><summary><strong>{}</strong> <span class="quiet">{} · {}</span></summary>
{}{}{}{}</details>
)",
              shortened(result.model, kNameLength), counts_words(result), count_of(count.all, "obligation"),
              proposal_html(result), rows,
              obligations_html(
                  fmt::format("Invariants that carry all of these: {}", count_of(result.lemmas.size(), "obligation")),
                  "the invariants", result.lemmas),
              branches_html(result));
}

// Each sentence of notes about reviewed texts, and the solver.
Markup words_before(const std::vector<const Result*>& results) {
  uint64_t all = 0, cached = 0;
  double slowest = 0;
  std::string solver;
  for (const auto* result : results) {
    const auto count = count_obligations(*result);
    all += count.all;
    cached += count.cached;
    slowest = std::max(slowest, count.slowest);
    for (const auto& each : result->statistics)
      if (each.name == "solver") solver = each.value;
  }
  return html(
      R"(<p class="quiet">For any number of tasks, objects and steps, unless a scope is named; {}{}, the slowest in {:.1f} s{}{}.</p>
)",
      count_of(all, "obligation"), cached == 0 ? "" : fmt::format(", {} of them answered from the cache", cached),
      slowest, solver.empty() ? "" : ", by ", shortened(solver, kNameLength));
}

}  // namespace

Markup proofs_section(const ReportInput& in) {
  const auto results = proved_models(in);
  if (results.empty()) return {};
  Markup out = words_before(results);
  out += glance(in, results);
  out += html("<h3>Each model</h3>\n");
  for (const auto* result : results) out += model_html(in, *result);
  return section_html("proofs", "Proofs", out);
}

}  // namespace lockstep
