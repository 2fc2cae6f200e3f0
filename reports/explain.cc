// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "oracle/graph.h"
#include "reports/change_words.h"
#include "reports/plain_text.h"
#include "reports/promise_words.h"
#include "reports/state_words.h"

namespace lockstep {

namespace {

constexpr size_t kMaxObjects = 8;  // that are told one by one

// "refs 2, users 1"
std::string counters_words(const ObjectFacts& object) {
  std::string out;
  for (int c = 0; c < counters_of(object.kind); ++c)
    out += fmt::format("{}{} {}", c == 0 ? "" : ", ", counter_name(object.kind, c), object.counter[c]);
  return out;
}

// The design that a target shows, where it is one whose outcomes are known here.
std::string design_of(const Target* target) {
  const std::string layout = target == nullptr ? "" : target->capabilities().layout;
  return find_model(layout) != nullptr ? layout : "";
}

void tell_outcome(const ExpectedOutcome& outcome, std::vector<std::string>& out) {
  if (outcome.expected == Expected::broken)
    out.push_back(
        fmt::format("{} is known to break {}: {}.", outcome.model, name_of(outcome.property), outcome.reason));
  else if (outcome.expected == Expected::holds)
    out.push_back(
        fmt::format("{} is expected to keep {}: {}.", outcome.model, name_of(outcome.property), outcome.reason));
}

}  // namespace

Narrator::Narrator(const std::string& model, const Target* target) : model_(model), target_(target) {}

void Narrator::watch(const StepRecord& record) {
  auto advance = [&](Seen& seen, const Snapshot* now) {
    if (now == nullptr) return;
    std::swap(seen.before, seen.now);
    seen.now = *now;
    if (record.step == nullptr) seen.before = *now;
  };
  advance(of_model_, record.model);
  advance(of_target_, record.target);
  same_result_ = !record.actual || *record.actual == record.predicted;
  if (record.step == nullptr) return;
  StepAccount told{record.number, step_line(*record.step), {step_words(*record.step, record.predicted.error)}};
  auto& out = told.sentences;
  if (!same_result_)
    out.push_back(fmt::format("The results differ: {} in {}, {} in {}.", outcome_words(record.predicted.error), model_,
                              outcome_words(record.actual->error), target_name()));
  const auto model_changes = change_words(of_model_.before, of_model_.now);
  auto tell = [&](const std::string& who, const std::vector<std::string>& changes) {
    std::string line = who + ":";
    for (const auto& change : changes) line += " " + change;
    out.push_back(changes.empty() ? who + ": nothing changes." : line);
  };
  tell(model_, model_changes);
  if (record.target != nullptr) {
    const auto target_changes = change_words(of_target_.before, of_target_.now);
    if (target_changes == model_changes)
      out.push_back(target_name() + ": the same.");
    else
      tell(target_name(), target_changes);
  }
  steps_.push_back(std::move(told));
}

// Which tasks have what they should not have, and through which references they come by it.
void Narrator::tell_views(std::vector<std::string>& out) const {
  const auto& model = of_model_.now;
  const auto& target = of_target_.now;
  const char letter = model.filters || target.filters ? 'F' : 'R';
  auto only_in = [&](const Snapshot& in, const TaskFacts& has, const TaskFacts& other, int event,
                     const std::string& whose) {
    std::string rules, path;
    for (auto rule : has.view[event]) {
      if (std::find(other.view[event].begin(), other.view[event].end(), rule) != other.view[event].end()) continue;
      rules += fmt::format(" {}{}", letter, rule);
      path = path_words(in, has.number, event, rule);  // of the last one: it leads past the others
    }
    if (rules.empty()) return;
    out.push_back(
        fmt::format("Only in {} does P{} reach{}{}.", whose, has.number, rules, path.empty() ? "" : ", by " + path));
  };
  for (const auto& task : model.tasks)
    for (const auto& other : target.tasks) {
      if (task.number != other.number) continue;
      for (int event = 0; event < kEvents; ++event) {
        only_in(target, other, task, event, target_name());
        only_in(model, task, other, event, model_);
      }
    }
}

// Where both have the same objects: those that are held differently, and by what.
void Narrator::tell_references(std::vector<std::string>& out) const {
  const auto& model = of_model_.now;
  const auto& target = of_target_.now;
  size_t told = 0;
  for (size_t i = 0; i < model.objects.size(); ++i)
    for (size_t j = 0; j < target.objects.size(); ++j) {
      if (object_name(model, i) != object_name(target, j)) continue;
      const auto by_model = references_to(model, i), by_target = references_to(target, j);
      if (model.objects[i].counter == target.objects[j].counter && by_model == by_target) continue;
      if (++told > kMaxObjects) continue;
      out.push_back(fmt::format("{}: {} in {}, held by {}; {} in {}, held by {}.", object_name(model, i),
                                counters_words(model.objects[i]), model_,
                                by_model.empty() ? "nothing" : list_of(by_model), counters_words(target.objects[j]),
                                target_name(), by_target.empty() ? "nothing" : list_of(by_target)));
    }
  if (told > kMaxObjects) out.push_back(fmt::format("{} more objects differ.", told - kMaxObjects));
}

void Narrator::tell_counters(const Seen& seen, const std::string& whose, std::vector<std::string>& out) const {
  const auto explanation = explain(seen.now);
  for (size_t i = 0; i < seen.now.objects.size(); ++i) {
    if (!unexplained(seen.now, explanation, i)) continue;
    const auto& object = seen.now.objects[i];
    const auto name = object_name(seen.now, i);
    if (object.freed)
      out.push_back(fmt::format("In {}, {} was freed; still leading to it: {}.", whose, name,
                                list_of(references_to(seen.now, i))));
    else if (seen.now.complete && !explanation.objects[i].reachable)
      out.push_back(fmt::format("In {}, no reference from any task leads to {}, directly or not.", whose, name));
    for (int c = 0; c < counters_of(object.kind) && !object.freed; ++c)
      if (object.counter[c] != explanation.objects[i].counter[c])
        out.push_back(fmt::format("In {}, {}", whose, counter_words(seen.now, explanation, i, c)));
  }
}

void Narrator::tell_reason(const Divergence& divergence, std::vector<std::string>& out) const {
  const auto property = find_property(divergence.property);
  if (!property) return;
  tell_outcome(expected_outcome(model_, *property), out);
  // Two results that differ break nothing by themselves: the target may keep its own limit.
  if (!same_result_) return;
  const auto design = design_of(target_);
  if (!design.empty() && design != find_model(model_)->layout) tell_outcome(expected_outcome(design, *property), out);
}

void Narrator::tell_finding(const Divergence& divergence, Account& account) const {
  auto& out = account.finding;
  const auto at =
      divergence.step == 0 ? std::string("before the first step") : fmt::format("at step {}", divergence.step);
  out.push_back(fmt::format("{} {}.", divergence.property, at));
  out.push_back("Promised: " + property_words(divergence.property) + ".");
  out.push_back("Happened: " + divergence.text + ".");
  if (!divergence.also.empty()) out.push_back("The same step also breaks " + list_of(divergence.also) + ".");
  const bool has_target = target_ != nullptr && target_->capabilities().facts.counters;
  if (target_ != nullptr && target_->capabilities().facts.views) tell_views(out);
  if (has_target && target_->capabilities().layout == find_model(model_)->layout) tell_references(out);
  if (has_target)
    tell_counters(of_target_, target_name(), out);
  else if (target_ == nullptr)
    tell_counters(of_model_, model_, out);
  tell_reason(divergence, out);
  for (const auto& expect : account.trace.expectations)
    if (expect.diverges && expect.target == target_name() &&
        (expect.property.empty() || expect.property == divergence.property) &&
        (expect.step == 0 || expect.step == divergence.step))
      out.emplace_back("The trace foresees this divergence.");
}

void Narrator::tell_expected(const Conformance& conformance, Account& account) const {
  for (const auto& [property, step] : conformance.model_violations) {
    const auto& outcome = expected_outcome(model_, property);
    account.expected.push_back(fmt::format("{} first at step {}. Promised: {}. Known reason: {}.", name_of(property),
                                           step, text_of(property), outcome.reason));
  }
  if (!account.expected.empty() && target_ == nullptr) tell_counters(of_model_, model_, account.expected);
}

std::string Narrator::subject_of(const Divergence& d) const {
  const std::string who = target_ == nullptr ? model_ : target_name();
  if (find_property(d.property)) return fmt::format("{} breaks {} at step {}", who, d.property, d.step);
  return fmt::format("{} differs from {} in {} at step {}", who, target_ == nullptr ? "the trace" : model_, d.property,
                     d.step);
}

Account Narrator::finish(const Trace& trace, const Conformance& conformance, const std::string& file) {
  Account account{.model = model_, .target = target_name(), .file = file, .trace = trace};
  account.promise = promise_words(*find_model(model_));
  account.steps = std::move(steps_);
  const auto& divergence = conformance.divergence;
  tell_expected(conformance, account);
  if (divergence) {
    account.subject = subject_of(*divergence);
    tell_finding(*divergence, account);
    return account;
  }
  const auto& known = conformance.model_violations;
  account.subject =
      target_ != nullptr
          ? fmt::format("{} conforms to {} in {}", target_name(), model_, count_of(conformance.steps, "step"))
      : known.empty() ? fmt::format("{} keeps its promises in {}", model_, count_of(conformance.steps, "step"))
                      : fmt::format("{} breaks {} at step {}, as is known", model_, name_of(known.begin()->first),
                                    known.begin()->second);
  account.finding.push_back(target_ == nullptr
                                ? fmt::format("{} breaks nothing here that it is expected to keep.", model_)
                                : fmt::format("{} does what {} predicts, in all {} compared.", target_name(), model_,
                                              count_of(conformance.steps, "step")));
  if (conformance.unobserved != 0)
    account.finding.push_back(fmt::format("UNOBSERVED: {} asked for and not shown: {}.",
                                          count_of(conformance.unobserved, "fact"),
                                          target_->capabilities().unobserved));
  if (conformance.cut)
    account.finding.push_back(
        "A failed allocation hit only one of the two designs; from there on nothing was compared.");
  return account;
}

Account account_of(const Trace& trace, const std::string& model, Target* target, const std::string& file) {
  Conformer conformer(model, target);
  Narrator narrator(model, target);
  const auto conformance = conformer.run(trace, [&](const StepRecord& record) { narrator.watch(record); });
  return narrator.finish(trace, conformance, file);
}

}  // namespace lockstep
