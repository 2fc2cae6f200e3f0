// SPDX-License-Identifier: GPL-2.0-or-later
// nightly: runs the jobs of jobs.h within a budget of time or traces and writes the report.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/explore.h"
#include "cli/finds.h"
#include "cli/folder_lock.h"
#include "cli/interleave.h"
#include "cli/jobs.h"
#include "cli/journal.h"
#include "cli/presets.h"
#include "cli/prove.h"
#include "cli/provenance.h"
#include "cli/publish.h"
#include "fuzz/fuzz.h"
#include "harness/targets.h"
#include "model/trace_text.h"
#include "reports/command.h"
#include "reports/counterexample.h"
#include "reports/history.h"
#include "reports/sha256.h"
#include "reports/whole_file.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string duration = "10m", folder, shard = "1/1", corpus;
  std::optional<uint64_t> traces, seed;
  bool no_skips = false;
  Output output;
};

using Clock = std::chrono::steady_clock;

class Nightly {
 public:
  explicit Nightly(const Options& options)
      : options_(options),
        folder_(options.folder.empty() ? state_folder() / "nightly" : fs::path(options.folder)),
        corpus_(read_corpus(options.corpus.empty() ? corpus_folder() : fs::path(options.corpus))),
        shard_(parse_shard(options.shard)),
        seconds_left_(parse_duration(options.duration)),
        seed_(options.seed ? *options.seed : Journal::unfinished_seed(folder_).value_or(todays_seed())),
        run_{.plan = plan(), .shard = options.shard, .seed = seed_, .provenance = here()},
        lock_(folder_),
        journal_(folder_, what_must_be_equal()) {}

  int run() {
    begin();
    for (const auto& job : nightly_jobs()) {
      throw_if_interrupted();
      if (nothing_in_shard(job)) continue;
      const auto* done = journal_.result_of(std::string(job.id));
      run_.results.push_back(done != nullptr ? *done : do_job(job));
      const auto& result = run_.results.back();
      if (done == nullptr) journal_.add(std::string(job.id), result);
      seconds_left_ -= result.seconds;
      run_.seconds += result.seconds;
      if (options_.output.format != "text") continue;
      fmt::print("{}", job_line(result));
      std::fflush(stdout);
    }
    add_switches(run_.provenance, run_.results);
    draw_counterexamples();
    const auto history = write_reports(run_, folder_);
    journal_.finish();
    return print_run(run_, history, folder_, options_.output);
  }

 private:
  struct Entry {
    fs::path file;
    Trace trace;
    std::string model;
  };

  static std::vector<Entry> read_corpus(const fs::path& folder) {
    std::vector<Entry> all;
    for (const auto& file : trace_files(folder)) {
      auto trace = read_trace(file.string());
      auto model = model_for(trace, "", file.string());
      all.push_back({file, std::move(trace), std::move(model)});
    }
    if (all.empty()) throw UsageError(fmt::format("{}: no traces there", folder.string()));
    return all;
  }

  // Other traces every day, and the same ones for all shards of a night.
  static uint64_t todays_seed() {
    return std::stoull(fmt::format("{:%Y%m%d}", fmt::gmtime(std::chrono::system_clock::now())));
  }

  std::string plan() const {
    return (options_.traces ? fmt::format("--traces {}", *options_.traces) : "--for " + options_.duration) +
           fmt::format(" --seed {}", seed_) +
           (options_.corpus.empty() ? "" : " --corpus " + shell_word(options_.corpus));
  }

  Provenance here() const {
    auto provenance = provenance_here();
    Sha256 hash;
    for (const auto& entry : corpus_) hash.add(entry.file.filename().string() + "\n" + write_trace(entry.trace));
    provenance.more.push_back({"corpus", fmt::format("{} traces, SHA-256 {}", corpus_.size(), hash.hex())});
    return provenance;
  }

  // With a killed run, to go on with it: options, this very program, this machine's kernel and libraries.
  std::string what_must_be_equal() const {
    struct stat program {};
    stat("/proc/self/exe", &program);
    auto all = fmt::format("{} --shard {} {} {} {}", run_.plan, run_.shard, options_.no_skips, program.st_mtim.tv_sec,
                           program.st_size);
    for (const auto& [name, value] : named_of(run_)) all += fmt::format("\n{}: {}", name, value);
    return all;
  }

