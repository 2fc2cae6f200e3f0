// SPDX-License-Identifier: GPL-2.0-or-later
// Checks the properties over the states that somebody shows, step by step: a model's, or a target's. It knows objects
// and promises and never looks at transitions: views are judged against the history, counters against the pointers.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/model.h"
#include "oracle/graph.h"
#include "oracle/property.h"

namespace lockstep {

struct Violation {
  Property property{};
  std::string text;    // one sentence
  std::string object;  // the kind of object or fact that is concerned: "rule.usage", "view"; the same for equal causes
};

class Checker {
 public:
  // counters: the snapshots show objects and counters; views alone are checked otherwise.
  Checker(PromiseKind promise, bool counters) : promise_(promise), counters_(counters) {}
  void start(const Snapshot& initial);
  // What is newly wrong after this step, the gravest first. Snapshots are canonical. A violation that was there before
  // is not repeated.
  std::vector<Violation> step(const Step& step, const Outcome& outcome, const Snapshot& after);
  const PromiseState& promise() const { return promise_; }

 private:
  struct Found;  // collects violations
  void check_views(const Step& step, const Outcome& outcome, const Snapshot& after, Found& found);
  void check_objects(const Snapshot& after, Found& found);
  void check_owners(const Snapshot& after, Found& found);
  void check_faults(const Snapshot& after, Found& found);
  void advance_promise(const Step& step, const Outcome& outcome);
  bool ancestor(uint16_t maybe, uint16_t of) const;

  PromiseState promise_;
  bool counters_;
  Explainer explainer_;
  Snapshot before_;
  std::vector<uint16_t> parent_;           // who forked whom, for the wording of a violation
  std::set<std::string> known_, present_;  // violations of the state before, and of this one
};

// `limit` for one step of a model: did it fail for its size exactly when the stated sum exceeds the bound?
// `model` is in its state after the step; the snapshots are its own.
std::vector<Violation> check_limit(const Model& model, const Step& step, const Outcome& outcome, const Snapshot& before,
                                   const Snapshot& after);

}  // namespace lockstep
