// SPDX-License-Identifier: GPL-2.0-or-later
// race: the last two steps of a trace at the same time, in a guest with two processors.
#include "oracle/race.h"

#include <fmt/format.h>

#include <chrono>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/finds.h"
#include "harness/targets.h"
#include "model/trace_text.h"
#include "oracle/property.h"
#include "reports/command.h"

namespace lockstep::cli {

namespace {

struct Options {
  std::string trace, model, target;
  uint64_t times = 10000;
  Output output;
};

std::string share(uint64_t part, uint64_t whole) {
  return fmt::format("{} ({:.2f} %)", part, whole == 0 ? 0.0 : 100.0 * double(part) / double(whole));
}

std::string as_if_first(const Step& step) {
  return fmt::format("as if P{}'s {} was first", step.task, name_of(step.op));
}

int run(const Options& options) {
  if (!options.target.starts_with("vm:")) throw UsageError("race: only a vm: target takes two steps at once");
  const auto trace = read_trace(options.trace);
  const auto model = model_for(trace, options.model, options.trace);
  const auto target = make_target(options.target, {.together = true});
  Result result{.job = "race", .model = model, .target = options.target};
  Progress progress(fmt::format("race on {}", options.target));
  RaceResult raced;
  const auto start = std::chrono::steady_clock::now();
  try {
    raced = race({.model = model,
                  .times = options.times,
                  .progress =
                      [&](uint64_t done, uint64_t none) {
                        progress.show(fmt::format("{} of {} times, {} as in no order", done, options.times, none));
                      },
                  .stop = interrupted},
                 trace, *target);
  } catch (const NotCapable& why) {
    throw UsageError(fmt::format("{}: {}", options.trace, why.what()));
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  result.traces = raced.times;
  result.steps = raced.times * trace.steps.size();
  const auto& last = trace.steps;
  result.statistics = {{as_if_first(last[last.size() - 2]), share(raced.in_order[0], raced.times)},
                       {"only " + as_if_first(last[last.size() - 1]), share(raced.in_order[1], raced.times)},
                       {"as in no order", share(raced.none(), raced.times)}};
  const bool foreseen = expected_outcome(model, Property::linearizable).expected == Expected::broken;
  for (const auto& [cause, entry] : raced.in_none)
    result.finds.push_back({.divergence = entry.first,
                            .trace = trace,
                            .command = fmt::format("lockstep race {} --model {} --target {} --times {}",
                                                   shell_word(options.trace), model, options.target, options.times),
                            .name = options.trace,
                            .times = entry.second,
                            .expected = foreseen && entry.first.property == name_of(Property::linearizable)});
  note_unobserved(result, raced, *target);
  if (!raced.ended.empty())
    result.shortcomings.push_back(fmt::format("the run ended early, after {} times: {}", raced.times, raced.ended));
  return report_run(result, options.output);
}

}  // namespace

void add_race(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub =
      app.add_subcommand("race", "the last two steps of a trace at the same time, on two processors of a guest");
  sub->footer("Example: lockstep race corpus/v5-posted/middle-of-view.trace --target vm:v5");
  sub->add_option("TRACE", options->trace, "its last two steps are appends by different tasks")->required();
  sub->add_option("--model", options->model, "instead of the trace's own, if it knows every operation");
  sub->add_option("--target", options->target, "a guest: vm:NAME")->required();
  sub->add_option("--times", options->times, "that both are taken")->check(whole_number(1))->capture_default_str();
  add_output(*sub, options->output);
  sub->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace lockstep::cli
