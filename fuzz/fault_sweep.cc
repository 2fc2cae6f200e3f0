// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/fault_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "fuzz/rebuild.h"
#include "model/model.h"
#include "oracle/compare_shown.h"

namespace lockstep {

namespace {

// More than any system call of a trace makes.
constexpr uint16_t kMostAllocations = 1000;
// Runs for one allocation, if it is now here and now there.
constexpr int kMostTries = 12;

bool makes_something(Op op) { return made_letter(op) != 0; }

// How a step says that it wants for memory. Of a fork, whoever gives numbers to tasks has an error of its own.
bool says_no_memory(Op op, int error) { return error == ENOMEM || (op == Op::fork && error == EAGAIN); }

}  // namespace

FaultSweep::FaultSweep(SweepOptions options, Target* target)
    : options_(std::move(options)), target_(target), any_(target != nullptr && target->capabilities().any_fault) {
  if (target == nullptr || any_ || target->capabilities().faults) return;
  throw Unavailable(
      target->name() +
      " cannot make allocations fail; sim:v5 can, and vm:v5@sanitizers (lockstep kernel build v5 --flavour "
      "sanitizers)");
}

void FaultSweep::prepare(const Trace& trace) {
  auto steps = trace.steps;
  uint16_t last = 1;
  for (const auto& step : steps)
    if (made_letter(step.op) == 'P') last = std::max(last, step.made);
  for (uint16_t task = 1; task <= last; ++task) steps.push_back({.op = Op::exit, .task = task});
  base_ = rebuilt(trace, model_, steps);
  allocations_.clear();
  const auto model = make_model(model_);
  model->reset(base_.start);
  for (const auto& step : base_.steps) {
    model->step(step);
    allocations_.push_back(static_cast<uint16_t>(model->allocations()));
  }
}

void FaultSweep::run(const std::string& model, const Trace& trace, const std::string& file, Result& result) {
  result_ = &result;
  model_ = model;
  file_ = file;
  known_.clear();
  try {
    prepare(trace);
    const auto whole = attempt(base_.steps.size(), 0, {Story::What::succeeds});
    if (whole.conformance.divergence) {
      forget_runs();
      return diverged(*whole.conformance.divergence, whole.trace, file);
    }
    for (const auto& each : whole.broken)
      known_.insert(judged_by_promise(each.property) ? name_of(each.property) : each.text);
    explained_.push_back({whole.trace, file, "without a fault", whole.left});
    for (size_t step = 0; step < base_.steps.size(); ++step)
      if (can_sweep(step) && !sweep(step)) return;
  } catch (const NotCapable& why) {
    ++result.skipped;
    result.notes.push_back(fmt::format("skipped: {}: {}", file, why.what()));
  }
}

// A kernel has allocations where the model has none; but after an exit nobody can be asked, and an exec that fails half
// way ends its task.
bool FaultSweep::can_sweep(size_t step) const {
  const auto& each = base_.steps[step];
  if (!makes_something(each.op) || each.fail_alloc != 0) return false;
  return any_ ? each.op == Op::append || each.op == Op::fork : allocations_[step] != 0;
}

// False: something diverged, or there is no time.
bool FaultSweep::sweep(size_t step) {
  uint16_t done = 0, nth = 1;
  for (;; ++nth) {
    if (stopped()) return false;
    if (target_ == nullptr && nth > allocations_[step]) break;
    const auto found = explain(step, nth, done);
    if (!found) return false;
    const bool succeeds = found->story.what == Story::What::succeeds;
    if (succeeds && !(any_ && found->hit)) break;
    ++faults_;
    steps_ += nth == 1;
    if (found->story.what == Story::What::fails) done = found->story.allocation;
    without_effect_ += succeeds;
    without_change_ += found->story.what == Story::What::changes_nothing;
    if (options_.progress) options_.progress(faults_);
    if (nth < kMostAllocations) continue;
    result_->shortcomings.push_back(fmt::format("{}: {} still finds an allocation", file_, moment(step, nth)));
    return false;
  }
  if (done == allocations_[step]) return true;
  diverged({"results", static_cast<uint32_t>(step) + 1, fmt::format("faults {} missing", name_of(base_.steps[step].op)),
            fmt::format("{} allocations of this step could fail, and no outcome is that of the model's allocation {}",
                        nth - 1, done + 1)},
           told(step, {Story::What::fails, static_cast<uint16_t>(done + 1)}), file_);
  return false;
}

// The story that fits; nothing, and a divergence, if none does. Which allocation of a kernel is the n-th is not the
// same in each run: so a story is refuted only by a run whose step succeeded or failed as in the story.
std::optional<FaultSweep::Attempt> FaultSweep::explain(size_t step, uint16_t nth, uint16_t done) {
  auto open = stories(step, done);
  std::optional<Find> refuted;
  auto next = open.begin();
  for (int tries = 0; next != open.end() && tries < kMostTries; ++tries) {
    const Story story = *next;
    auto run = attempt(step, nth, story);
    if (!run.conformance.divergence) {
      accept(run, moment(step, nth));
      return run;
    }
    const bool failed = run.outcome && run.outcome->error != 0;
    const auto fits = [&](const Story& other) { return (other.what != Story::What::succeeds) == failed; };
    if (!run.outcome || fits(story)) {
      if (!refuted || refuted->divergence.property == "results")
        refuted = Find{.divergence = *run.conformance.divergence, .trace = run.trace};
      std::erase(open, story);
    }
    next = run.outcome ? std::find_if(open.begin(), open.end(), fits) : open.end();
  }
  forget_runs();
  if (next != open.end()) {
    result_->shortcomings.push_back(
        fmt::format("{}: {}: {} runs, and no two alike", file_, moment(step, nth), kMostTries));
    return std::nullopt;
  }
  refuted->divergence.text = fmt::format("{}: {}", moment(step, nth), refuted->divergence.text);
  diverged(refuted->divergence, refuted->trace, file_);
  return std::nullopt;
}

// What may have come of it, likeliest first.
std::vector<FaultSweep::Story> FaultSweep::stories(size_t step, uint16_t done) const {
  std::vector<Story> all;
  if (done < allocations_[step]) all.push_back({Story::What::fails, static_cast<uint16_t>(done + 1)});
  all.push_back({Story::What::succeeds});
  if (done > 0) all.push_back({Story::What::fails, done});
  all.push_back({Story::What::changes_nothing});
  return all;
}

// The trace as the model has it.
Trace FaultSweep::told(size_t step, Story story) const {
  auto steps = base_.steps;
  if (story.what == Story::What::fails) steps[step].fail_alloc = story.allocation;
  if (story.what == Story::What::changes_nothing) steps.erase(steps.begin() + static_cast<ptrdiff_t>(step));
  return rebuilt(base_, model_, steps);
}

FaultSweep::Attempt FaultSweep::attempt(size_t step, uint16_t nth, Story story) {
  Attempt attempt{.story = story, .trace = told(step, story)};
  FaultPlan fault{.step = step, .nth = nth, .any = any_};
  if (story.what == Story::What::changes_nothing) {
    fault.hide = true;
    fault.hidden = base_.steps[step];
  }
  std::optional<OneFault> target;
  if (target_ != nullptr) target.emplace(*target_, fault);
  Conformer conformer(model_, target ? &*target : nullptr, options_.asked);
  attempt.conformance = conformer.run(attempt.trace, [&](const StepRecord& record) {
    if (record.violations == nullptr) return;
    for (const auto& each : *record.violations)
      if (!known_.contains(each.text) && !known_.contains(name_of(each.property)))
        attempt.broken.push_back({each.property, record.number, each.text});
  });
  result_->steps += attempt.conformance.steps;
  ++result_->traces;
  Snapshot after;
  conformer.model().observe(after);
  for (const auto& object : after.objects) attempt.left[static_cast<size_t>(object.kind)] += !object.freed;
  if (target) {
    runs_[target_->trace_number()] = explained_.size();
    attempt.outcome = target->outcome();
    attempt.hit = target->hit();
    result_->unobserved += attempt.conformance.unobserved;
    note_unobserved(*result_, attempt.conformance, *target_);
    check_programs(attempt);
    if (story.what == Story::What::changes_nothing && attempt.outcome) check_error(step, attempt);
  }
  return attempt;
}

// The model is not asked about a step that it was not told of.
void FaultSweep::check_error(size_t step, Attempt& attempt) const {
  const Op op = base_.steps[step].op;
  const auto gave = result_text(*attempt.outcome);
  if (says_no_memory(op, attempt.outcome->error)) return;
  attempt.conformance.divergence = {"results", static_cast<uint32_t>(step) + 1, "faults " + gave,
                                    fmt::format("{} gave {}, expected ENOMEM", name_of(op), gave)};
}

void FaultSweep::check_programs(Attempt& attempt) const {
  const auto left = target_->programs_left();
  const auto foretold = attempt.left[static_cast<size_t>(Kind::prog)];
  if (!left || *left == foretold || attempt.conformance.divergence) return;
  attempt.conformance.divergence = {
      "no-leak", attempt.conformance.steps, "no-leak exit prog",
      fmt::format("when all tasks had gone, {} programs were still loaded, expected {}", *left, foretold)};
}

std::string FaultSweep::moment(size_t step, uint16_t nth) const {
  const auto& each = base_.steps[step];
  return fmt::format("step {} (P{} {}), its allocation {} fails", step + 1, each.task, name_of(each.op), nth);
}

// Those that nothing explains: what they leave behind is nobody's guess.
void FaultSweep::forget_runs() {
  std::erase_if(runs_, [&](const auto& each) { return each.second == explained_.size(); });
}

void FaultSweep::accept(const Attempt& attempt, const std::string& moment) {
  explained_.push_back({attempt.trace, file_, moment, attempt.left});
  add_broken(attempt, moment);
}

// What the model is known to break, and broke because of a fault: no news, but no silence either.
void FaultSweep::add_broken(const Attempt& attempt, const std::string& moment) {
  std::set<Property> counted;
  for (const auto& [property, step, text] : attempt.broken) {
    if (!counted.insert(property).second) continue;
    auto& finds = result_->finds;
    const auto same = std::find_if(finds.begin(), finds.end(), [&](const auto& find) {
      return find.expected && find.name == file_ && find.divergence.property == name_of(property);
    });
    if (same != finds.end()) {
      ++same->times;
      continue;
    }
    finds.push_back({.divergence = {name_of(property), step, fmt::format("{} model fault", name_of(property)),
                                    fmt::format("{}: {}", moment, text)},
                     .trace = attempt.trace,
                     .command = command_of(file_),
                     .name = file_,
                     .expected = true});
  }
}

std::string FaultSweep::command_of(const std::string& file) const {
  return options_.command ? options_.command(file) : "";
}

void FaultSweep::diverged(Divergence divergence, const Trace& trace, const std::string& file) {
  Find find{.divergence = std::move(divergence), .trace = trace, .command = command_of(file), .name = file};
  result_->finds.insert(result_->finds.begin(), std::move(find));
}

// The tool that looks for leaks overlooks what something stale still points to: so it may find less than the model
// says, but not more.
void FaultSweep::check_leaks(const std::vector<Leak>& leaks, Result& result) {
  std::erase_if(result.notes, [](const auto& note) { return note.starts_with(kLeaksNotAskedFor); });
  std::map<uint64_t, Left> found;
  uint64_t strange = 0;
  std::string first_strange;
  for (const auto& leak : leaks) {
    const auto run = runs_.find(leak.trace);
    if (run == runs_.end()) {
      if (strange++ == 0) first_strange = leak.text;
      continue;
    }
    const auto& explained = explained_[run->second];
    const auto kind = static_cast<size_t>(leak.kind);
    if (++found[leak.trace][kind] != explained.left[kind] + 1) continue;
    diverged(
        {"no-leak", static_cast<uint32_t>(explained.trace.steps.size()), fmt::format("no-leak {}", name_of(leak.kind)),
         fmt::format("{}: more than {} of kind {} that nothing leads to, as the model says: {}", explained.moment,
                     explained.left[kind], name_of(leak.kind), leak.text)},
        explained.trace, explained.file);
  }
  if (strange != 0)
    result.shortcomings.push_back(
        fmt::format("leaks of none of these traces, for all that is known: {}, the first: {}", strange, first_strange));
  uint64_t foretold = 0, confirmed = 0;
  for (const auto& [run, explained] : runs_)
    for (const auto kind : {Kind::events, Kind::node, Kind::rule}) {
      const auto expected = explained_[explained].left[static_cast<size_t>(kind)];
      foretold += expected;
      confirmed += std::min(expected, found[run][static_cast<size_t>(kind)]);
    }
  result.statistics.push_back(
      {"leaks", fmt::format("the model says {} objects; kmemleak found {} of them, and {} others", foretold, confirmed,
                            leaks.size() - confirmed)});
  if (foretold > 0 && confirmed == 0)
    result.shortcomings.push_back(fmt::format("kmemleak found none of the {} objects that should leak", foretold));
}

void FaultSweep::conclude(Result& result) {
  result_ = &result;
  if (faults_ == 0 && result.finds.empty() && !stopped())
    result.shortcomings.emplace_back("no step has an allocation that can fail");
  result.statistics.push_back(
      {"failed allocations",
       fmt::format("{}; steps that have any: {}; as the model says of its own: {}; without effect: "
                   "{}; with an error and no change: {}",
                   faults_, steps_, faults_ - without_effect_ - without_change_, without_effect_, without_change_)});
  if (any_ && !explained_.empty()) look_for_leaks(result);
}

void FaultSweep::look_for_leaks(Result& result) {
  const auto not_looked = [&](const std::string& why) {
    result.shortcomings.push_back(fmt::format("leaks were not looked for: {}", why));
  };
  if (stopped()) return not_looked("the run was stopped");
  try {
    if (const auto leaks = target_->find_leaks())
      check_leaks(*leaks, result);
    else
      not_looked(target_->name() + " cannot");
  } catch (const TargetFault& fault) {
    // Which trace's it is, the target does not say: the last one stands for all.
    const auto& last = explained_.back();
    diverged({"target", static_cast<uint32_t>(last.trace.steps.size()), "target leaks fault", fault.what()}, last.trace,
             last.file);
  } catch (const std::runtime_error& why) {
    not_looked(why.what());
  }
}

}  // namespace lockstep
