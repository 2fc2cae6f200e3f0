// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/interleave.h"

#include <fmt/format.h>

#include <algorithm>

#include "oracle/property.h"
#include "reports/command.h"
#include "reports/interleaving_table.h"

namespace lockstep::cli {

namespace {

std::string command_line(const InterleaveCommand& c) {
  auto line = fmt::format("lockstep explore --model {} --interleave --tasks {} --ops {} --start-rules {}",
                          shell_word(c.model), c.scope.tasks, c.scope.ops, c.scope.start_rules);
  if (!c.model.starts_with("seccomp")) line += fmt::format(" --events {}", c.scope.events);
  for (size_t i = 0; i < c.scope.sizes.size(); ++i)
    line += fmt::format("{}{}", i == 0 ? " --sizes " : ",", c.scope.sizes[i]);
  return line;
}

// As the table numbers them.
uint32_t atomic_steps(const Race& race) {
  return static_cast<uint32_t>(std::count_if(race.steps.begin(), race.steps.end(), [](const AtomicStep& step) {
    return step.what != AtomicStep::What::begin && step.what != AtomicStep::What::end;
  }));
}

Find find_of(const Race& race, const InterleaveCommand& c) {
  Find find{.divergence = {name_of(race.property), atomic_steps(race), race.cause, race.text, race.also},
            .trace = race.before,
            .schedule = interleaving_table(race, {.every_step = c.every_step}),
            .command = command_line(c)};
  find.trace.model = c.model;
  find.times = race.programs;
  find.expected = expected_race(c.model, race.cause);
  return find;
}

std::string linearizable_line(const InterleaveCommand& c, const Interleaving& i) {
  if (!i.races.empty()) return fmt::format("violated in {} way{}", i.races.size(), i.races.size() == 1 ? "" : "s");
  if (!i.incomplete.empty()) return "not decided";
  const bool broken = expected_outcome(c.model, Property::linearizable).expected == Expected::broken;
  return broken ? "holds in this scope, which is too small to break it" : "holds in this scope";
}

Result result_of(const InterleaveCommand& c, const Interleaving& i) {
  Result result{.job = "interleave", .model = c.model, .steps = i.transitions, .seconds = i.seconds};
  const auto line = [&](const char* name, auto value) {
    result.statistics.push_back({name, fmt::format("{}", value)});
  };
  line("scope", fmt::format("{} tasks of up to {} operation{}, up to {} rule{} before them{}", c.scope.tasks,
                            c.scope.ops, c.scope.ops == 1 ? "" : "s", c.scope.start_rules,
                            c.scope.start_rules == 1 ? "" : "s", c.scope.reduction ? "" : "; no reduction"));
  line("starts", i.starts);
  line("programs", i.programs);
  line("distinct states", i.states);
  line("endings", i.endings);
  line("orders", i.orders);
  line("states/s", fmt::format("{:.0f}", i.seconds > 0 ? static_cast<double>(i.states) / i.seconds : 0));
  line("linearizable", linearizable_line(c, i));
  for (const auto& race : i.races) result.finds.push_back(find_of(race, c));
  std::stable_partition(result.finds.begin(), result.finds.end(), [](const Find& find) { return !find.expected; });
  result.traces = i.programs;
  if (!i.incomplete.empty())
    result.shortcomings.push_back(fmt::format("{}: not every program was searched", i.incomplete));
  return result;
}

}  // namespace

Result interleave_result(InterleaveCommand command) {
  command.scope.stop = interrupted;
  Progress progress(fmt::format("interleave {}", command.model));
  command.scope.progress = [&](uint64_t done, uint64_t of) {
    progress.show(fmt::format("{} of {} programs", done, of));
  };
  try {
    return result_of(command, interleave(command.model, command.scope));
  } catch (const std::invalid_argument& why) {
    throw UsageError(why.what());
  }
}

int run_interleave(const InterleaveCommand& command) {
  require_model(command.model);
  const int code = report({interleave_result(command)}, command.output);
  throw_if_interrupted();  // what was found is shown first
  return code;
}

}  // namespace lockstep::cli
