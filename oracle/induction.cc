// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/induction.h"

#include <fmt/format.h>

#include <map>

#include "model/joined.h"
#include "model/trace_text.h"
#include "oracle/unroll.h"

namespace lockstep {

namespace {

using Key = std::pair<std::string, std::string>;  // a transition and a formula

// A trace in one line.
std::string in_a_line(Trace trace) {
  trace.model.clear();
  auto text = write_trace(trace);
  text.erase(0, text.find('\n') + 1);
  text.pop_back();
  for (size_t at; (at = text.find('\n')) != std::string::npos;) text.replace(at, 1, "; ");
  return text;
}

std::string not_reached(const ClassifyOptions& options) {
  return fmt::format("not reached in {} step{}", options.steps, options.steps == 1 ? "" : "s");
}

std::string words_of(const Counterexample& found, size_t objects, const ClassifyOptions& options) {
  Trace step;
  step.steps = {found.step};
  auto words = fmt::format("{}: with up to {} objects of each kind, in the state {{{}}} {}", not_reached(options),
                           objects, found.state, in_a_line(step));
  if (!found.shown) return words + " breaks it for the solver and not on the model: a fault of lockstep";
  words += " breaks it";
  if (found.excluded_by.empty()) return words + "; no claim excludes that state";
  return words + "; excluded by: " + joined(found.excluded_by, ", ");
}

}  // namespace

void classify_open(const ModelProofs& proofs, const ClassifyOptions& options, ModelAnswers& answers) {
  std::map<Key, std::string> words;
  UnrollOptions unrolling{.steps = options.steps, .timeout = options.timeout, .stop = options.stop};
  for (const auto& [obligation, property] : answers.obligations)
    if (obligation.answer == ProofAnswer::open &&
        words.emplace(Key{obligation.transition, obligation.formula}, "").second)
      unrolling.goals.push_back({property, obligation.transition, obligation.formula});
  if (unrolling.goals.empty()) return;
  for (const auto& each : unroll(proofs, unrolling)) {
    auto& said = words.at({each.transition, each.formula});
    if (each.trace) said = "reached: " + in_a_line(*each.trace);
    for (size_t objects = 2; objects <= options.objects && said.empty(); ++objects)
      if (const auto found = proofs.counterexample(each.transition, each.formula, objects, options.timeout))
        said = words_of(*found, objects, options);
    if (said.empty())
      said = fmt::format("{}, and in no state of up to {} objects of each kind does the step break it",
                         not_reached(options), options.objects);
  }
  for (auto& [obligation, property] : answers.obligations)
    if (obligation.answer == ProofAnswer::open)
      obligation.counterexample = words.at({obligation.transition, obligation.formula});
}

}  // namespace lockstep
