// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/one_fault.h"

namespace lockstep {

Step OneFault::with_fault(Step step) const {
  step.fail_alloc = fault_.any ? 0 : fault_.nth;
  step.fail_any = fault_.any ? fault_.nth : 0;
  return step;
}

void OneFault::reset(const Trace& trace) {
  Trace whole = trace;
  if (fault_.hide)
    whole.steps.insert(whole.steps.begin() + static_cast<ptrdiff_t>(fault_.step), with_fault(fault_.hidden));
  else if (fault_.nth != 0 && fault_.step < whole.steps.size())
    whole.steps[fault_.step] = with_fault(whole.steps[fault_.step]);
  next_ = 0;
  outcome_.reset();
  hit_ = false;
  target_.reset(whole);
  take_hidden();
}

Outcome OneFault::step(const Step& step) {
  const auto outcome = take(fault_.nth != 0 && next_ == fault_.step ? with_fault(step) : step);
  take_hidden();
  return outcome;
}

Outcome OneFault::take(const Step& step) {
  const auto outcome = target_.step(step);
  if (next_++ == fault_.step) {
    outcome_ = outcome;
    hit_ = target_.fault_hit().value_or(outcome.error != 0);
  }
  return outcome;
}

void OneFault::take_hidden() {
  if (fault_.hide && next_ == fault_.step) take(with_fault(fault_.hidden));
}

}  // namespace lockstep
