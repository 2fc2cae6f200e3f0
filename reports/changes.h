// SPDX-License-Identifier: GPL-2.0-or-later
// What is different since the step before, between two snapshots of the same source.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/facts.h"

namespace lockstep {

class Changes {
 public:
  // Snapshots are canonical; they must outlive this. before: null where there is none: then nothing has changed.
  Changes(const Snapshot* before, const Snapshot& now);
  bool task_made(size_t task) const { return before_ != nullptr && task_was_[task] == kNone; }
  bool object_made(size_t object) const { return before_ != nullptr && object_was_[object] == kNone; }
  bool pointer_made(const PointerFacts& pointer) const;
  bool view_changed(size_t task, int event) const;
  // Whatever a task's own facts are: life, mode, filter count.
  bool task_changed(size_t task) const;
  // The old value, where the counter has another one now.
  std::optional<int32_t> counter_was(size_t object, int counter) const;
  std::vector<std::string> tasks_gone() const;    // "P2"
  std::vector<std::string> objects_gone() const;  // by the names that they had before
  std::vector<std::string> objects_made() const;
  // Objects other than rules and filters are numbered anew in every snapshot: old and new name of those that changed.
  std::vector<std::pair<std::string, std::string>> renamed() const;

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);
  const TaskFacts* old_task(size_t task) const;
  const Snapshot* before_;
  const Snapshot& now_;
  std::vector<size_t> task_was_, object_was_;  // place in `before`
};

}  // namespace lockstep
