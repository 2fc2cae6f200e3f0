// SPDX-License-Identifier: GPL-2.0-or-later
// The text of process_table.h's rules, for whoever runs them over a store of their own. Kernel sources for what is said
// here (6.1, kernel/exit.c and fs/exec.c): exit_notify, forget_original_parent, release_task, wait_task_zombie,
// de_thread.
#pragma once

#include <cerrno>

#include "model/process_table.h"

namespace lockstep {

template <class Store>
void ProcessRules<Store>::reset() {
  store_.clear();
  events_.clear();
  add(1, 1);
}

template <class Store>
void ProcessRules<Store>::fork(uint16_t actor, uint16_t child) {
  store_.require(alive(actor));
  events_.clear();
  add(child, child);
  store_.set(TaskField::parent, child, leader(actor));
}

template <class Store>
void ProcessRules<Store>::thread(uint16_t actor, uint16_t child) {
  store_.require(alive(actor));
  events_.clear();
  add(child, leader(actor));
}

template <class Store>
void ProcessRules<Store>::exit(uint16_t task) {
  store_.require(alive(task));
  events_.clear();
  const uint16_t group = leader(task);
  mark_exited(task);
  if (task != group) release(task);
  if (store_.is(TaskField::live, group, 0)) process_died(group);
}

template <class Store>
void ProcessRules<Store>::exit_reaped(uint16_t task) {
  store_.require(live_in_group(task) == 1);
  store_.require(leads(task));
  exit(task);
  if (exists(task)) release(task);
}

template <class Store>
void ProcessRules<Store>::exec(uint16_t task) {
  store_.require(alive(task));
  events_.clear();
  const uint16_t old_leader = leader(task);
  for (uint16_t other = next(0); other != 0; other = next(other)) {
    if (other == task || !store_.is(TaskField::leader, other, old_leader)) continue;
    if (alive(other)) mark_exited(other);
    if (other != old_leader) release(other);
  }
  if (task != old_leader) change_leader(old_leader, task);
}

template <class Store>
int ProcessRules<Store>::reap(uint16_t actor, uint16_t child) {
  const int result = reap_result(actor, child);
  events_.clear();
  if (result == 0) release(child);
  return result;
}

template <class Store>
int ProcessRules<Store>::reap_result(uint16_t actor, uint16_t child) const {
  store_.require(alive(actor));
  if (!exists(child) || !leads(child)) return ECHILD;
  if (!store_.is(TaskField::parent, child, leader(actor))) return ECHILD;
  return store_.is(TaskField::live, child, 0) ? 0 : EAGAIN;
}

template <class Store>
void ProcessRules<Store>::add(uint16_t task, uint16_t leader) {
  store_.require(task >= 1);
  store_.require(task <= kMaxTasks);
  store_.require(!exists(task));
  set_state(task, TaskState::alive);
  store_.set(TaskField::leader, task, leader);
  store_.set(TaskField::parent, task, 0);
  store_.set(TaskField::live, task, 0);
  store_.set(TaskField::live, leader, store_.get(TaskField::live, leader) + 1);
}

template <class Store>
void ProcessRules<Store>::mark_exited(uint16_t task) {
  const uint16_t group = leader(task), live = store_.get(TaskField::live, group);
  store_.require(live > 0);
  set_state(task, TaskState::zombie);
  store_.set(TaskField::live, group, live - 1);
  events_.push_back({TaskEvent::What::exited, task});
}

template <class Store>
void ProcessRules<Store>::release(uint16_t task) {
  store_.require(zombie(task));
  set_state(task, TaskState::absent);
  events_.push_back({TaskEvent::What::released, task});
}

// Its children go to init, which reaps those that are dead; then the same for itself.
template <class Store>
void ProcessRules<Store>::process_died(uint16_t leader) {
  for (uint16_t child = next(0); child != 0; child = next(child)) {
    if (!leads(child) || !store_.is(TaskField::parent, child, leader)) continue;
    store_.set(TaskField::parent, child, 0);
    if (store_.is(TaskField::live, child, 0)) release(child);
  }
  if (store_.is(TaskField::parent, leader, 0)) release(leader);
}

// A process is called by its leader, so its children must learn the new name.
template <class Store>
void ProcessRules<Store>::change_leader(uint16_t from, uint16_t to) {
  for (uint16_t child = next(0); child != 0; child = next(child))
    if (leads(child) && store_.is(TaskField::parent, child, from)) store_.set(TaskField::parent, child, to);
  store_.set(TaskField::leader, to, to);
  store_.set(TaskField::parent, to, store_.get(TaskField::parent, from));
  store_.set(TaskField::live, to, store_.get(TaskField::live, from));
  release(from);
}

}  // namespace lockstep
