// SPDX-License-Identifier: GPL-2.0-or-later
// Kernel sources for what is said here (6.1, kernel/exit.c and fs/exec.c): exit_notify, forget_original_parent,
// release_task, wait_task_zombie, de_thread.
#include "model/process_table.h"

#include <algorithm>
#include <cassert>
#include <cerrno>

namespace lockstep {

ProcessTable::ProcessTable() {
  tasks_.reserve(kMaxTasks + 1);
  order_.reserve(kMaxTasks);
  events_.reserve(2 * kMaxTasks);
  reset();
}

void ProcessTable::reset() {
  tasks_.clear();
  order_.clear();
  events_.clear();
  live_ = 0;
  add(1, 1);
}

void ProcessTable::fork(uint16_t actor, uint16_t child) {
  assert(alive(actor));
  events_.clear();
  add(child, child);
  tasks_[child].parent = leader(actor);
}

void ProcessTable::thread(uint16_t actor, uint16_t child) {
  assert(alive(actor));
  events_.clear();
  add(child, leader(actor));
}

void ProcessTable::exit(uint16_t task) {
  assert(alive(task));
  events_.clear();
  const uint16_t group = leader(task);
  mark_exited(task);
  if (task != group) release(task);
  if (tasks_[group].live == 0) process_died(group);
}

void ProcessTable::exit_reaped(uint16_t task) {
  assert(live_in_group(task) == 1);
  assert(leader(task) == task);
  exit(task);
  if (exists(task)) release(task);
}

void ProcessTable::exec(uint16_t task) {
  assert(alive(task));
  events_.clear();
  const uint16_t old_leader = leader(task);
  for (size_t i = 0; i < order_.size();) {
    const uint16_t other = order_[i];
    if (other != task && leader(other) == old_leader) {
      if (alive(other)) mark_exited(other);
      if (other != old_leader) {
        release(other);
        continue;  // the next one has moved to place i
      }
    }
    ++i;
  }
  if (task != old_leader) change_leader(old_leader, task);
}

int ProcessTable::reap(uint16_t actor, uint16_t child) {
  const int result = reap_result(actor, child);
  events_.clear();
  if (result == 0) release(child);
  return result;
}

int ProcessTable::reap_result(uint16_t actor, uint16_t child) const {
  assert(alive(actor));
  if (!exists(child) || leader(child) != child || parent(child) != leader(actor)) return ECHILD;
  return tasks_[child].live == 0 ? 0 : EAGAIN;
}

void ProcessTable::add(uint16_t task, uint16_t leader) {
  assert(task >= 1);
  assert(task <= kMaxTasks);
  assert(!exists(task));
  if (task >= tasks_.size()) tasks_.resize(task + 1);
  tasks_[task] = {.state = State::alive, .leader = leader, .parent = 0, .live = 0};
  ++tasks_[leader].live;
  ++live_;
  order_.insert(std::upper_bound(order_.begin(), order_.end(), task), task);
}

void ProcessTable::mark_exited(uint16_t task) {
  assert(tasks_[leader(task)].live > 0);
  tasks_[task].state = State::zombie;
  --tasks_[leader(task)].live;
  --live_;
  events_.push_back({TaskEvent::What::exited, task});
}

void ProcessTable::release(uint16_t task) {
  assert(zombie(task));
  tasks_[task].state = State::absent;
  order_.erase(std::lower_bound(order_.begin(), order_.end(), task));
  events_.push_back({TaskEvent::What::released, task});
}

// Its children go to init, which reaps those that are dead; then the same for itself.
void ProcessTable::process_died(uint16_t leader) {
  for (size_t i = 0; i < order_.size();) {
    const uint16_t child = order_[i];
    Task& task = tasks_[child];
    if (task.leader == child && task.parent == leader) {
      task.parent = 0;
      if (task.live == 0) {
        release(child);
        continue;  // the next one has moved to place i
      }
    }
    ++i;
  }
  if (tasks_[leader].parent == 0) release(leader);
}

// A process is called by its leader, so its children must learn the new name.
void ProcessTable::change_leader(uint16_t from, uint16_t to) {
  for (const uint16_t child : order_) {
    if (tasks_[child].leader == child && tasks_[child].parent == from) tasks_[child].parent = to;
  }
  tasks_[to].leader = to;
  tasks_[to].parent = tasks_[from].parent;
  tasks_[to].live = tasks_[from].live;
  release(from);
}

}  // namespace lockstep
