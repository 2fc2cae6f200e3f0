// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/mutation.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "fuzz/generate.h"
#include "oracle/explore_result.h"
#include "oracle/mutant_explorer.h"

namespace lockstep {

namespace {

constexpr uint64_t kTracesToFind = 500;

// Threads that take one mutant after the other.
class Run {
 public:
  Run(const MutationOptions& options, const std::function<std::vector<Detector>()>& make_detectors)
      : options_(options), make_detectors_(make_detectors) {
    auto found = find_mutants(options.model, options.seed);
    for (auto& mutant : found.mutants) rows_.push_back({.mutant = std::move(mutant)});
    reach_ = std::move(found.reach);
  }

  MutantMatrix go() {
    const auto start = std::chrono::steady_clock::now();
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 1; i < options_.jobs; ++i) threads.emplace_back([this] { work(); });
      work();
    }
    if (failure_) std::rethrow_exception(failure_);
    MutantMatrix matrix{.model = options_.model, .detectors = names_, .full_search = options_.full_search};
    matrix.interrupted = std::erase_if(rows_, [](const auto& row) { return row.trials.empty(); }) != 0;
    matrix.rows = std::move(rows_);
    matrix.reach = std::move(reach_);
    matrix.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    matrix.seed = options_.seed;
    return matrix;
  }

 private:
  void work() try {
    auto detectors = make_detectors_();
    {
      const std::lock_guard lock(mutex_);
      names_.clear();
      for (const auto& detector : detectors) names_.push_back(detector.name);
    }
    for (size_t mine; (mine = next_++) < rows_.size() && !stopped();) {
      MutantRow row{.mutant = rows_[mine].mutant};
      for (const auto& detector : detectors)
        row.trials.push_back(detector.run ? std::optional(detector.run(row.mutant)) : std::nullopt);
      if (stopped()) return;  // what was cut short says nothing
      judge(row);
      finish(mine, std::move(row));
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    failed_ = true;
  }
  void finish(size_t index, MutantRow row) {
    const std::lock_guard lock(mutex_);
    rows_[index] = std::move(row);
    ++done_;
    if (options_.progress) options_.progress(done_, rows_.size());
  }
  bool stopped() const { return failed_ || (options_.stop && options_.stop()); }

  const MutationOptions& options_;
  const std::function<std::vector<Detector>()>& make_detectors_;
  std::vector<MutantRow> rows_;  // those that are not done have no trials
  std::string reach_;
  std::vector<std::string> names_;
  std::atomic<size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  // rows that are done, names, done_, failure_
  size_t done_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

FoundMutants find_mutants(const std::string& model, uint64_t seed) {
  SiteFinder finder(model);
  const auto generator = trace_generator({.model = model});
  for (uint64_t i = 0; i < kTracesToFind; ++i) finder.run(generate(generator, seed, i).value());
  const auto explored = explored_sites(model);
  finder.add_reached(explored.sites);
  return {finder.mutants(), fmt::format("{} random traces and all {} states of {}", kTracesToFind, explored.states,
                                        scope_text(model, mutant_scope(model)))};
}

MutantMatrix run_mutants(const MutationOptions& options, const std::function<std::vector<Detector>()>& make_detectors) {
  return Run(options, make_detectors).go();
}

Trial fuzz_mutant(FuzzOptions options, Target& target, std::unique_ptr<Model> model) {
  options.max_causes = 1;
  options.shrink = false;
  const auto run = fuzz(options, target, std::move(model)).result;
  const bool stopped = options.stop && options.stop();
  if (run.finds.empty() && !run.shortcomings.empty() && !stopped) throw std::runtime_error(run.shortcomings[0]);
  Trial trial{.steps = run.steps, .seconds = run.seconds};
  if (!run.finds.empty()) trial.kill = {run.finds[0].divergence.property, run.finds[0].divergence.step};
  return trial;
}

}  // namespace lockstep
