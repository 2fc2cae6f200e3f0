// SPDX-License-Identifier: GPL-2.0-or-later
// Which tasks exist: processes, threads, zombies and who may reap whom, as Linux has it. Shared by the parser, the
// generators and the models, so that all of them agree on who can take the next step.
//
// "init" stands for whoever reaps what has no parent left; it reaps at once. Parents never ignore SIGCHLD. A process
// is called by its leader's number, and an exec changes the leader.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>
#include <vector>

#include "model/trace.h"

namespace lockstep {

// What an operation did to a task. `exited`: it went through do_exit. `released`: through release_task, which is when
// it stops to exist; a thread right after its exit, a leader when it is reaped. Mechanisms drop their references at
// the one or the other, depending on the kernel version.
struct TaskEvent {
  enum class What : uint8_t { exited, released } what{};
  uint16_t task = 0;
  bool operator==(const TaskEvent&) const = default;
};

// The numbers that the table keeps of a task.
enum class TaskField : uint8_t {
  state,   // a TaskState
  leader,  // of its process
  parent,  // of a leader: the parent's leader; 0 is init
  live,    // of a leader: living tasks in the group
};
enum class TaskState : uint8_t { absent, alive, zombie };

// What operations do to tasks: text over a store of numbers. Store: clear(); get(field, task); is(field, task, value);
// set(field, task, value); next(task), the lowest number above it that exists, or 0; require(condition), which holds or
// something is wrong.
template <class Store>
class ProcessRules {
 public:
  ProcessRules() { reset(); }
  void reset();  // P1 alone, a child of init

  // Every operation leaves what it did in events(), in order.
  // REQUIRES: alive(actor); child in 1..kMaxTasks and !exists(child).
  void fork(uint16_t actor, uint16_t child);
  void thread(uint16_t actor, uint16_t child);
  // REQUIRES: alive(task). When the last task of a process exits, its zombie children are released first, in the order
  // of their numbers, then the process itself if init is its parent.
  void exit(uint16_t task);
  // Exit and reap in one, as in traces of the node designs. REQUIRES: alive(task), and no other task in its group.
  void exit_reaped(uint16_t task);
  // The other tasks of the group die, by number; a leader other than the caller is released last.
  // REQUIRES: alive(task).
  void exec(uint16_t task);
  // waitid(child, WEXITED | WNOHANG): 0 and the child is gone, or EAGAIN, or ECHILD. REQUIRES: alive(actor).
  int reap(uint16_t actor, uint16_t child);
  // What reap() would give. REQUIRES: alive(actor).
  int reap_result(uint16_t actor, uint16_t child) const;

  // What the last operation did; good until the next one.
  const std::vector<TaskEvent>& events() const { return events_; }

  bool alive(uint16_t task) const { return is(task, TaskState::alive); }
  bool zombie(uint16_t task) const { return is(task, TaskState::zombie); }
  bool exists(uint16_t task) const { return !is(task, TaskState::absent); }
  uint16_t next(uint16_t task) const { return store_.next(task); }

  // REQUIRES, for those below: exists(task) (both tasks).
  uint16_t leader(uint16_t task) const { return store_.get(TaskField::leader, task); }
  bool same_group(uint16_t a, uint16_t b) const { return leader(a) == leader(b); }
  uint16_t live_in_group(uint16_t task) const { return store_.get(TaskField::live, leader(task)); }
  // The leader of the parent process; 0 is init.
  uint16_t parent(uint16_t task) const { return store_.get(TaskField::parent, leader(task)); }

 protected:
  Store store_;

 private:
  bool is(uint16_t task, TaskState state) const {
    return store_.is(TaskField::state, task, static_cast<uint16_t>(state));
  }
  bool leads(uint16_t task) const { return store_.is(TaskField::leader, task, task); }
  void set_state(uint16_t task, TaskState state) { store_.set(TaskField::state, task, static_cast<uint16_t>(state)); }
  void add(uint16_t task, uint16_t leader);
  void mark_exited(uint16_t task);
  void release(uint16_t task);
  void process_died(uint16_t leader);
  void change_leader(uint16_t from, uint16_t to);

  std::vector<TaskEvent> events_;
};

// The store of a table that runs: plain numbers.
class TaskNumbers {
 public:
  TaskNumbers();
  void clear();
  uint16_t get(TaskField field, uint16_t task) const {
    return task < tasks_.size() ? tasks_[task][static_cast<size_t>(field)] : 0;
  }
  bool is(TaskField field, uint16_t task, uint16_t value) const { return get(field, task) == value; }
  void set(TaskField field, uint16_t task, uint16_t value);
  uint16_t next(uint16_t task) const;
  void require(bool condition) const { assert(condition); }
  const std::vector<uint16_t>& order() const { return order_; }
  int live() const { return live_; }

 private:
  void set_state(uint16_t task, TaskState before, TaskState after);
  std::vector<std::array<uint16_t, 4>> tasks_;  // by number; 0 is unused
  std::vector<uint16_t> order_;                 // those that exist, by number
  int live_ = 0;
};

extern template class ProcessRules<TaskNumbers>;

class ProcessTable : public ProcessRules<TaskNumbers> {
 public:
  int live_tasks() const { return store_.live(); }
  // All that exist, alive or zombie, by number; changed by the next operation.
  const std::vector<uint16_t>& tasks() const { return store_.order(); }
};

}  // namespace lockstep
