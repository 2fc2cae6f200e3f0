// SPDX-License-Identifier: GPL-2.0-or-later
// The head of the report page: what came out, in one line and a few numbers.
#include "reports/plain_text.h"
#include "reports/report_finds.h"
#include "reports/report_sections.h"

namespace lockstep {

namespace {

struct Totals {
  uint64_t traces = 0, steps = 0, unexpected = 0, fresh = 0, expected = 0, missing = 0, unobserved = 0;
  uint64_t skipped = 0, skipped_traces = 0;  // of jobs that ran otherwise
  uint64_t jobs[4] = {};                     // by conclusion
};

Totals totals_of(const ReportInput& in) {
  Totals t;
  for (const auto& r : in.run.results) {
    t.traces += r.traces;
    t.steps += r.steps;
    t.unexpected += r.unexpected();
    t.expected += r.expected();
    t.missing += r.missing.size();
    t.skipped += r.skipped;
    if (conclusion_of(r) != Conclusion::skipped) t.skipped_traces += r.skipped;
    t.unobserved += r.unobserved;
    ++t.jobs[static_cast<size_t>(conclusion_of(r))];
    for (const auto& find : r.finds) t.fresh += !find.expected && is_new(in, find);
  }
  return t;
}

// What matters most; the rest stands below it.
std::vector<std::string> headlines(const Totals& t, Conclusion conclusion) {
  if (conclusion == Conclusion::passed) return {"All as expected"};
  if (conclusion != Conclusion::failed) return {t.steps == 0 ? "Nothing was run" : "Inconclusive"};
  std::vector<std::string> lines;
  if (t.fresh != 0) lines.push_back(count_of(t.fresh, "new divergence"));
  if (t.unexpected != t.fresh) lines.push_back(count_of(t.unexpected - t.fresh, "divergence") + " seen before");
  if (t.missing != 0) lines.push_back(count_of(t.missing, "expected divergence") + " missing");
  return lines;
}

Markup jobs_words(const Totals& t) {
  constexpr const char* kWords[] = {"as expected", "unexpected", "skipped", "inconclusive"};
  std::vector<std::string> parts;
  uint64_t all = 0;
  for (size_t i = 0; i < std::size(kWords); ++i) {
    all += t.jobs[i];
    if (t.jobs[i] != 0) parts.push_back(fmt::format("{} {}", t.jobs[i], kWords[i]));
  }
  return html("{}{}{}.", count_of(all, "job"), parts.empty() ? "" : ": ", list_of(parts));
}

Markup figure(std::string_view name, const Markup& value) {
  return html("<div><dt>{}</dt><dd>{}</dd></div>", name, value);
}

Markup loud_gap(const ReportInput& in, const Totals& t) {
  if (!has_gaps(in)) return {};
  std::vector<std::string> parts;
  if (const auto jobs = t.jobs[static_cast<size_t>(Conclusion::skipped)]; jobs != 0)
    parts.push_back(count_of(jobs, "job") + " not run");
  if (t.skipped_traces != 0) parts.push_back(count_of(t.skipped_traces, "trace") + " skipped");
  if (t.unobserved != 0) parts.push_back(count_of(t.unobserved, "fact") + " not observed");
  if (const auto jobs = t.jobs[static_cast<size_t>(Conclusion::inconclusive)]; jobs != 0)
    parts.push_back(count_of(jobs, "job") + " inconclusive");
  return html(
      R"(<p class="notice warn"><strong>Not everything was checked:</strong> {}. <a href="#gaps">What and why</a></p>
)",
      list_of(parts));
}

}  // namespace

Markup verdict_header(const ReportInput& in) {
  const auto t = totals_of(in);
  const auto conclusion = conclusion_of(in.run.results);
  const char* kinds[] = {"good", "bad", "warn", "warn"};
  const char* marks[] = {"✓", "✗", "–", "?"};
  const auto kind = static_cast<size_t>(conclusion);
  const auto lines = headlines(t, conclusion);
  Markup also;
  if (lines.size() > 1) also = html("<p class=\"also\">and {}</p>", list_of({lines.begin() + 1, lines.end()}));
  Markup figures = figure("Traces", count_html(t.traces));
  figures += figure("Steps", count_html(t.steps));
  figures += figure("Time", html("{}", duration_words(in.run.seconds)));
  figures += figure("Unexpected", count_html(t.unexpected));
  figures += figure("Expected", count_html(t.expected));
  figures += figure("Skipped", count_html(t.skipped));
  figures += figure("Not observed", count_html(t.unobserved));
  return html(
      R"(<header>
<p class="kicker">Lockstep nightly · <time>{}</time>{}</p>
<div class="verdict {}"><span class="seal" aria-hidden="true">{}</span><div><h1>{}</h1>{}<p>{}</p></div></div>
{}<dl class="figures">{}</dl>
</header>
)",
      shortened(in.run.started, kNameLength),
      in.run.provenance.kernel.empty() ? "" : " · " + shortened(in.run.provenance.kernel, kNameLength), kinds[kind],
      marks[kind], lines.front(), also, jobs_words(t), loud_gap(in, t), figures);
}

}  // namespace lockstep
