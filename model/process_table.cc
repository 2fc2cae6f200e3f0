// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/process_table.h"

#include <algorithm>

#include "model/process_rules.h"

namespace lockstep {

template class ProcessRules<TaskNumbers>;

TaskNumbers::TaskNumbers() {
  tasks_.reserve(kMaxTasks + 1);
  order_.reserve(kMaxTasks);
}

void TaskNumbers::clear() {
  tasks_.clear();
  order_.clear();
  live_ = 0;
}

void TaskNumbers::set(TaskField field, uint16_t task, uint16_t value) {
  if (task >= tasks_.size()) tasks_.resize(task + 1);
  auto& number = tasks_[task][static_cast<size_t>(field)];
  if (field == TaskField::state) set_state(task, static_cast<TaskState>(number), static_cast<TaskState>(value));
  number = value;
}

void TaskNumbers::set_state(uint16_t task, TaskState before, TaskState after) {
  live_ += (after == TaskState::alive) - (before == TaskState::alive);
  const auto place = std::lower_bound(order_.begin(), order_.end(), task);
  if (before == TaskState::absent) order_.insert(place, task);
  if (after == TaskState::absent) order_.erase(place);
}

uint16_t TaskNumbers::next(uint16_t task) const {
  const auto place = std::upper_bound(order_.begin(), order_.end(), task);
  return place == order_.end() ? 0 : *place;
}

}  // namespace lockstep
