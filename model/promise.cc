// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/promise.h"

#include <algorithm>

namespace lockstep {

const char* name_of(PromiseKind kind) { return kind == PromiseKind::node ? "node" : "copy"; }

void PromiseState::reset() {
  sets_.clear();
  tasks_.assign(kMaxTasks + 2, {});
}

void PromiseState::append(uint16_t task, int event, uint16_t rule, bool new_set) {
  if (kind_ == PromiseKind::node)
    NodePromise::append(*this, task, event, rule, new_set);
  else
    CopyPromise::append(*this, task, event, rule);
}

void PromiseState::fork(uint16_t parent, uint16_t child) {
  if (kind_ == PromiseKind::node)
    NodePromise::fork(*this, parent, child);
  else
    CopyPromise::fork(*this, parent, child);
}

void PromiseState::make_own(uint16_t task) {
  tasks_[task].own = static_cast<int>(sets_.size());
  sets_.emplace_back();
}

void PromiseState::add(uint16_t task, int event, uint16_t rule) {
  if (!has_own(task)) make_own(task);
  sets_[tasks_[task].own].rules[event].push_back(rule);
}

void PromiseState::inherit_shared(uint16_t child, uint16_t parent) {
  auto base = tasks_[parent].base;
  if (has_own(parent)) base.insert(base.begin(), tasks_[parent].own);
  tasks_[child] = {-1, std::move(base)};
}

void PromiseState::inherit_copy(uint16_t child, uint16_t parent) {
  Set copy;
  if (has_own(parent)) copy = sets_[tasks_[parent].own];
  tasks_[child] = {static_cast<int>(sets_.size()), {}};
  sets_.push_back(std::move(copy));
}

std::vector<uint16_t> PromiseState::view(uint16_t task, int event) const {
  std::vector<uint16_t> view;
  auto add_set = [&](int set) {
    const auto& rules = sets_[set].rules[event];
    view.insert(view.end(), rules.rbegin(), rules.rend());
  };
  if (has_own(task)) add_set(tasks_[task].own);
  for (int set : tasks_[task].base) add_set(set);
  return view;
}

bool PromiseState::promises(uint16_t task, int event, uint16_t rule) const {
  const auto has = [&](int set) {
    const auto& rules = sets_[set].rules[event];
    return std::find(rules.begin(), rules.end(), rule) != rules.end();
  };
  const auto& base = tasks_[task].base;
  return (has_own(task) && has(tasks_[task].own)) || std::any_of(base.begin(), base.end(), has);
}

}  // namespace lockstep
