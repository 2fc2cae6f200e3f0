// SPDX-License-Identifier: GPL-2.0-or-later
// The line: predict a step, run it on a target, look at both, compare. Also a model alone, against its own promises.
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
  const std::vector<Violation>* violations = nullptr;  // new ones, of the model's own state
};
using Watcher = std::function<void(const StepRecord&)>;

struct Conformance {
  uint32_t steps = 0;       // that were compared
  uint64_t unobserved = 0;  // facts that were asked for and not shown, each step's counted
  bool incomplete = false;  // the target does not show what nothing leads to: a leak cannot be seen
  bool unordered = false;   // the target shows views as sets: the order of their rules was not compared
  bool cut = false;         // a failed allocation hit only one of two designs: nothing to compare from there on
  std::optional<Divergence> divergence;
  std::map<Property, uint32_t> model_violations;  // expected ones, with the first step that shows them
};

class Conformer {
 public:
  // target may be null: the model alone. REQUIRES: there is a model of that name.
  Conformer(const std::string& model, Target* target, FactSet asked = {});
  Conformer(std::unique_ptr<Model> model, Target* target, FactSet asked = {});
  // Throws NotCapable if the target cannot run this trace at all.
  Conformance run(const Trace& trace, const Watcher& watch = {});
  Model& model() { return *model_; }

 private:
  void start(const Trace& trace);
  void end(Conformance& result);
  bool step(const Step& step, Conformance& result, const Watcher& watch);
  std::optional<Difference> compare_with_target();
  bool fault_hits_one_design(const Step& step, const Outcome& predicted, const Outcome& actual) const;
  std::optional<Divergence> judge_model(const Step& step, Conformance& result) const;
  std::optional<Divergence> judge_target(const Step& step, const std::optional<Difference>& difference,
                                         const std::vector<Violation>& violations) const;
  void observe_model();
  void observe_target();

  std::unique_ptr<Model> model_;
  Target* target_;
  FactSet asked_;
  FactSet compared_;      // views and counters that model and target can be held against each other in
  bool mirrors_ = false;  // all of them: then a target that does not differ has the model's own violations
  Checker model_checker_, target_checker_;
  Snapshot model_facts_, model_before_, target_facts_;
  std::vector<Violation> model_violations_;
};

}  // namespace lockstep
