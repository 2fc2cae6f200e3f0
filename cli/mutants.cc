// SPDX-License-Identifier: GPL-2.0-or-later
// mutants: seeded faults, and who finds them. The detectors are listed here; fuzz/mutation.h runs them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/provenance.h"
#include "fuzz/mutation.h"
#include "harness/spec.h"
#include "harness/targets.h"
#include "oracle/mutant_explorer.h"
#include "oracle/mutant_prover.h"
#include "reports/mutant_report.h"
#include "reports/run.h"

namespace lockstep::cli {

namespace {

// What it takes to kill is below 6,000 steps, about 250 traces, for every mutant and seed that was tried.
constexpr uint64_t kTraces = 2000;
constexpr const char* kProve = "prove";

struct Options {
  std::vector<std::string> models, detectors;
  uint64_t seed = 1, traces = kTraces;
  unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
  bool matrix = false;
  Output output;
};

// What detectors of one model are made from, in each thread.
struct Making {
  const Options& options;
  const std::string& model;
  std::shared_ptr<const MutantProver> prover;  // one for all threads; null: not wanted
};

FuzzOptions fuzzing(const Options& options, const Mutant& mutant) {
  return {.model = mutant.model, .seed = options.seed, .traces = options.traces, .stop = interrupted};
}

// The mutant against the model.
Detector fuzz_detector(const Making& making) {
  return {"fuzz", [&options = making.options](const Mutant& mutant) {
            auto target = make_spec(make_mutant(mutant));
            return fuzz_mutant(fuzzing(options, mutant), *target, make_model(mutant.model));
          }};
}

// The mutant against our C code: it says what is to come.
Detector sim_detector(const Making& making) {
  std::shared_ptr<Target> sim = make_sim_of(making.model);
  if (sim == nullptr) return {"sim", {}};
  return {"sim", [&options = making.options, sim](const Mutant& mutant) {
            return fuzz_mutant(fuzzing(options, mutant), *sim, make_mutant(mutant));
          }};
}

// The mutant alone, in every state of a scope, against the properties.
Detector explore_detector(const Making& making) {
  const auto explorer = std::make_shared<MutantExplorer>(making.model, interrupted);
  return {"explore", [explorer](const Mutant& mutant) { return explorer->run(mutant); }};
}

// The mutant's text, held against what was proved of the model's.
Detector prove_detector(const Making& making) {
  return {"prove", [prover = making.prover](const Mutant& mutant) { return prover->run(mutant); }};
}

struct DetectorKind {
  const char* name;
  Detector (*make)(const Making& making);
};
constexpr DetectorKind kDetectors[] = {
    {"fuzz", fuzz_detector}, {"sim", sim_detector}, {"explore", explore_detector}, {kProve, prove_detector}};

bool wanted(const Options& options, const char* detector) {
  return options.detectors.empty() || std::count(options.detectors.begin(), options.detectors.end(), detector) != 0;
}

MutantMatrix run_model(const Options& options, const std::string& model) {
  const auto begin = std::chrono::steady_clock::now();
  Progress progress(fmt::format("mutants of {}", model));
  Making making{options, model, nullptr};
  if (wanted(options, kProve))
    making.prover =
        std::make_shared<const MutantProver>(model, MutantProverOptions{.jobs = options.jobs, .stop = interrupted});
  const MutationOptions mutation{
      .model = model,
      .seed = options.seed,
      .jobs = options.jobs,
      .full_search =
          options.traces >= kTraces && std::all_of(std::begin(kDetectors), std::end(kDetectors),
                                                   [&](const auto& kind) { return wanted(options, kind.name); }),
      .progress = [&](size_t done, size_t total) { progress.show(fmt::format("{} of {}", done, total)); },
      .stop = interrupted};
  auto matrix = run_mutants(mutation, [&] {
    std::vector<Detector> detectors;
    for (const auto& kind : kDetectors)
      if (wanted(options, kind.name)) detectors.push_back(kind.make(making));
    return detectors;
  });
  matrix.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return matrix;
}

int run(const Options& options) {
  for (const auto& model : options.models) require_model(model);
  auto names = options.models;
  if (names.empty())
    for (const auto& model : models()) names.push_back(model.name);
  std::vector<MutantMatrix> matrices;
  for (const auto& name : names) {
    matrices.push_back(run_model(options, name));
    if (interrupted()) break;
  }
  const Run here{.provenance = provenance_here()};
  const RenderOptions render{.color = use_color(options.output), .run = &here};
  fmt::print("{}", options.output.format == "json"    ? mutant_json(matrices, render)
                   : options.output.format == "junit" ? mutant_junit(matrices, render)
                   : options.output.format == "ktap"  ? mutant_ktap(matrices)
                                                      : mutant_text(matrices, options.matrix, render));
  throw_if_interrupted();  // what was found is shown first
  const auto verdict = verdict_of(matrices);
  return verdict == Verdict::conforms ? kOk : verdict == Verdict::diverges ? kUnexpected : kInconclusive;
}

}  // namespace

void add_mutants(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("mutants", "seeded faults in the models, one at a time, and who finds them");
  sub->footer("Example: lockstep mutants --model v5-intended --matrix");
  std::vector<std::string> names;
  for (const auto& kind : kDetectors) names.emplace_back(kind.name);
  sub->add_option("--model", options->models, "whose mutants; may be repeated (all)");
  sub->add_option("--detector", options->detectors, "who looks for them; may be repeated (all)")
      ->check(CLI::IsMember(names));
  sub->add_option("--traces", options->traces, "random traces that a mutant may survive")
      ->check(whole_number(1))
      ->capture_default_str();
  sub->add_option("--seed", options->seed, "same seed, same traces")->capture_default_str();
  sub->add_option("--jobs", options->jobs, "threads")->check(whole_number(1, 256))->capture_default_str();
  sub->add_flag("--matrix", options->matrix, "a line for each mutant, not the summary alone");
  add_output(*sub, options->output);
  sub->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace lockstep::cli
