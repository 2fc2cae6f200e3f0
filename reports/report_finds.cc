// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/report_finds.h"

#include <map>

#include "reports/command.h"
#include "reports/counterexample.h"
#include "reports/plain_text.h"
#include "reports/promise_words.h"

namespace lockstep {

namespace {

constexpr size_t kUnfolded = 12;  // so many divergences need no folding

struct Group {
  std::string property, cause;
  std::vector<Found> finds;
};

// In the order in which the causes first come.
std::vector<Group> groups_of(const std::vector<Found>& finds) {
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::string>, size_t> places;
  for (const auto& found : finds) {
    const auto& d = found.find->divergence;
    const auto [at, fresh] = places.try_emplace({d.property, d.cause}, groups.size());
    if (fresh) groups.push_back({d.property, d.cause, {}});
    groups[at->second].finds.push_back(found);
  }
  return groups;
}

// A cause begins with its property, which stands before it already.
std::string rest_of(const Group& group) {
  return group.cause.starts_with(group.property + " ") ? group.cause.substr(group.property.size() + 1) : group.cause;
}

Markup where_to(const ReportInput& in, const Found& found) {
  if (!found.find->schedule.empty())
    return html(R"(<details><summary>atomic step {}</summary><pre>{}</pre></details><code class="quiet">{}</code>)",
                found.find->divergence.step, found.find->schedule,
                shortened(reproduce_command(*found.find, *found.result), kNameLength));
  const auto page = counterexample_folder(*found.result, *found.find);
  const auto step = fmt::format("step {} of {}", found.find->divergence.step, found.find->trace.steps.size());
  if (in.pages.contains(page)) return html("<a href=\"{}/index.html\">{}</a>", page, step);
  return html("{}<br><code class=\"quiet\">{}</code>", step,
              shortened(reproduce_command(*found.find, *found.result), kNameLength));
}

Markup history_cell(const Found& found) {
  if (found.sighting == nullptr) return html("<td class=\"quiet\">not known</td>");
  if (found.sighting->runs <= 1) return html("<td>now</td>");
  return html("<td>{}, {}</td>", shortened(found.sighting->first_seen, kNameLength),
              count_of(found.sighting->runs, "run"));
}

Markup row(const ReportInput& in, const Found& found) {
  const auto& f = *found.find;
  return html(
      R"(<tr><td>{}</td><td class="long">{}</td><td>{}</td><td>{}</td><td class="number">{}</td>
<td>{}</td>{}<td><code class="quiet">{}</code></td></tr>
)",
      where_to(in, found), text_html(f.divergence.text, kCellLength), job_link(in, *found.result),
      name_html(pair_of(*found.result)), count_html(f.times),
      f.flaky() ? html(R"(<span class="badge warn">flaky, {} of {}</span>)", f.repeated, f.runs) : html("always"),
      history_cell(found), finding_identity(f));
}

Markup group_html(const ReportInput& in, const Group& group, bool open) {
  Markup rows;
  uint64_t times = 0;
  for (const auto& found : group.finds) {
    rows += row(in, found);
    times += found.find->times;
  }
  const auto table = table_html(
      fmt::format("Divergences: {}", shortened(group.cause, kNameLength)),
      html(R"(<thead><tr><th scope="col">Counterexample</th><th scope="col">What happened</th><th scope="col">Job</th>
<th scope="col">Model and target</th><th scope="col" class="number">Times</th><th scope="col">Repeats</th>
<th scope="col">First seen</th><th scope="col">Identity</th></tr></thead>
<tbody>
{}</tbody>)",
           rows),
      true);
  return html(
      R"(<details class="group finds"{}><summary><strong>{}</strong> <code>{}</code> <span class="quiet">{}, seen
{}</span></summary>
<p>Promised: {}.</p>
{}</details>
)",
      open ? html(" open") : Markup(), shortened(group.property, kNameLength), shortened(rest_of(group), kNameLength),
      count_of(group.finds.size(), "counterexample"), count_of(times, "time"),
      text_html(property_words(group.property)), table);
}

Markup gone_html(const ReportInput& in) {
  if (in.history.gone.empty()) return {};
  Markup rows;
  for (const auto& gone : in.history.gone)
    rows += html(R"(<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><code class="quiet">{}</code></td></tr>
)",
                 name_html(gone.property), name_html(gone.cause), name_html(gone.job),
                 shortened(gone.last_seen, kNameLength), shortened(gone.identity, kNameLength));
  return html(
      "<h3>Gone since the last run</h3>\n{}",
      table_html("Divergences that the last run had and this one has not",
                 html(R"(<thead><tr><th scope="col">Property</th><th scope="col">Cause</th><th scope="col">Job</th>
<th scope="col">Last seen</th><th scope="col">Identity</th></tr></thead>
<tbody>
{}</tbody>)",
                      rows),
                 true));
}

}  // namespace

const Sighting* sighting_of(const ReportInput& in, const Find& find) {
  const auto at = in.history.sightings.find(finding_identity(find));
  return at == in.history.sightings.end() ? nullptr : &at->second;
}

bool is_new(const ReportInput& in, const Find& find) {
  const auto* sighting = sighting_of(in, find);
  return sighting == nullptr || sighting->is_new;
}

std::vector<Found> finds_where(const ReportInput& in, const std::function<bool(const Find&)>& wanted) {
  std::vector<Found> all;
  for (const auto& result : in.run.results)
    for (const auto& find : result.finds)
      if (wanted(find)) all.push_back({&find, &result, sighting_of(in, find)});
  return all;
}

Markup groups_html(const ReportInput& in, const std::vector<Found>& finds) {
  Markup out;
  for (const auto& group : groups_of(finds)) out += group_html(in, group, finds.size() <= kUnfolded);
  return out;
}

Markup news_section(const ReportInput& in) {
  const auto fresh = finds_where(in, [&](const Find& find) { return !find.expected && is_new(in, find); });
  Markup out;
  if (in.history.earlier.empty())
    out += html(
        R"(<p class="quiet">No earlier run is known here: this is the first, and whatever it found counts as new.</p>
)");
  else
    out += html(R"(<p class="quiet">Since the run of {}.</p>
)",
                shortened(in.history.earlier.back().started, kNameLength));
  if (fresh.empty())
    out += html(R"(<p class="none">No new divergence.</p>
)");
  out += groups_html(in, fresh);
  out += gone_html(in);
  return section_html("new", in.history.earlier.empty() ? "New" : "New since the last run", out);
}

Markup known_section(const ReportInput& in) {
  const auto known = finds_where(in, [&](const Find& find) { return !find.expected && !is_new(in, find); });
  return known.empty() ? Markup() : section_html("known", "Seen before, and still there", groups_html(in, known));
}

Markup expected_section(const ReportInput& in) {
  Markup out;
  for (const auto& result : in.run.results)
    for (const auto& line : result.missing)
      out += html(R"(<p class="notice bad"><strong>MISSING:</strong> expected and did not appear: {} ({})</p>
)",
                  text_html(line), job_link(in, result));
  const auto expected = finds_where(in, [](const Find& find) { return find.expected; });
  size_t fresh = 0;
  for (const auto& found : expected) fresh += is_new(in, *found.find);
  if (expected.empty())
    out += html("<p class=\"none\">None appeared.</p>\n");
  else
    out +=
        html(R"(<p class="quiet">Foreseen by a trace or a job: no news, but their absence would be.{}</p>
)",
             in.history.earlier.empty() || fresh == 0 ? "" : fmt::format(" {} of them new since the last run.", fresh));
  out += groups_html(in, expected);
  return section_html("expected", "Expected divergences", out);
}

}  // namespace lockstep
