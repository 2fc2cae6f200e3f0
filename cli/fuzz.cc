// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/fuzz.h"

#include <fmt/format.h>

#include <optional>
#include <random>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/finds.h"
#include "cli/presets.h"
#include "harness/targets.h"
#include "harness/vm.h"
#include "reports/command.h"

namespace lockstep::cli {

namespace {

struct Options {
  std::string model, target, shard = "1/1", corpus, duration, observe = "results,views,counters";
  std::optional<uint64_t> traces;
  std::optional<uint64_t> seed;
  bool no_faults = false, no_drain = false, crowd = false;
  Output output;
};

// The trace alone shows nothing of what a crowd brings about.
std::string crowd_command(const Options& options, const Result& result) {
  auto command = fmt::format("lockstep fuzz --model {} --target {} --crowd", options.model, shell_word(options.target));
  if (options.traces) command += fmt::format(" --traces {}", *options.traces);
  if (!options.duration.empty()) command += " --for " + options.duration;
  if (options.shard != "1/1") command += " --shard " + options.shard;
  if (options.no_faults) command += " --no-faults";
  return command + target_options(result) + fmt::format(" --seed {}", result.seed);
}

void add_crowd(Result& result, const VmTarget& target) {
  result.statistics.push_back({"drops of all filters of the crowd", fmt::format("{}", target.crowd_rounds())});
  if (target.crowd_rounds() == 0)
    result.shortcomings.emplace_back("the crowd never dropped its filters: try a longer --for");
}

int run(const Options& options) {
  require_model(options.model);
  FuzzOptions fuzzing{.model = options.model,
                      .seed = options.seed ? *options.seed : std::random_device{}(),
                      .asked = parse_facts(options.observe)};
  if (!options.duration.empty()) fuzzing.for_seconds = parse_duration(options.duration);
  fuzzing.traces = options.traces.value_or(fuzzing.for_seconds > 0 ? uint64_t{1} << 40 : 1000);
  const auto shard = parse_shard(options.shard);
  fuzzing.shard = shard.index;
  fuzzing.shards = shard.count;
  fuzzing.faults = !options.no_faults;
  if (options.no_drain) require_guest("--no-drain", options.target);
  if (options.crowd) {
    require_guest("--crowd", options.target);
    // What goes wrong is hardly the trace's own doing.
    fuzzing.shrink = false;
    fuzzing.max_causes = 1;
  }
  auto target = make_target(options.target, {.drain = !options.no_drain, .crowd = options.crowd});
  PresetProbe presets(*target);
  fuzzing.model = presets.of(options.model);
  fuzzing.repeats = repeats_on(*target);
  fuzzing.stop = interrupted;
  Progress progress(fmt::format("fuzz {} on {}", fuzzing.model, target->name()));
  fuzzing.progress = [&](uint64_t traces, uint64_t steps, size_t finds) {
    progress.show(fmt::format("{} traces, {} steps, {} finds", traces, steps, finds));
  };
  const auto folder = options.corpus.empty() ? state_folder() / "finds" : std::filesystem::path(options.corpus);
  require_place_for_finds(folder);
  auto run = fuzz(fuzzing, *target);
  run.result.no_drain = options.no_drain;
  add_lines_reached(run.result, target.get());
  if (options.crowd) add_crowd(run.result, dynamic_cast<const VmTarget&>(*target));
  for (auto& find : run.result.finds) {
    if (options.crowd) find.command = crowd_command(options, run.result);
    save_find(find, fuzzing.model, target->name(), folder);
  }
  presets.tell(fuzzing.model, run.result, folder);
  return report_run(run.result, options.output);
}

}  // namespace

void add_fuzz(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("fuzz", "random traces of a model on a target; divergences are shrunk and kept");
  sub->footer("Example: lockstep fuzz --model v5-intended --target sim:v5 --traces 2000 --seed 7");
  sub->add_option("--model", options->model, "what should happen")->required();
  sub->add_option("--target", options->target, "what happens")->required();
  sub->add_option("--traces", options->traces, "how many (1000, or as many as fit into --for)");
  sub->add_option("--for", options->duration, "stop after this time: 90s, 5m, 1h");
  sub->add_option("--seed", options->seed, "same seed, same traces (a random one, printed)");
  sub->add_option("--shard", options->shard, "I/N: the I-th of N equal parts of the run")->capture_default_str();
  sub->add_option("--corpus", options->corpus, "where finds are written (lockstep/finds in your state folder)");
  sub->add_option("--observe", options->observe, "facts that are asked for")->capture_default_str();
  sub->add_flag("--no-faults", options->no_faults, "do not fail allocations");
  add_no_drain(*sub, options->no_drain);
  sub->add_flag("--crowd", options->crowd,
                "vm: only: meanwhile others drop thousands of filters at once; one find ends it")
      ->disable_flag_override();
  add_output(*sub, options->output);
  sub->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace lockstep::cli
