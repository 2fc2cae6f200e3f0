// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/conform.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "oracle/compare_shown.h"

namespace lockstep {

namespace {

std::string cause_of(const std::string& property, const Step& step, const std::string& fact) {
  return fmt::format("{} {} {}", property, name_of(step.op), fact);
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

Conformer::Conformer(const std::string& model, Target* target, FactSet asked, Target* against)
    : Conformer(make_model(model), target, asked, against) {}

Conformer::Conformer(std::unique_ptr<Model> model, Target* target, FactSet asked, Target* against)
    : model_(std::move(model)),
      target_{target, {model_->info().promise, target != nullptr && target->capabilities().facts.counters}},
      against_{against, {model_->info().promise, against != nullptr && against->capabilities().facts.counters}},
      asked_(asked),
      model_checker_(model_->info().promise, true) {
  if (target == nullptr) return;
  const auto& can = target->capabilities().facts;
  const auto other = two() ? against->capabilities().facts : FactSet{};
  compared_.views = asked.views && can.views && other.views;
  compared_.counters = asked.counters && can.counters && other.counters && same_design();
  mirrors_ = !two() && compared_.views && compared_.counters;
}

bool Conformer::same_design() const {
  const auto& layout = target_.target->capabilities().layout;
  return !layout.empty() && layout == (two() ? against_.target->capabilities().layout : model_->info().layout);
}

void Conformer::observe_model() {
  model_facts_.clear();
  model_->observe(model_facts_);
  canonical(model_facts_);
}

void Conformer::start(const Trace& trace) {
  model_->reset(trace.start);
  observe_model();
  model_checker_.start(model_facts_);
  for (auto* side : {&target_, &against_}) {
    if (side->target == nullptr) continue;
    side->target->reset(trace);
    observe_canonical(*side->target, side->facts);
    side->violations.clear();
    if (!mirrors_) side->checker.start(side->facts);
  }
}

Conformance Conformer::run(const Trace& trace, const Watcher& watch) {
  Conformance result;
  const Step* at = nullptr;
  try {
    start(trace);
    if (watch)
      watch({.model = &model_facts_,
             .target = target_.target != nullptr ? &target_.facts : nullptr,
             .against = two() ? &against_.facts : nullptr});
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
  for (Side* side : {&target_, &against_}) {
    if (side->target == nullptr) continue;
    try {
      side->target->end();
    } catch (const TargetFault& fault) {
      if (!result.divergence) result.divergence = {"target", result.steps, "target end fault", fault.what()};
    } catch (const std::runtime_error&) {
      if (!result.divergence) throw;  // a target that broke at that step says so at the next reset
    }
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
  std::optional<Difference> difference;
  if (target_.target != nullptr) {
    run_on(target_, step, result);
    record.actual = target_.outcome;
    record.target = &target_.facts;
    if (two()) {
      run_on(against_, step, result.against);
      record.instead = against_.outcome;
      record.against = &against_.facts;
    }
    difference = compare_with_target();
    check_sides(step, difference);
  }
  model_violations_ = model_checker_.step(step, predicted, model_facts_);
  for (auto& v : check_limit(*model_, step, predicted, model_before_, model_facts_))
    model_violations_.push_back(std::move(v));
  // What the target does is looked at first: it is what the run is about.
  std::optional<Divergence> divergence;
  if (target_.target != nullptr) divergence = judge_result(step, predicted, result);
  if (result.cut) difference.reset();
  if (!divergence) divergence = judge_targets(step, difference);
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
  return !result.divergence && !result.cut && !result.parted;
}

void Conformer::run_on(Side& side, const Step& step, Unseen& unseen) {
  side.outcome = side.target->step(step);
  observe_canonical(*side.target, side.facts);
  const auto& shown = side.target->capabilities().facts;
  unseen.unobserved += (asked_.views && !shown.views) + (asked_.counters && !shown.counters);
  unseen.unordered = !side.facts.ordered;
  unseen.incomplete = shown.counters && !side.facts.complete;
}

std::optional<Difference> Conformer::compare_with_target() const {
  return compare_shown(two() ? against_.facts : model_facts_, target_.facts, compared_);
}

void Conformer::check_sides(const Step& step, const std::optional<Difference>& difference) {
  if (mirrors_) {  // its history is the model's own up to this step
    target_.violations.clear();
    if (difference) target_.violations = Checker(model_checker_).step(step, target_.outcome, target_.facts);
    return;
  }
  for (auto* side : {&target_, &against_})
    if (side->target != nullptr) side->violations = side->checker.step(step, side->outcome, side->facts);
}

std::optional<Divergence> Conformer::judge_result(const Step& step, const Outcome& predicted,
                                                  Conformance& result) const {
  const Outcome& actual = target_.outcome;
  const Outcome& expected = two() ? against_.outcome : predicted;
  if (actual == expected || !asked_.results) {
    result.parted = two() && (actual != predicted || expected != predicted);
    return std::nullopt;
  }
  // The n-th allocation of one design is not the n-th of another: where it fails the step of only one of them, the two
  // have different histories from there on.
  result.cut = !same_design() && step.fail_alloc != 0 && (expected.error == ENOMEM) != (actual.error == ENOMEM);
  if (result.cut) return std::nullopt;
  const auto text =
      fmt::format("{} gave {}, expected {}", name_of(step.op), result_text(actual), result_text(expected));
  return Divergence{"results", 0, cause_of("results", step, result_text(actual)),
                    told(text, actual == predicted, expected == predicted)};
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

// A difference is called by the property that a target breaks and the model does not.
std::optional<Divergence> Conformer::judge_targets(const Step& step,
                                                   const std::optional<Difference>& difference) const {
  std::optional<Divergence> first;
  for (const auto* side : {&target_, &against_})
    for (const auto& v : side->violations) {
      if (!is_news(*side, v, difference.has_value())) continue;
      if (!first)
        first = {name_of(v.property), 0, cause_of(name_of(v.property), step, v.object),
                 told(*side, v) + (difference ? fmt::format(" ({})", told(*difference)) : "")};
      else if (name_of(v.property) != first->property &&
               std::count(first->also.begin(), first->also.end(), name_of(v.property)) == 0)
        first->also.emplace_back(name_of(v.property));
    }
  if (first || !difference) return first;
  const std::string kind = fact_name(difference->what);
  return Divergence{kind, 0, cause_of(kind, step, difference->counter), told(*difference)};
}

// Where nothing differs, what was compared is right as far as the one is who predicts. The model's counters are; those
// that no model predicts have the target's own references alone to be held against.
bool Conformer::is_news(const Side& side, const Violation& violation, bool differ) const {
  const bool by_itself = asked_.counters && side.shows_counters() && (two() || !compared_.counters);
  if (!differ && (!by_itself || (two() && judged_by_promise(violation.property)))) return false;
  return std::none_of(model_violations_.begin(), model_violations_.end(),
                      [&](const auto& own) { return own.property == violation.property; });
}

std::string Conformer::told(const Side& side, const Violation& violation) const {
  if (!two()) return violation.text;
  const auto& other = &side == &target_ ? against_ : target_;
  const bool both = std::any_of(other.violations.begin(), other.violations.end(),
                                [&](const auto& v) { return v.text == violation.text; });
  return fmt::format("{}{}: {}", side.target->name(), both ? " and " + other.target->name() : "", violation.text);
}

std::string Conformer::told(const Difference& difference) const {
  if (!two()) return difference.text;
  FactSet with_model = compared_;
  with_model.counters &= target_.target->capabilities().layout == model_->info().layout;
  return told(difference.text, !compare_shown(model_facts_, target_.facts, with_model),
              !compare_shown(model_facts_, against_.facts, with_model));
}

// With both: the model knows nothing of what the two differ in.
std::string Conformer::told(const std::string& difference, bool model_with_target, bool model_with_other) const {
  if (!two()) return difference;
  const auto &target = target_.target->name(), &other = against_.target->name();
  const auto text = fmt::format("{} against {}: {}", target, other, difference);
  if (model_with_target && model_with_other) return text;
  return fmt::format("{}; {} agrees with {}", text, model_->info().name,
                     model_with_target  ? target
                     : model_with_other ? other
                                        : "neither");
}

}  // namespace lockstep
