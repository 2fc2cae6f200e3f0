// SPDX-License-Identifier: GPL-2.0-or-later
// nightly: runs the jobs of jobs.h within a time budget and writes the report.
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <chrono>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/finds.h"
#include "cli/jobs.h"
#include "cli/journal.h"
#include "fuzz/fuzz.h"
#include "harness/targets.h"
#include "model/trace_text.h"
#include "reports/conclusion.h"
#include "reports/counterexample.h"
#include "reports/format.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string duration = "10m", folder, shard = "1/1", corpus;
  uint64_t seed = 1;
  bool no_skips = false;
  Output output;
};

using Clock = std::chrono::steady_clock;

class Nightly {
 public:
  explicit Nightly(const Options& options)
      : options_(options),
        folder_(options.folder.empty() ? state_folder() / "nightly" : fs::path(options.folder)),
        corpus_(filled(options.corpus.empty() ? corpus_folder() : fs::path(options.corpus))),
        shard_(parse_shard(options.shard)),
        seconds_left_(parse_duration(options.duration)),
        journal_(folder_, plan()) {}

  int run() {
    if (journal_.resumed()) fmt::print(stderr, "going on with the nightly in {}\n", folder_.string());
    for (const auto& job : nightly_jobs()) {
      throw_if_interrupted();
      const auto* done = journal_.result_of(std::string(job.id));
      results_.push_back(done != nullptr ? *done : do_job(job));
      if (done == nullptr) journal_.add(std::string(job.id), results_.back());
      seconds_left_ -= results_.back().seconds;
      if (options_.output.format != "text") continue;
      fmt::print("{}", job_line(results_.back()));
      std::fflush(stdout);
    }
    return write_report();
  }

 private:
  static fs::path filled(const fs::path& corpus) {
    if (trace_files(corpus).empty()) throw UsageError(fmt::format("{}: no traces there", corpus.string()));
    return corpus;
  }

  // What a run must have in common with a killed one to go on with it: options, this very program, this kernel.
  std::string plan() const {
    utsname kernel{};
    uname(&kernel);
    struct stat program {};
    stat("/proc/self/exe", &program);
    return fmt::format("{} {} {} {} {} {} {} {} {}", LOCKSTEP_VERSION, program.st_mtim.tv_sec, program.st_size,
                       kernel.release, options_.duration, options_.shard, options_.seed, options_.no_skips,
                       corpus_.string());
  }

  Result do_job(const Job& job) {
    const auto start = Clock::now();
    Result result{.job = std::string(job.id), .model = std::string(job.model), .target = std::string(job.target)};
    try {
      switch (job.kind) {
        case JobKind::corpus_on_models:
          run_corpus(nullptr, result);
          break;
        case JobKind::corpus_on_targets:
          run_corpus(make_target(result.target).get(), result);
          break;
        case JobKind::fuzz:
          result = run_fuzz(job);
          break;
      }
    } catch (const Unavailable& why) {
      if (options_.no_skips) throw;
      result.notes.push_back(fmt::format("skipped: {}", why.what()));
      ++result.skipped;
    }
    throw_if_interrupted();  // a job that was cut short is not done
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
  }

  void run_corpus(Target* target, Result& result) {
    uint32_t number = 0;
    for (const auto& file : trace_files(corpus_)) {
      throw_if_interrupted();
      if (number++ % shard_.count != shard_.index - 1) continue;
      const auto trace = read_trace(file.string());
      auto model = model_for(trace, "", file.string());
      if (target != nullptr && expectations_for(trace, model, target).empty()) continue;
      if (target != nullptr) {
        model = probe_preset(model, *target);
        note_switches(result, model, *target);
      }
      run_trace(trace, fs::proximate(file).string(), model, target, {}, result);
    }
    if (shard_.count == 1 || result.traces != 0) return;
    ++result.skipped;
    result.notes.emplace_back("skipped: no trace of the corpus falls into this shard");
  }

  Result run_fuzz(const Job& job) {
    uint32_t weight_left = 0;
    for (const auto& each : nightly_jobs())
      if (journal_.result_of(std::string(each.id)) == nullptr) weight_left += each.weight;
    auto target = make_target(std::string(job.target));
    Progress progress(std::string(job.id));
    FuzzOptions fuzzing{.model = probe_preset(std::string(job.model), *target),
                        .seed = options_.seed,
                        .traces = uint64_t{1} << 40,
                        .for_seconds = std::max(0.5, seconds_left_ * job.weight / weight_left),
                        .shard = shard_.index,
                        .shards = shard_.count,
                        .repeats = repeats_on(*target),
                        .progress =
                            [&](uint64_t traces, uint64_t steps, size_t finds) {
                              progress.show(fmt::format("{} traces, {} steps, {} finds", traces, steps, finds));
                            },
                        .stop = interrupted};
    auto result = fuzz(fuzzing, *target).result;
    result.job = job.id;
    note_switches(result, result.model, *target);
    judge_expected(job, result);
    for (auto& find : result.finds) save_find(find, result.model, result.target, folder_ / "finds");
    return result;
  }

