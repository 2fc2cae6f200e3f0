// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/promise_words.h"

#include <fmt/format.h>

#include "model/grammar.h"
#include "model/trace_text.h"
#include "oracle/property.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {

constexpr const char* kNodePromise =
    "The promise `node`: a {0} reaches its caller, and every task that was forked from the caller after the caller's "
    "first {0}, also where that fork came before this {0}; it reaches nobody else.";
constexpr const char* kNodeExample =
    "Example: P1 {0} {1}1 and forks P2. {1}2, which P1 {0} then, reaches P2 too. {1}3, which P2 {0}, does not "
    "reach P1: P1 has {1}1 and {1}2, P2 has {1}1, {1}2 and {1}3.";
constexpr const char* kOption =
    "With flags=1, NEW_RULE_HIERARCHY, an append counts as the caller's first: neither its rule nor a later one "
    "reaches a task that was forked before it.";
constexpr const char* kCopyPromise =
    "The promise `copy`: a child starts with what its parent has at the fork; a later {} reaches its caller and nobody "
    "else that exists then.";
constexpr const char* kCopyExample =
    "Example: P1 {0} {1}1 and forks P2. {1}2, which P1 {0} then, does not reach P2. {1}3, which P2 {0}, does not reach "
    "P1: P1 has {1}1 and {1}2, P2 has {1}1 and {1}3.";

std::string done_words(const Step& step) {
  switch (step.op) {
    case Op::append:
      return fmt::format("appends R{} for event {}", step.made, step.event);
    case Op::attach:
      return fmt::format("attaches F{}", step.made);
    case Op::fork:
      return fmt::format("forks P{}", step.made);
    case Op::thread:
      return fmt::format("makes the thread P{}", step.made);
    case Op::exec:
      return "executes a program";
    case Op::exit:
      return "exits";
    case Op::reap:
      return fmt::format("reaps P{}", step.child);
  }
  return "";
}

std::string tried_words(const Step& step) {
  switch (step.op) {
    case Op::append:
      return fmt::format("append a rule for event {}", step.event);
    case Op::attach:
      return "attach a filter";
    case Op::fork:
      return "fork";
    case Op::thread:
      return "make a thread";
    case Op::exec:
      return "execute a program";
    case Op::exit:
      return "exit";
    case Op::reap:
      return fmt::format("reap P{}", step.child);
  }
  return "";
}

}  // namespace

std::vector<std::string> promise_words(const ModelInfo& model) {
  const bool filters = grammar_of(model.name)->find(Op::attach) != nullptr;
  const bool node = model.promise == PromiseKind::node;
  std::vector<std::string> words{
      fmt::format(fmt::runtime(node ? kNodePromise : kCopyPromise), filters ? "filter" : "rule"),
      fmt::format(fmt::runtime(node ? kNodeExample : kCopyExample), filters ? "attaches" : "appends",
                  filters ? 'F' : 'R')};
  if (model.name == "v5-new-hierarchy") words.emplace_back(kOption);
  return words;
}

std::string step_words(const Step& step, int error) {
  // A step that the trace has fail makes nothing that has a name; that it succeeds all the same is told by the result.
  const bool done = error == 0 && (step.made != 0 || made_letter(step.op) == 0);
  std::string out = fmt::format("P{} ", step.task);
  if (done)
    out += done_words(step);
  else
    out += fmt::format("tries to {} and gets {}", tried_words(step), outcome_words(error));
  if (step.fail_alloc != 0) out += fmt::format("; allocation {} of this step is made to fail", step.fail_alloc);
  return out + ".";
}

std::string outcome_words(int error) { return error == 0 ? "success" : error_name(error); }

std::string property_words(const std::string& property) {
  if (const auto known = find_property(property)) return text_of(*known);
  if (property == "results") return "a step gives the same result, value and errno, as the model predicts";
  if (property == "views") return "every task's view is the one that the model predicts";
  if (property == "counters") return "every object, pointer and counter is as the model predicts";
  if (property == "tasks") return "the tasks that exist, and what is said of each, are as the model predicts";
  if (property == "target") return "the target survives the step";
  return "the model gives the results that the trace records";
}

std::string step_line(const Step& step) {
  Trace trace;
  trace.steps.push_back(step);
  const auto lines = lines_of(write_trace(trace));
  return lines.back();
}

}  // namespace lockstep
