// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/fuzz.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "fuzz/generate.h"
#include "fuzz/remarks.h"
#include "fuzz/shrink.h"

namespace lockstep {

namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The same thing went wrong: same property, same operation, same fact.
bool same_cause(const std::optional<Divergence>& divergence, const std::string& cause) {
  return divergence && divergence->cause == cause;
}

bool diverges_every_time(Conformer& conformer, const Trace& trace, const std::string& cause, int runs) {
  for (int i = 0; i < runs; ++i) {
    try {
      if (!same_cause(conformer.run(trace).divergence, cause)) return false;
    } catch (const NotCapable&) {
      return false;
    }
  }
  return true;
}

// Repeats a divergence, and makes its trace small if it comes back every time. Returns how many candidates it tried.
int confirm(Find& find, Conformer& conformer, const std::string& model, int repeats,
            const std::function<bool()>& stop) {
  const auto cause = find.divergence.cause;
  for (int i = 1; i < repeats; ++i) {
    find.repeated += same_cause(conformer.run(find.trace).divergence, cause);
    ++find.runs;
  }
  if (find.flaky()) return 0;
  auto shrunk = shrink(
      find.trace, model,
      [&](const Trace& candidate) { return diverges_every_time(conformer, candidate, cause, repeats); }, stop);
  auto again = conformer.run(shrunk.trace).divergence;
  if (!same_cause(again, cause)) return shrunk.tried;  // it came back until now: the whole trace stands
  find.trace = std::move(shrunk.trace);
  find.divergence = std::move(*again);
  return shrunk.tried;
}

class Campaign {
 public:
  Campaign(const FuzzOptions& options, Target& target, std::unique_ptr<Model> model)
      : options_(options),
        target_(target),
        faults_(options.faults && target.capabilities().faults),
        generator_(trace_generator({.model = options.model, .faults = faults_})),
        conformer_(std::move(model), &target, options.asked),
        run_{{}, Statistics(options.model, faults_), options.first} {}

  FuzzRun go() {
    auto& result = run_.result;
    result = {.job = "fuzz",
              .model = options_.model,
              .target = target_.name(),
              .asked = options_.asked,
              .seed = options_.seed};
    for (; run_.next < options_.first + options_.traces; ++run_.next) {
      if (run_.next % options_.shards != options_.shard - 1) continue;
      if (out_of_time()) break;
      const Trace trace = take();
      announce();
      one_trace(trace);
      if (dead_) break;
      if (result.finds.size() >= options_.max_causes) {
        result.notes.push_back(
            fmt::format("stopped after {} cause{}", result.finds.size(), result.finds.size() == 1 ? "" : "s"));
        ++run_.next;
        break;
      }
      if (options_.progress) options_.progress(result.traces, result.steps, result.finds.size());
    }
    conclude();
    result.seconds = since(start_);
    return std::move(run_);
  }

 private:
  Trace take() {
    if (!ahead_) return generate(generator_, options_.seed, run_.next).value();
    return *std::exchange(ahead_, std::nullopt);
  }

  // The target may begin with the next trace of this shard while we still look at this one.
  void announce() {
    const auto next = run_.next + options_.shards;
    if (next >= options_.first + options_.traces) return;
    ahead_ = generate(generator_, options_.seed, next).value();
    target_.announce(*ahead_);
  }

  void one_trace(const Trace& trace) {
    auto& result = run_.result;
    Conformance outcome;
    try {
      outcome = conformer_.run(trace, [&](const StepRecord& record) { count(trace, record); });
    } catch (const NotCapable& why) {
      if (result.skipped++ == 0) result.notes.push_back(fmt::format("skipped: {}", why.what()));
      return;
    } catch (const std::runtime_error& why) {
      died(fmt::format("trace {}", run_.next), why.what());
      return;
    }
    ++result.traces;
    result.steps += outcome.steps;
    result.unobserved += outcome.unobserved;
    if (outcome.cut) run_.statistics.add_cut_trace();
    note_unobserved(result, outcome, target_);
    if (outcome.divergence) found(trace, *outcome.divergence);
  }

  void count(const Trace& trace, const StepRecord& record) {
    if (record.step == nullptr) return;
    size_t depth = 0;
    for (const auto& task : record.model->tasks)
      if (task.number == record.step->task)
        for (const auto& view : task.view) depth = std::max(depth, view.size());
    run_.statistics.add(*record.step, trace.start, conformer_.model().processes().live_tasks(), depth);
  }

  void found(const Trace& trace, const Divergence& divergence) {
    auto& finds = run_.result.finds;
    auto known =
        std::find_if(finds.begin(), finds.end(), [&](const auto& f) { return f.divergence.cause == divergence.cause; });
    if (known != finds.end()) {
      ++known->times;
      return;
    }
    Find find{.divergence = divergence, .trace = trace, .seed = options_.seed, .index = run_.next};
    find.name = fmt::format("seed {} trace {}", options_.seed, run_.next);
    try {
      if (options_.shrink) {  // with a model of its own: what shrinking comes by is not what was generated
        Conformer again(options_.model, &target_, options_.asked);
        confirm(find, again, options_.model, options_.repeats, [this] { return out_of_time(); });
      }
    } catch (const NotCapable&) {
      throw;
    } catch (const std::runtime_error& why) {
      // A deadlocked kernel cannot be asked again. What it did stands as it was seen, and the run ends.
      died(find.name, why.what());
    }
    finds.push_back(std::move(find));
  }

  // Nothing more can be asked of the target; what was found until then stands.
  void died(const std::string& where, const std::string& why) {
    run_.result.notes.push_back(fmt::format("{} does not work any more after {}: {}", target_.name(), where, why));
    run_.result.shortcomings.push_back(fmt::format("the run ended early, after {}", where));
    dead_ = true;
  }
  bool out_of_time() const {
    return (options_.stop && options_.stop()) || (options_.for_seconds > 0 && since(start_) >= options_.for_seconds);
  }

  void conclude() {
    auto& result = run_.result;
    run_.statistics.add_coverage(conformer_.model().coverage());
    result.outcomes = run_.statistics.outcomes();
    result.generated = run_.statistics.generated();
    if (!faults_ && options_.faults)
      result.notes.push_back(fmt::format("{} cannot fail allocations: none were failed", target_.name()));
    add_remarks(result);
  }

  const FuzzOptions& options_;
  Target& target_;
  bool faults_;
  rc::Gen<Trace> generator_;
  Conformer conformer_;
  FuzzRun run_;
  std::optional<Trace> ahead_;  // the next one of this shard
  bool dead_ = false;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

FuzzRun fuzz(const FuzzOptions& options, Target& target) { return fuzz(options, target, make_model(options.model)); }

FuzzRun fuzz(const FuzzOptions& options, Target& target, std::unique_ptr<Model> model) {
  return Campaign(options, target, std::move(model)).go();
}

ShrinkRun shrink_divergence(const Trace& trace, const std::string& model, Target& target, FactSet asked, int repeats,
                            const std::function<bool()>& stop) {
  Conformer conformer(model, &target, asked);
  ShrinkRun run;
  run.find.trace = trace;
  auto first = conformer.run(trace).divergence;
  if (!first) return run;
  run.diverges = true;
  run.find.divergence = *first;
  run.tried = confirm(run.find, conformer, model, repeats, stop);
  return run;
}

}  // namespace lockstep
