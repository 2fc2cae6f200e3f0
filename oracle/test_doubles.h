// SPDX-License-Identifier: GPL-2.0-or-later
// For tests only: targets and models that lie in one place, so that it can be seen that somebody notices.
#pragma once

#include <functional>
#include <memory>

#include "model/model.h"
#include "model/target.h"

namespace lockstep::test {

// Does what another target does, but for what the test puts in between.
class LyingTarget : public Target {
 public:
  explicit LyingTarget(Target& honest) : honest_(honest), name_(honest.name()), capabilities_(honest.capabilities()) {}
  std::function<void(Snapshot&, uint32_t step)> change_facts;
  std::function<Outcome(Outcome, uint32_t step)> change_outcome;
  std::function<bool(uint32_t step)> forget;  // true: the step is not carried out, and said to have succeeded
  Capabilities& capabilities_to_claim() { return capabilities_; }

  const std::string& name() const override { return name_; }
  const Capabilities& capabilities() const override { return capabilities_; }
  void reset(const Trace& trace) override {
    step_ = 0;
    honest_.reset(trace);
  }
  Outcome step(const Step& step) override {
    ++step_;
    if (forget && forget(step_)) return {};
    const auto outcome = honest_.step(step);
    return change_outcome ? change_outcome(outcome, step_) : outcome;
  }
  void observe(Snapshot& snapshot) override {
    honest_.observe(snapshot);
    if (change_facts) change_facts(snapshot, step_);
  }
  void end() override { honest_.end(); }
  std::vector<std::string> notes() const override { return honest_.notes(); }

 private:
  Target& honest_;
  std::string name_;
  Capabilities capabilities_;
  uint32_t step_ = 0;
};

// Predicts one counter of one kind of object one too high.
class OffByOneModel : public Model {
 public:
  OffByOneModel(std::unique_ptr<Model> honest, Kind kind, int counter)
      : honest_(std::move(honest)), kind_(kind), counter_(counter) {}
  const ModelInfo& info() const override { return honest_->info(); }
  void reset(const Start& start) override { honest_->reset(start); }
  Outcome step(const Step& step) override { return honest_->step(step); }
  void observe(Snapshot& snapshot) const override {
    honest_->observe(snapshot);
    for (auto& object : snapshot.objects)
      if (object.kind == kind_) {
        ++object.counter[counter_];
        return;
      }
  }
  std::unique_ptr<Model> clone() const override {
    return std::make_unique<OffByOneModel>(honest_->clone(), kind_, counter_);
  }
  const ProcessTable& processes() const override { return honest_->processes(); }
  const Coverage& coverage() const override { return honest_->coverage(); }
  uint32_t allocations() const override { return honest_->allocations(); }
  uint32_t limit() const override { return honest_->limit(); }
  void set_limit(uint32_t limit) override { honest_->set_limit(limit); }

 private:
  std::unique_ptr<Model> honest_;
  Kind kind_;
  int counter_;
};

}  // namespace lockstep::test
