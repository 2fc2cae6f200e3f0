// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/explore_result.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/grammar.h"
#include "model/joined.h"
#include "model/model.h"

namespace lockstep {

namespace {

std::string plural(uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// Which ways of the model's branches were not taken.
struct Holes {
  std::vector<std::string> dead;       // as expected
  std::vector<std::string> unreached;  // the scope is too small for them, it seems
  std::vector<std::string> alive;      // said to be dead, and taken both ways
};
Holes holes_of(const ModelInfo& info, const Coverage& coverage) {
  Holes holes;
  for (const auto branch : info.branches) {
    const bool taken = coverage.taken[static_cast<size_t>(branch)];
    const bool not_taken = coverage.not_taken[static_cast<size_t>(branch)];
    const bool dead = std::count(info.dead_branches.begin(), info.dead_branches.end(), branch) != 0;
    if (taken && not_taken) {
      if (dead) holes.alive.emplace_back(name_of(branch));
      continue;
    }
    auto text = fmt::format("{} never {}", name_of(branch), taken ? "refused" : not_taken ? "taken" : "reached");
    (dead ? holes.dead : holes.unreached).push_back(std::move(text));
  }
  return holes;
}

std::string branches_line(const ModelInfo& info, const Holes& holes) {
  const size_t both = info.branches.size() - holes.dead.size() - holes.unreached.size();
  std::string line = fmt::format("{} of {} branches both ways", both, info.branches.size());
  if (!holes.dead.empty()) line += "; as expected: " + joined(holes.dead, ", ");
  if (!holes.unreached.empty()) line += "; in this scope: " + joined(holes.unreached, ", ");
  return line;
}

std::string property_line(const std::string& model, Property property, const Exploration& e) {
  const auto expected = expected_outcome(model, property).expected;
  const auto broken = e.broken.find(property);
  if (broken != e.broken.end())
    return fmt::format("violated{}: after {}, {}", expected == Expected::broken ? ", as expected" : "",
                       plural(broken->second.trace.steps.size(), "step"), plural(broken->second.times, "time"));
  if (expected == Expected::not_applicable) return fmt::format("n/a: {}", expected_outcome(model, property).reason);
  if (!e.incomplete.empty()) return fmt::format("holds in the first {}", plural(e.complete_depth, "step"));
  return expected == Expected::broken ? "holds in this scope, which is too small to break it" : "holds in this scope";
}

// Arguments that do not matter as they are written without them. Which of all shortest traces a search keeps is chance.
Trace plainer(Trace trace, const std::string& model, Property property) {
  for (auto& step : trace.steps)
    for (const auto param : {Param::event, Param::pages, Param::len}) {
      if (value_of(step, param) == default_of(param)) continue;
      const Step before = step;
      set_value(step, param, default_of(param));
      if (replay_violation(trace, model, property, nullptr).shown != Shown::confirmed) step = before;
    }
  return trace;
}

void add_find(const std::string& model, const ExploreOptions& options, Property property, const Broken& broken,
              Result& result) {
  const auto replay = replay_violation(broken.trace, model, property, nullptr);
  if (replay.shown != Shown::confirmed) {
    result.shortcomings.push_back(fmt::format(
        "the search says that {} is broken, and its trace does not show it: a fault of lockstep", name_of(property)));
    return;
  }
  Find find{.trace = plainer(broken.trace, model, property), .times = broken.times};
  find.divergence = replay_violation(find.trace, model, property, nullptr).divergence;
  find.name = fmt::format("explore ({})", scope_text(model, options.scope));
  find.expected = expected_outcome(model, property).expected == Expected::broken;
  result.finds.push_back(std::move(find));
}

}  // namespace

std::string scope_text(const std::string& model, const Scope& scope) {
  auto text = fmt::format("tasks {}, ", scope.tasks);
  if (!model.starts_with("seccomp")) text += fmt::format("events {}, ", scope.events);
  text += fmt::format("ops {}, sizes", scope.ops);
  for (const auto size : scope.sizes.empty() ? default_sizes(model) : scope.sizes) text += fmt::format(" {}", size);
  return text;
}

Replay replay_violation(const Trace& trace, const std::string& model, Property property, Target* target) {
  Replay replay{Shown::not_shown, {}};
  const auto watch = [&](const StepRecord& record) {
    if (record.violations == nullptr || record.number != trace.steps.size()) return;
    for (const auto& v : *record.violations) {
      if (v.property != property) continue;
      replay.shown = Shown::confirmed;
      replay.divergence = {name_of(property), record.number,
                           fmt::format("{} {} model {}", name_of(property), name_of(record.step->op), v.object),
                           v.text};
      break;
    }
    if (replay.shown == Shown::confirmed)
      for (const auto& v : *record.violations) {
        auto& also = replay.divergence.also;
        if (v.property != property && std::count(also.begin(), also.end(), name_of(v.property)) == 0)
          also.emplace_back(name_of(v.property));
      }
  };
  Conformer conformer(model, target);
  auto outcome = conformer.run(trace, watch);
  // What the model itself breaks ends a run too; everything else is a difference.
  const bool of_model = outcome.divergence && outcome.divergence->cause.find(" model ") != std::string::npos;
  if (outcome.divergence && !of_model) return {Shown::differs, std::move(*outcome.divergence)};
  return replay;
}

Result result_of(const std::string& model, const ExploreOptions& options, const Exploration& e) {
  Result result{.job = "explore", .model = model, .steps = e.transitions, .seconds = e.seconds};
  const auto line = [&](std::string name, std::string value) {
    result.statistics.push_back({std::move(name), std::move(value)});
  };
  line("scope", fmt::format("{}; {}{}", scope_text(model, options.scope),
                            options.symmetry ? "names are merged" : "every name counts",
                            options.faults ? "" : "; no allocation fails"));
  line("distinct states", fmt::format("{}", e.states));
  line("transitions", fmt::format("{}", e.transitions));
  line("depth", plural(e.depth, "step"));
  line("states/s", fmt::format("{:.0f}", e.seconds > 0 ? static_cast<double>(e.states) / e.seconds : 0));
  line("bytes/state", fmt::format("{:.1f}", e.bytes_per_state()));
  const auto& info = *find_model(model);
  const auto holes = holes_of(info, e.coverage);
  for (int i = 0; i < kProperties; ++i) {
    const auto property = static_cast<Property>(i);
    if (property == Property::reachable_branches)
      line(name_of(property), branches_line(info, holes));
    else if (property == Property::linearizable)
      line(name_of(property), "not looked at: one operation runs at a time here; --interleave looks at it");
    else
      line(name_of(property), property_line(model, property, e));
  }
  for (const auto& name : holes.alive)
    result.missing.push_back(fmt::format("branch {} was said to be dead, and was taken both ways", name));
  for (const auto& [property, broken] : e.broken) add_find(model, options, property, broken, result);
  result.traces = result.finds.size();
  std::stable_partition(result.finds.begin(), result.finds.end(), [](const Find& find) { return !find.expected; });
  if (!e.incomplete.empty())
    result.shortcomings.push_back(fmt::format("{}: traces of up to {} were covered, longer ones not all", e.incomplete,
                                              plural(e.complete_depth, "step")));
  return result;
}

}  // namespace lockstep
