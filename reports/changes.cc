// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace lockstep {

namespace {

// What stays the same about an object. The order of allocation says most, but not every target shows it.
std::string identity(const Snapshot& s, size_t object) {
  const auto& o = s.objects[object];
  if (o.birth != 0) return fmt::format("{} {}", name_of(o.kind), o.birth);
  return object_name(s, object) + (o.freed ? " freed" : "");
}

}  // namespace

Changes::Changes(const Snapshot* before, const Snapshot& now)
    : before_(before), now_(now), task_was_(now.tasks.size(), kNone), object_was_(now.objects.size(), kNone) {
  if (before == nullptr) return;
  std::map<std::string, size_t> known;
  for (size_t i = 0; i < before->objects.size(); ++i) known.emplace(identity(*before, i), i);
  for (size_t i = 0; i < now.objects.size(); ++i)
    if (auto at = known.find(identity(now, i)); at != known.end()) object_was_[i] = at->second;
  for (size_t i = 0; i < now.tasks.size(); ++i)
    for (size_t old = 0; old < before->tasks.size(); ++old)
      if (before->tasks[old].number == now.tasks[i].number) task_was_[i] = old;
}

const TaskFacts* Changes::old_task(size_t task) const {
  return before_ == nullptr || task_was_[task] == kNone ? nullptr : &before_->tasks[task_was_[task]];
}

bool Changes::pointer_made(const PointerFacts& p) const {
  if (before_ == nullptr) return false;
  const bool to_task = p.link == Link::owner && now_.owner_is_task;
  const size_t from = starts_at_task(p.link) ? task_was_[p.from] : object_was_[p.from];
  const size_t to = to_task ? task_was_[p.to] : object_was_[p.to];
  return std::none_of(before_->pointers.begin(), before_->pointers.end(), [&](const auto& old) {
    return old.link == p.link && old.event == p.event && old.from == from && old.to == to;
  });
}

bool Changes::view_changed(size_t task, int event) const {
  const auto* old = old_task(task);
  return old != nullptr && old->view[event] != now_.tasks[task].view[event];
}

bool Changes::task_changed(size_t task) const {
  const auto* old = old_task(task);
  const auto& now = now_.tasks[task];
  return old != nullptr && (old->life != now.life || old->mode != now.mode || old->filter_count != now.filter_count);
}

std::optional<int32_t> Changes::counter_was(size_t object, int counter) const {
  if (before_ == nullptr || object_was_[object] == kNone) return std::nullopt;
  const int32_t old = before_->objects[object_was_[object]].counter[counter];
  return old == now_.objects[object].counter[counter] ? std::nullopt : std::optional(old);
}

std::vector<std::string> Changes::tasks_gone() const {
  std::vector<std::string> names;
  if (before_ == nullptr) return names;
  for (size_t old = 0; old < before_->tasks.size(); ++old)
    if (std::find(task_was_.begin(), task_was_.end(), old) == task_was_.end())
      names.push_back(fmt::format("P{}", before_->tasks[old].number));
  return names;
}

std::vector<std::string> Changes::objects_gone() const {
  std::vector<std::string> names;
  if (before_ == nullptr) return names;
  for (size_t old = 0; old < before_->objects.size(); ++old)
    if (std::find(object_was_.begin(), object_was_.end(), old) == object_was_.end())
      names.push_back(object_name(*before_, old));
  return names;
}

std::vector<std::string> Changes::objects_made() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < now_.objects.size(); ++i)
    if (object_made(i)) names.push_back(object_name(now_, i));
  return names;
}

std::vector<std::pair<std::string, std::string>> Changes::renamed() const {
  std::vector<std::pair<std::string, std::string>> names;
  for (size_t i = 0; i < now_.objects.size() && before_ != nullptr; ++i) {
    if (object_was_[i] == kNone) continue;
    auto old = object_name(*before_, object_was_[i]), name = object_name(now_, i);
    if (old != name) names.emplace_back(std::move(old), std::move(name));
  }
  return names;
}

}  // namespace lockstep
