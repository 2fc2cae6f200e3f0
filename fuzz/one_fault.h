// SPDX-License-Identifier: GPL-2.0-or-later
// A target in which one allocation of one step fails, whatever the trace says that the model is told. So the target's
// n-th allocation can be held against the model's j-th, or against a step that was never taken.
#pragma once

#include "model/target.h"

namespace lockstep {

struct FaultPlan {
  size_t step = 0;    // index into the steps that the target takes
  uint16_t nth = 0;   // 0: none fails
  bool any = false;   // counted by the kernel (Step::fail_any), and not as the model counts
  Step hidden{};      // taken in front of the trace's step of that index, which the model knows nothing of ...
  bool hide = false;  // ... if there is one
};

class OneFault final : public Target {
 public:
  OneFault(Target& target, FaultPlan fault) : target_(target), fault_(fault) {}

  const std::string& name() const override { return target_.name(); }
  const Capabilities& capabilities() const override { return target_.capabilities(); }
  void reset(const Trace& trace) override;
  Outcome step(const Step& step) override;
  void observe(Snapshot& snapshot) override { target_.observe(snapshot); }
  void end() override { target_.end(); }
  std::vector<std::string> notes() const override { return target_.notes(); }

  // What came of the step that the fault is in; nothing: it was not taken.
  std::optional<Outcome> outcome() const { return outcome_; }
  // Whether its allocation was there at all. A target that cannot tell has failed the step for nothing else.
  bool hit() const { return hit_; }

 private:
  Step with_fault(Step step) const;
  Outcome take(const Step& step);
  void take_hidden();

  Target& target_;
  FaultPlan fault_;
  size_t next_ = 0;  // index of the next step that the target takes
  std::optional<Outcome> outcome_;
  bool hit_ = false;
};

}  // namespace lockstep