  void begin() {
    require_own_counterexamples(folder_);
    for (const auto* part : {"", "finds", "counterexamples"}) remove_leftovers(folder_ / part);
    const History history(folder_ / "history.sqlite");  // one that cannot be used is better known now
    if (journal_.resumed()) {
      fmt::print(stderr, "going on with the nightly in {}: {} jobs are done\n", folder_.string(), journal_.done());
    } else {
      const auto now = fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()));
      const auto second = fmt::format("{:%Y%m%dT%H%M%SZ}", now);
      int number = 1;
      while (history.has(fmt::format("{}-{}", second, number))) ++number;
      journal_.begin(fmt::format("{}-{}", second, number), fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", now), seed_);
    }
    run_.id = journal_.id();
    run_.started = journal_.started();
    run_.command = "lockstep nightly " + run_.plan + (shard_.count == 1 ? "" : " --shard " + run_.shard);
  }

  // The corpus as a job sees it, with the number of each entry.
  std::vector<std::pair<uint64_t, const Entry*>> entries_of(const Job& job) const {
    std::vector<std::pair<uint64_t, const Entry*>> all;
    for (const auto& entry : corpus_) {
      const auto& expected = entry.trace.expectations;
      if (job.kind == JobKind::corpus_on_models ||
          std::any_of(expected.begin(), expected.end(), [&](const auto& each) { return each.target == job.target; }))
        all.emplace_back(all.size(), &entry);
    }
    return all;
  }
  bool in_shard(uint64_t number) const { return number % shard_.count == shard_.index - 1; }

  // Such a job stands in the reports of the other shards.
  bool nothing_in_shard(const Job& job) const {
    if (job.kind == JobKind::fuzz) return false;
    if (!is_corpus(job.kind)) return !in_shard(static_cast<uint64_t>(&job - nightly_jobs().data()));
    const auto size = entries_of(job).size();
    return size != 0 && size < shard_.index;
  }

  Result do_job(const Job& job) {
    const auto start = Clock::now();
    Result result{.job = std::string(job.id), .model = std::string(job.model), .target = std::string(job.target)};
    try {
      switch (job.kind) {
        case JobKind::corpus_on_models:
          run_corpus(job, nullptr, result);
          break;
        case JobKind::corpus_on_targets:
          run_corpus(job, make_target(result.target).get(), result);
          break;
        case JobKind::prove:
          result = prove_model(result.model);
          break;
        case JobKind::explore:
          result = explore_result(result.model, {}, folder_ / "finds");
          break;
        case JobKind::interleave:
          result = interleave_result({.model = result.model});
          break;
        case JobKind::fuzz:
          result = run_fuzz(job);
          break;
      }
    } catch (const DoesNotComeUp& why) {
      result.shortcomings.emplace_back(why.what());
    } catch (const Unavailable& why) {
      if (options_.no_skips) throw;
      result.notes.push_back(fmt::format("skipped: {}", why.what()));
      ++result.skipped;
    }
    throw_if_interrupted();  // a job that was cut short is not done
    result.job = job.id;
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
  }

  void run_corpus(const Job& job, Target* target, Result& result) {
    std::optional<PresetProbe> presets;
    if (target != nullptr) presets.emplace(*target);
    for (const auto& [number, entry] : entries_of(job)) {
      throw_if_interrupted();
      if (!in_shard(number)) continue;
      auto model = entry->model;
      if (presets) {
        model = presets->of(model);
        presets->tell(model, result, folder_ / "finds");
      }
      const auto finds = result.finds.size();
      const auto file = fs::proximate(entry->file).string();
      try {
        run_trace(entry->trace, file, model, target, {}, result);
      } catch (const std::runtime_error& why) {
        return end_early(result, file, why);
      }
      for (size_t i = finds; i < result.finds.size(); ++i) result.finds[i].index = number;
    }
  }

  Result prove_model(const std::string& model) const {
    std::vector<CorpusTrace> corpus;
    for (const auto& entry : corpus_) corpus.push_back({fs::proximate(entry.file).string(), entry.trace, entry.model});
    return run_proofs({.models = {model}}, true, corpus, folder_ / "finds").at(0);
  }

  Result run_fuzz(const Job& job) {
    auto target = make_target(std::string(job.target));
    PresetProbe presets(*target);
    Progress progress(std::string(job.id));
    FuzzOptions fuzzing{.model = presets.of(std::string(job.model)),
                        .seed = seed_of(job, seed_),
                        .traces = options_.traces.value_or(uint64_t{1} << 40),
                        .for_seconds = options_.traces ? 0 : seconds_for(job),
                        .shard = shard_.index,
                        .shards = shard_.count,
                        .repeats = repeats_on(*target),
                        .progress =
                            [&](uint64_t traces, uint64_t steps, size_t finds) {
                              progress.show(fmt::format("{} traces, {} steps, {} finds", traces, steps, finds));
                            },
                        .stop = interrupted};
    // So many traces are to be run, whatever they find: shards must not end sooner than the whole would.
    if (options_.traces) fuzzing.max_causes = std::numeric_limits<size_t>::max();
    auto result = fuzz(fuzzing, *target).result;
    judge(job, result);
    for (auto& find : result.finds) save_find(find, result.model, result.target, folder_ / "finds");
    presets.tell(result.model, result, folder_ / "finds");
    return result;
  }

  double seconds_for(const Job& job) const {
    uint32_t weight_left = 0;
    for (const auto& each : nightly_jobs())
      if (journal_.result_of(std::string(each.id)) == nullptr) weight_left += each.weight;
    return std::max(0.5, seconds_left_ * job.weight / weight_left);
  }

  // What broke its target is not run on it again: it is drawn as the model has it.
  static std::unique_ptr<Target> target_to_draw(const Find& find, const Result& result) {
    if (result.target.empty() || find.divergence.property == "target") return nullptr;
    try {
      return make_target(result.target);
    } catch (const Unavailable&) {
      return nullptr;
    }
  }

  // Each trace of the corpus has a model of its own.
  static std::string model_to_draw(const Find& find, const Result& result, Target* target) {
    if (!result.model.empty()) return result.model;
    return target == nullptr ? find.trace.model : PresetProbe(*target).of(find.trace.model);
  }

  void draw_counterexamples() const {
    fs::remove_all(folder_ / "counterexamples");
    for (const auto& result : run_.results) {
      for (const auto& find : result.finds) {
        throw_if_interrupted();
        if (!find.schedule.empty()) continue;                                  // its table is in the report
        if (is_corpus(find_job(result.job)->kind) && find.expected) continue;  // the corpus has these already
        const auto into = folder_ / counterexample_folder(result, find);
        if (fs::exists(into)) continue;  // two traces of the corpus are the same
        Progress progress("drawing counterexamples");
        progress.show(find.name);
        const auto target = target_to_draw(find, result);
        const auto why = write_counterexample(find, model_to_draw(find, result, target.get()), target.get(), into,
                                              {.run = &run_, .result = &result, .report = "../../index.html"});
        if (!why.empty()) fmt::print(stderr, "{}: NO PICTURES: {}\n", into.string(), why);
      }
    }
  }

  const Options& options_;
  fs::path folder_;
  std::vector<Entry> corpus_;
  Shard shard_;
  double seconds_left_;
  uint64_t seed_;
  Run run_;
  FolderLock lock_;
  Journal journal_;
};

}  // namespace

void add_nightly(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub =
      app.add_subcommand("nightly", "the corpus, every state, then fuzz on every target, within a budget; a report");
  sub->footer("Example: lockstep nightly --for 5m -o report\nA run that was killed goes on where it was.");
  auto* time = sub->add_option("--for", options->duration, "time for all fuzz jobs together")->capture_default_str();
  sub->add_option("--traces", options->traces, "instead: traces for each fuzz job, so that every run does the same")
      ->excludes(time);
  sub->add_option("-o,--output", options->folder, "where the report is written (lockstep/nightly in your state folder)")
      ->type_name("DIR");
  sub->add_option("--shard", options->shard, "I/N: the I-th of N equal parts")->capture_default_str();
  sub->add_option("--seed", options->seed, "same seed, same traces (the day's date, as 20170301)");
  sub->add_option("--corpus", options->corpus, "another corpus");
  sub->add_flag("--no-skips", options->no_skips, "a target that is missing here is an error (exit 3)");
  add_output(*sub, options->output);
  sub->callback([options, &exit_code] { exit_code = Nightly(*options).run(); });
}

}  // namespace lockstep::cli
