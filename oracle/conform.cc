// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/conform.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "oracle/graph.h"

namespace lockstep {

namespace {

std::string result_text(const Outcome& outcome) { return outcome.error == 0 ? "success" : error_name(outcome.error); }

std::string cause_of(const std::string& property, const Step& step, const std::string& fact) {
  return fmt::format("{} {} {}", property, name_of(step.op), fact);
}

// A target that shows only what tasks lead to cannot be held against objects that nothing leads to. Canonical order
// has those last.
void drop_unreachable(Snapshot& s) {
  const auto explanation = explain(s);
  size_t keep = s.objects.size();
  while (keep > 0 && !explanation.objects[keep - 1].reachable) --keep;
  s.objects.resize(keep);
  std::erase_if(s.pointers, [&](const auto& p) { return !starts_at_task(p.link) && p.from >= keep; });
}

Divergence different_result(const Step& step, const Outcome& predicted, const Outcome& actual) {
  return {"results", 0, cause_of("results", step, result_text(actual)),
          fmt::format("{} gave {}, expected {}", name_of(step.op), result_text(actual), result_text(predicted))};
}

const char* fact_name(Difference::What what) {
  switch (what) {
    case Difference::What::task:
      return "tasks";
    case Difference::What::view:
      return "views";
    default:
      return "counters";
  }
}

}  // namespace

Conformer::Conformer(const std::string& model, Target* target, FactSet asked)
    : Conformer(make_model(model), target, asked) {}

Conformer::Conformer(std::unique_ptr<Model> model, Target* target, FactSet asked)
    : model_(std::move(model)),
      target_(target),
      asked_(asked),
      model_checker_(model_->info().promise, true),
      target_checker_(model_->info().promise, target != nullptr && target->capabilities().facts.counters) {
  if (target == nullptr) return;
  const auto& can = target->capabilities();
  compared_.views = asked.views && can.facts.views;
  compared_.counters = asked.counters && can.facts.counters && can.layout == model_->info().layout;
  mirrors_ = compared_.views && compared_.counters;
}

void Conformer::observe_model() {
  model_facts_.clear();
  model_->observe(model_facts_);
  canonical(model_facts_);
}

void Conformer::observe_target() {
  target_facts_.clear();
  target_->observe(target_facts_);
  canonical(target_facts_);
}

void Conformer::start(const Trace& trace) {
  model_->reset(trace.start);
  observe_model();
  model_checker_.start(model_facts_);
  if (target_ == nullptr) return;
  target_->reset(trace);
  observe_target();
  if (!mirrors_) target_checker_.start(target_facts_);
}

Conformance Conformer::run(const Trace& trace, const Watcher& watch) {
  Conformance result;
  const Step* at = nullptr;
  try {
    start(trace);
    if (watch) watch({.model = &model_facts_, .target = target_ ? &target_facts_ : nullptr});
    for (const auto& each : trace.steps) {
      at = &each;
      if (!step(each, result, watch)) break;
    }
  } catch (const TargetFault& fault) {
    if (at != nullptr) ++result.steps;
    result.divergence = {"target", result.steps, fmt::format("target {} fault", at ? name_of(at->op) : "start"),
                         fault.what()};
  }
  end(result);
  return result;
}

// What goes wrong as the tasks of a trace end comes after its last step. After a divergence it may be a consequence.
void Conformer::end(Conformance& result) {
  if (target_ == nullptr) return;
  try {
    target_->end();
  } catch (const TargetFault& fault) {
    if (!result.divergence) result.divergence = {"target", result.steps, "target end fault", fault.what()};
  } catch (const std::runtime_error&) {
    if (!result.divergence) throw;  // a target that broke at that step says so at the next reset
  }
}

// False: the run ends here.
bool Conformer::step(const Step& step, Conformance& result, const Watcher& watch) {
  if (!model_->processes().alive(step.task)) {
    result.divergence = {"trace", result.steps + 1, cause_of("trace", step, "actor"),
                         fmt::format("P{} does not live here, so it cannot {}", step.task, name_of(step.op))};
    return false;
  }
  std::swap(model_before_, model_facts_);
  const Outcome predicted = model_->step(step);
  observe_model();
  StepRecord record{.number = result.steps + 1,
                    .step = &step,
                    .predicted = predicted,
                    .model = &model_facts_,
                    .violations = &model_violations_};
  std::optional<Divergence> divergence;
  std::optional<Difference> difference;
  std::vector<Violation> of_target;
  if (target_ != nullptr) {
    record.actual = target_->step(step);
    observe_target();
    record.target = &target_facts_;
    difference = compare_with_target();
    result.unordered = !target_facts_.ordered;
    result.incomplete = target_->capabilities().facts.counters && !target_facts_.complete;
    // A mirror's history is the model's own up to this step.
    if (!mirrors_)
      of_target = target_checker_.step(step, *record.actual, target_facts_);
    else if (difference)
      of_target = Checker(model_checker_).step(step, *record.actual, target_facts_);
    const auto& shown = target_->capabilities().facts;
    result.unobserved += (asked_.views && !shown.views) + (asked_.counters && !shown.counters);
  }
  model_violations_ = model_checker_.step(step, predicted, model_facts_);
  for (auto& v : check_limit(*model_, step, predicted, model_before_, model_facts_))
    model_violations_.push_back(std::move(v));
  // What the target does is looked at first: it is what the run is about.
  if (record.actual && asked_.results && predicted != *record.actual) {
    result.cut = fault_hits_one_design(step, predicted, *record.actual);
    if (result.cut)
      difference.reset();
    else
      divergence = different_result(step, predicted, *record.actual);
  }
  if (!divergence && target_ != nullptr) divergence = judge_target(step, difference, of_target);
  if (!divergence) divergence = judge_model(step, result);
  ++result.steps;
  if (!divergence && predicted.error != step.error)
    divergence = {"trace", result.steps, cause_of("trace", step, "result"),
                  fmt::format("the trace records {}, {} gives {}", result_text({step.error}), model_->info().name,
                              result_text(predicted))};
  if (divergence) {
    divergence->step = result.steps;
    result.divergence = std::move(divergence);
  }
  if (watch) watch(record);
  return !result.divergence && !result.cut;
}

std::optional<Difference> Conformer::compare_with_target() {
  if (target_facts_.complete) return compare(model_facts_, target_facts_, compared_);
  Snapshot seen = model_facts_;
  drop_unreachable(seen);
  return compare(seen, target_facts_, compared_);
}

// The n-th allocation of one design is not the n-th of another: where it fails the step of only one of them, the two
// have different histories from there on.
bool Conformer::fault_hits_one_design(const Step& step, const Outcome& predicted, const Outcome& actual) const {
  const bool same_design = target_->capabilities().layout == model_->info().layout;
  return !same_design && step.fail_alloc != 0 && (predicted.error == ENOMEM) != (actual.error == ENOMEM);
}

std::optional<Divergence> Conformer::judge_model(const Step& step, Conformance& result) const {
  for (const auto& v : model_violations_) {
    if (expected_outcome(model_->info().name, v.property).expected == Expected::broken) {
      result.model_violations.emplace(v.property, result.steps + 1);
      continue;
    }
    return Divergence{name_of(v.property), 0, cause_of(name_of(v.property), step, "model " + v.object),
                      fmt::format("the model {} itself breaks this: {}", model_->info().name, v.text)};
  }
  return std::nullopt;
}

// A difference is called by the property that the target breaks and the model does not. Where the objects are others
// than the model's, the target's own references are all there is to hold its counters against.
std::optional<Divergence> Conformer::judge_target(const Step& step, const std::optional<Difference>& difference,
                                                  const std::vector<Violation>& violations) const {
  const bool own_counters = asked_.counters && target_->capabilities().facts.counters && !compared_.counters;
  if (!difference && !own_counters) return std::nullopt;
  std::optional<Divergence> first;
  for (const auto& v : violations) {
    const bool shared = std::any_of(model_violations_.begin(), model_violations_.end(),
                                    [&](const auto& own) { return own.property == v.property; });
    if (shared) continue;
    if (!first)
      first = {name_of(v.property), 0, cause_of(name_of(v.property), step, v.object),
               difference ? fmt::format("{} ({})", v.text, difference->text) : v.text};
    else if (name_of(v.property) != first->property &&
             std::count(first->also.begin(), first->also.end(), name_of(v.property)) == 0)
      first->also.emplace_back(name_of(v.property));
  }
  if (first || !difference) return first;
  const std::string kind = fact_name(difference->what);
  return Divergence{kind, 0, cause_of(kind, step, difference->counter), difference->text};
}

}  // namespace lockstep
