// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/prove.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/finds.h"
#include "cli/kernel_review.h"
#include "cli/kernel_source.h"
#include "cli/violations.h"
#include "harness/kernels/cache.h"
#include "model/model.h"
#include "model/trace_text.h"
#include "oracle/proof_cache.h"
#include "oracle/prove_result.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {

constexpr unsigned kMostUnrolled = 8;

struct Options {
  std::vector<std::string> models, properties;
  bool all_presets = false, no_cache = false;
  unsigned jobs = 0, unroll = 0;
  double timeout_seconds = 20;
  std::string folder;
  Output output;
};

Proofs prove_and_show(ProveOptions options, bool cached, std::vector<std::string>& warnings) {
  std::optional<ProofCacheFile> file;
  if (cached) options.cache = &file.emplace(kernels::cache_folder() / "proofs");
  options.stop = interrupted;
  Progress progress("prove");
  options.progress = [&](const ProveProgress& at) {
    progress.show(fmt::format("{}: {} obligations, {} of them open", at.model, at.obligations, at.open));
  };
  auto proofs = prove(options);
  if (file) warnings = file->warnings();
  return proofs;
}

// The traces of the corpus that show on their model that it breaks a property.
std::vector<Breaking> breaking_in(const std::vector<CorpusTrace>& corpus, const std::string& model) {
  std::vector<Breaking> all;
  for (const auto& [file, trace, of] : corpus) {
    if (of != model) continue;
    for (const auto& [property, step] : Conformer(of, nullptr).run(trace).model_violations)
      all.push_back({property, file});
  }
  return all;
}

// Says beside a refuted property where else its trace was seen.
void tell_row(Result& result, const std::string& property, const std::string& words) {
  for (auto& row : result.proofs)
    if (name_of(row.property) == property) row.reason += fmt::format("{}{}", row.reason.empty() ? "" : "; ", words);
}

std::vector<std::string> review_warnings() {
  auto all = review_cache(kernels::kernels_folder(), sources_folder());
  for (auto& each : all) each = "REVIEW: " + each;
  return all;
}

std::vector<CorpusTrace> corpus_here() {
  std::vector<CorpusTrace> all;
  try {
    for (const auto& file : trace_files(corpus_folder())) {
      auto trace = read_trace(file.string());
      auto model = trace.model;
      all.push_back({fs::proximate(file).string(), std::move(trace), std::move(model)});
    }
  } catch (const Unavailable&) {  // then no trace is named
  }
  return all;
}

ProveOptions what_to_prove(const Options& options) {
  ProveOptions proving{.models = options.models,
                       .all_presets = options.all_presets,
                       .jobs = options.jobs,
                       .timeout = std::chrono::milliseconds(std::llround(options.timeout_seconds * 1000)),
                       .unroll = options.unroll};
  for (const auto& name : options.models) require_model(name);
  if (proving.models.empty())
    for (const auto& model : models())
      if (options.all_presets || model.name.find('@') == std::string::npos) proving.models.push_back(model.name);
  for (const auto& name : options.properties) proving.properties.push_back(*find_property(name));
  return proving;
}

int run(Options& options) {
  const auto folder = options.folder.empty() ? state_folder() / "finds" : fs::path(options.folder);
  const auto results = run_proofs(what_to_prove(options), !options.no_cache, corpus_here(), folder);
  const int code = report(results, options.output);
  throw_if_interrupted();  // what was proved is shown first
  return code;
}

}  // namespace

std::vector<Result> run_proofs(ProveOptions options, bool cached, const std::vector<CorpusTrace>& corpus,
                               const fs::path& folder) {
  const auto names = options.models;
  std::vector<std::string> warnings;
  const auto proofs = prove_and_show(std::move(options), cached, warnings);
  auto results = prove_results(proofs, names);
  for (auto& result : results) {
    result.breaking = breaking_in(corpus, result.model);
    result.notes = warnings;
    if (find_model(result.model)->layout == "seccomp")
      for (auto& warning : review_warnings()) result.notes.push_back(std::move(warning));
    replay_and_save(result.model, folder, result,
                    [&](const std::string& property, const std::string& words) { tell_row(result, property, words); });
  }
  return results;
}

void add_prove(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("prove", "each property of a model, for any number of tasks, objects and steps");
  sub->footer("Example: lockstep prove --model v5-intended --property isolation --obligations");
  std::vector<std::string> properties;
  for (int i = 0; i < kProperties; ++i)
    if (const auto property = static_cast<Property>(i); property != Property::linearizable)
      properties.emplace_back(name_of(property));
  sub->add_option("--model", options->models, "of which; may be repeated (all, presets aside)");
  sub->add_option("--property", options->properties, "which; may be repeated (all but linearizable)")
      ->check(CLI::IsMember(properties));
  sub->add_flag("--all-presets", options->all_presets, "seccomp@6.1 too");
  sub->add_option("--jobs", options->jobs, "threads (all cores)")->check(whole_number(1, 256));
  sub->add_option("--timeout", options->timeout_seconds, "seconds for an obligation; beyond it, it is unknown")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  sub->add_option(
         "--unroll", options->unroll,
         "steps: each refutation by bounded unrolling too, and what is behind open obligations (slow beyond 4)")
      ->check(CLI::Range(1u, kMostUnrolled));
  sub->add_flag("--no-cache", options->no_cache, "neither believe nor keep answers of earlier runs");
  sub->add_flag("--obligations", options->output.obligations, "text: list each obligation");
  sub->add_option("--corpus", options->folder, "where refutations are written (lockstep/finds in your state folder)");
  add_output(*sub, options->output);
  sub->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace lockstep::cli
