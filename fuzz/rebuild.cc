// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/rebuild.h"

#include <map>
#include <memory>

#include "model/model.h"

namespace lockstep {

namespace {

class Rebuild {
 public:
  Rebuild(const Trace& original, const std::string& model) : trace_(original), model_(make_model(model)) {
    trace_.steps.clear();
    trace_.model = model;
    tasks_[1] = 1;
    model_->reset(trace_.start);
  }
  Trace run(const std::vector<Step>& steps) {
    for (auto step : steps) add(step);
    return std::move(trace_);
  }

 private:
  void add(Step step) {
    const auto made = step.made;
    if (!tasks_.contains(step.task) || !model_->processes().alive(tasks_[step.task])) return;
    step.task = tasks_[step.task];
    if (step.op == Op::reap) {
      if (!tasks_.contains(step.child) || !model_->processes().exists(tasks_[step.child])) return;
      step.child = tasks_[step.child];
    }
    const char letter = made_letter(step.op);
    if (letter != 0) step.made = letter == 'P' ? next_task_ : next_rule_;
    step.error = model_->step(step).error;
    step.line = 0;
    if (step.error != 0) {
      step.made = 0;
    } else if (letter == 'P') {
      if (made != 0) tasks_[made] = step.made;
      ++next_task_;
    } else if (letter != 0) {
      ++next_rule_;
    }
    trace_.steps.push_back(step);
  }
  Trace trace_;
  std::unique_ptr<Model> model_;
  std::map<uint16_t, uint16_t> tasks_;  // old name to new
  uint16_t next_task_ = 2, next_rule_ = 1;
};

}  // namespace

Trace rebuilt(const Trace& trace, const std::string& model, const std::vector<Step>& steps) {
  return Rebuild(trace, model).run(steps);
}

}  // namespace lockstep
