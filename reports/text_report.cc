// SPDX-License-Identifier: GPL-2.0-or-later
// Results for people, in a terminal. Names and messages are shown safely, whatever they hold.
#include <fmt/format.h>

#include "model/utf8.h"
#include "reports/command.h"
#include "reports/conclusion.h"
#include "reports/news_text.h"
#include "reports/outcome_table.h"
#include "reports/paint.h"
#include "reports/plain_text.h"
#include "reports/proof_words.h"
#include "reports/writers.h"

namespace lockstep {

namespace {

constexpr size_t kWidth = 100;

std::string head_of(const Result& r, const Paint& paint) {
  std::string out = fmt::format("{}  {}\n", paint.bold(shown(r.job.empty() ? "run" : r.job)), shown(pair_of(r)));
  const auto steps = r.proofs.empty() ? count_of(r.steps, "step") : count_of(r.steps, "obligation");
  out += fmt::format("  {}, {} in {:.1f} s", count_of(r.traces, "trace"), steps, r.seconds);
  // Only fuzz draws by chance; elsewhere a seed would claim what is not so.
  if (r.seed != 0 || r.job == "fuzz") out += fmt::format(", seed {}", r.seed);
  return out + "\n";
}

std::string statistics_of(const Result& r) {
  std::string out = outcome_table(r.outcomes, "  ");
  if (!out.empty()) out = fmt::format("\n{}", out);
  for (const auto& s : r.statistics) out += wrap(shown(s.name + ": " + s.value), kWidth, "  ", "    ");
  return out;
}

std::string trace_of(const Find& find) {
  std::string out;
  const char* indent = find.schedule.empty() ? "    " : "";  // a table has the whole width
  for (const auto& line : lines_of(steps_of(find))) out += indent + shown(line) + "\n";
  return out;
}

std::string find_of(const Find& find, const Result& r, const std::string& heading) {
  const auto& d = find.divergence;
  std::string out =
      fmt::format("\n{}  {} at step {}, seen {}\n", heading, shown(d.property), d.step, count_of(find.times, "time"));
  if (find.flaky())
    out += fmt::format("  FLAKY: the trace as it was found diverged in {} of {} runs; it was not shrunk\n",
                       find.repeated, find.runs);
  out += wrap(shown(d.text), kWidth, "  ", "  ");
  if (!d.also.empty()) out += wrap("the same step also breaks: " + shown(list_of(d.also)), kWidth, "  ", "    ");
  out += fmt::format("\n{}\n", trace_of(find));
  if (!find.name.empty()) out += fmt::format("  found as:   {}\n", shown(find.name));
  return out + fmt::format("  reproduce:  {}\n", shown(reproduce_command(find, r)));
}

std::string finds_of(const Result& r, const Paint& paint) {
  std::string out;
  uint64_t nth = 0;
  for (const auto& find : r.finds)
    if (!find.expected) out += find_of(find, r, paint.red(fmt::format("DIVERGENCE {} of {}", ++nth, r.unexpected())));
  nth = 0;
  for (const auto& find : r.finds)
    if (find.expected) out += find_of(find, r, paint.green(fmt::format("EXPECTED {} of {}", ++nth, r.expected())));
  return out;
}

// Each of these begins its line, so that a script finds it too.
std::string warnings_in(const Result& r, const Paint& paint) {
  std::string out;
  for (const auto& note : other_notes(r)) out += wrap("note: " + shown(note), kWidth, "", "  ");
  for (const auto& warning : warnings_of(r)) {
    const auto text = shown(warning);
    const auto colon = text.find(':') + 1;
    out += paint.yellow(text.substr(0, colon)) + text.substr(colon) + "\n";
  }
  return out.empty() ? "" : "\n" + out;
}

std::string result_of(const Result& r, const RenderOptions& options, const Paint& paint) {
  return head_of(r, paint) + proof_table(r, options.obligations) + statistics_of(r) + finds_of(r, paint) +
         warnings_in(r, paint) + shown(verdict_line(r)) + "\n";
}

std::string provenance_of(const Run& run) {
  std::string out = "\nOn\n";
  for (const auto& [name, value] : named_of(run)) out += wrap(shown(name + ": " + value), kWidth, "  ", "    ");
  return out;
}

std::string summary_of(std::span<const Result> results) {
  uint64_t counts[4] = {};
  for (const auto& r : results) ++counts[static_cast<size_t>(conclusion_of(r))];
  std::string out = fmt::format("\n{}:", count_of(results.size(), "result"));
  for (size_t i = 0; i < std::size(counts); ++i)
    out += fmt::format("{} {} {}", i == 0 ? "" : ",", counts[i], name_of(static_cast<Conclusion>(i)));
  return out + "\n";
}

}  // namespace

std::string write_text(std::span<const Result> results, const RenderOptions& options) {
  const Paint paint(options.color);
  std::string out;
  for (const auto& result : results)
    out += fmt::format("{}{}", out.empty() ? "" : "\n", result_of(result, options, paint));
  if (options.history != nullptr) out += "\n" + news_text(*options.run, *options.history);
  if (options.run != nullptr) out += provenance_of(*options.run);
  if (results.size() != 1) out += summary_of(results);
  return out;
}

}  // namespace lockstep