  // A job that is to diverge: its finds are foreseen, and without them something is wrong with us.
  static void judge_expected(const Job& job, Result& result) {
    if (job.expected_properties.empty()) return;
    for (auto& find : result.finds)
      find.expected = !find.flaky() && job.expected_properties.find(find.divergence.property) != std::string_view::npos;
    if (result.expected() == 0)
      result.missing.push_back(fmt::format("{} was to diverge ({}), and did not", job.id, job.reason));
  }

  // What broke its target is not run on it again: it is drawn as the model has it.
  static std::unique_ptr<Target> target_to_draw(const Find& find, const Result& result) {
    if (find.divergence.property == "target") return nullptr;
    try {
      return make_target(result.target);
    } catch (const Unavailable&) {
      return nullptr;
    }
  }

  int write_report() {
    fs::remove_all(folder_ / "counterexamples");
    for (auto& result : results_) {
      if (result.target.empty()) continue;
      int number = 0;
      for (const auto& find : result.finds) {
        if (result.job.starts_with("corpus") && find.expected) continue;  // the corpus has these already
        Progress progress("drawing counterexamples");
        progress.show(find.name);
        const auto target = target_to_draw(find, result);
        write_counterexample(find, result.model, target.get(),
                             folder_ / "counterexamples" / fmt::format("{}-{}", result.job, ++number));
      }
    }
    const RenderOptions plain{.tool_version = LOCKSTEP_VERSION};
    write_file(folder_ / "report.txt", render(results_, Format::text, plain));
    write_file(folder_ / "report.json", render(results_, Format::json, plain));
    write_file(folder_ / "report.xml", render(results_, Format::junit, plain));
    journal_.finish();
    if (options_.output.format == "text")
      print_summary();
    else
      report(results_, options_.output);
    std::fflush(stdout);  // the report is named last, wherever the two streams go
    fmt::print(stderr, "report: {}\n", (fs::absolute(folder_) / "report.txt").lexically_normal().string());
    return exit_code_of_all();
  }

  // A target that is missing here is said loudly and is no failure (--no-skips makes it one, earlier).
  int exit_code_of_all() const {
    uint64_t steps = 0;
    for (const auto& result : results_) steps += result.steps;
    int code = steps == 0 ? kInconclusive : kOk;
    for (const auto& result : results_) {
      if (conclusion_of(result) == Conclusion::skipped) continue;
      const int each = exit_code(result);
      if (each == kUnexpected || code == kOk) code = each;
    }
    return code;
  }

  static std::string job_line(const Result& result) {
    constexpr const char* kWords[] = {"as expected", "NEWS", "SKIPPED", "INCONCLUSIVE"};
    const auto* word = kWords[static_cast<size_t>(conclusion_of(result))];
    auto line = fmt::format("{:<24} {:<13} {:>9} traces {:>11} steps", result.job, word, result.traces, result.steps);
    if (result.expected() != 0) line += fmt::format("  {} expected divergences", result.expected());
    return line + "\n";
  }

  // What is news in full, below the line that each job has; the report has everything.
  void print_summary() const {
    std::vector<Result> news;
    Result all{.job = "nightly"};
    for (const auto& result : results_) {
      if (conclusion_of(result) != Conclusion::passed) news.push_back(result);
      all.traces += result.traces;
      all.steps += result.steps;
      all.skipped += result.skipped;
      all.unobserved += result.unobserved;
      all.finds.insert(all.finds.end(), result.finds.begin(), result.finds.end());
      all.shortcomings.insert(all.shortcomings.end(), result.shortcomings.begin(), result.shortcomings.end());
    }
    if (!news.empty()) fmt::print("\n");
    if (!news.empty()) report(news, options_.output);
    fmt::print("\n{} jobs, {} as expected, {} expected divergences\n{}\n", results_.size(),
               results_.size() - news.size(), all.expected(), verdict_line(all));
  }

  const Options& options_;
  fs::path folder_, corpus_;
  Shard shard_;
  double seconds_left_;
  Journal journal_;
  std::vector<Result> results_;
};

}  // namespace

void add_nightly(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("nightly", "the corpus, then fuzz on every target, within a time budget; a report");
  sub->footer("Example: lockstep nightly --for 5m -o report\nA run that was killed goes on where it was.");
  sub->add_option("--for", options->duration, "time for all fuzz jobs together")->capture_default_str();
  sub->add_option("-o,--output", options->folder, "where the report is written (lockstep/nightly in your state folder)")
      ->type_name("DIR");
  sub->add_option("--shard", options->shard, "I/N: the I-th of N equal parts")->capture_default_str();
  sub->add_option("--seed", options->seed, "same seed, same traces")->capture_default_str();
  sub->add_option("--corpus", options->corpus, "another corpus");
  sub->add_flag("--no-skips", options->no_skips, "a target that is missing here is an error (exit 3)");
  add_output(*sub, options->output);
  sub->callback([options, &exit_code] { exit_code = Nightly(*options).run(); });
}

}  // namespace lockstep::cli
