// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/step_pictures.h"

#include <fmt/format.h>

#include "reports/promise_words.h"

namespace lockstep {

StepPictures::StepPictures(const std::string& model, const Target* target, size_t steps)
    : model_(model), target_(target), steps_(steps) {
  if (target == nullptr) return;
  const auto& can = target->capabilities();
  same_objects_ = can.facts.counters && can.layout == find_model(model)->layout;
}

std::vector<Panel> StepPictures::panels(const StepRecord& record) const {
  const bool first = record.step == nullptr;
  const bool kernel = target_ != nullptr && (target_->name() == "live" || target_->name().starts_with("vm:"));
  const Panel model{.now = record.model,
                    .before = first ? nullptr : &model_before_,
                    .other = record.target,
                    .heading = "model " + model_,
                    .other_name = kernel ? "kernel" : "target",
                    .counters = same_objects_};
  if (record.target == nullptr || same_objects_) return {model};
  const Panel target{.now = record.target,
                     .before = first ? nullptr : &target_before_,
                     .other = record.model,
                     .heading = target_->name(),
                     .other_name = "expected",
                     .counters = false};
  return {model, target};
}

std::string StepPictures::add(const StepRecord& record, const std::string& finding) {
  const bool first = record.step == nullptr;
  GraphText text{first ? "start" : fmt::format("step {} of {}", record.number, steps_),
                 first ? "" : step_line(*record.step), finding};
  const auto shown = panels(record);
  auto dot = dot_of(shown, text);
  without_title_ = dot_of(shown);
  model_before_ = *record.model;
  if (record.target != nullptr) target_before_ = *record.target;
  return dot;
}

}  // namespace lockstep
