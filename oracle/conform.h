// SPDX-License-Identifier: GPL-2.0-or-later
// The line: predict a step, run it on a target, look at both, compare. Also a model alone, against its own promises,
// and one target against another: then the second predicts, and the model says whose names the trace uses, what is
// promised, what is known to break, and with which of the two it agrees.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "model/model.h"
#include "model/target.h"
#include "model/trace.h"
#include "oracle/checker.h"

namespace lockstep {

// The first thing that did not come out as it should.
struct Divergence {
  std::string property;           // a property's name; or what differs: results, views, counters, tasks, target, trace
  uint32_t step = 0;              // from 1; 0: before the first
  std::string cause;              // the same for equal causes: "isolation append view"
  std::string text;               // one sentence
  std::vector<std::string> also;  // other properties that the same step breaks
};

// A step as it went, for those who want to watch. Snapshots are canonical.
struct StepRecord {
  uint32_t number = 0;  // from 1; 0: the state before the first step
  const Step* step = nullptr;
  Outcome predicted;
  std::optional<Outcome> actual;  // none: there is no target
  const Snapshot* model = nullptr;
  const Snapshot* target = nullptr;                    // null: there is no target, or it was not observed
  std::optional<Outcome> instead;                      // what the second target gave, if there is one
  const Snapshot* against = nullptr;                   // and what it shows
  const std::vector<Violation>* violations = nullptr;  // new ones, of the model's own state
};
using Watcher = std::function<void(const StepRecord&)>;

// What a target was asked for and did not show.
struct Unseen {
  uint64_t unobserved = 0;  // facts that were asked for and not shown, each step's counted
  bool incomplete = false;  // the target does not show what nothing leads to: a leak cannot be seen
  bool unordered = false;   // the target shows views as sets: the order of their rules was not compared
};

struct Conformance : Unseen {
  uint32_t steps = 0;   // that were compared
  Unseen against;       // of the second target
  bool cut = false;     // a failed allocation hit only one of two designs: nothing to compare from there on
  bool parted = false;  // both targets gave what the model does not: the steps from there on are not their history
  std::optional<Divergence> divergence;
  std::map<Property, uint32_t> model_violations;  // expected ones, with the first step that shows them
};

class Conformer {
 public:
  // target may be null: the model alone. against: the target that predicts; null: the model does.
  // REQUIRES: there is a model of that name; a target if there is one that it is held against.
  Conformer(const std::string& model, Target* target, FactSet asked = {}, Target* against = nullptr);
  Conformer(std::unique_ptr<Model> model, Target* target, FactSet asked = {}, Target* against = nullptr);
  // Throws NotCapable if a target cannot run this trace at all.
  Conformance run(const Trace& trace, const Watcher& watch = {});
  Model& model() { return *model_; }

 private:
  // A target as the run sees it.
  struct Side {
    Target* target;  // null: there is none
    Checker checker;
    Snapshot facts;
    Outcome outcome;                    // of the last step
    std::vector<Violation> violations;  // that the last step brought
    bool shows_counters() const { return target != nullptr && target->capabilities().facts.counters; }
  };

  void start(const Trace& trace);
  void end(Conformance& result);
  bool step(const Step& step, Conformance& result, const Watcher& watch);
  void run_on(Side& side, const Step& step, Unseen& unseen);
  void check_sides(const Step& step, const std::optional<Difference>& difference);
  std::optional<Difference> compare_with_target() const;
  bool two() const { return against_.target != nullptr; }
  bool same_design() const;  // the target's objects are those of who predicts
  std::optional<Divergence> judge_result(const Step& step, const Outcome& predicted, Conformance& result) const;
  std::optional<Divergence> judge_targets(const Step& step, const std::optional<Difference>& difference) const;
  std::optional<Divergence> judge_model(const Step& step, Conformance& result) const;
  bool is_news(const Side& side, const Violation& violation, bool differ) const;
  std::string told(const Side& side, const Violation& violation) const;
  std::string told(const Difference& difference) const;
  std::string told(const std::string& difference, bool model_with_target, bool model_with_other) const;
  void observe_model();

  std::unique_ptr<Model> model_;
  Side target_, against_;
  FactSet asked_;
  FactSet compared_;      // views and counters that the target and who predicts can be held against each other in
  bool mirrors_ = false;  // all of them, and the model predicts: a target that does not differ has its violations
  Checker model_checker_;
  Snapshot model_facts_, model_before_;
  std::vector<Violation> model_violations_;
};

}  // namespace lockstep
