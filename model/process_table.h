// SPDX-License-Identifier: GPL-2.0-or-later
// Which tasks exist: processes, threads, zombies and who may reap whom, as Linux has it. Shared by the parser, the
// generators and the models, so that all of them agree on who can take the next step.
//
// "init" stands for whoever reaps what has no parent left; it reaps at once. Parents never ignore SIGCHLD. A process
// is called by its leader's number, and an exec changes the leader.
#pragma once

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

class ProcessTable {
 public:
  ProcessTable();  // as after reset()
  void reset();    // P1 alone, a child of init

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

  bool alive(uint16_t task) const { return state(task) == State::alive; }
  bool zombie(uint16_t task) const { return state(task) == State::zombie; }
  bool exists(uint16_t task) const { return state(task) != State::absent; }
  int live_tasks() const { return live_; }
  // All that exist, alive or zombie, by number; changed by the next operation.
  const std::vector<uint16_t>& tasks() const { return order_; }

  // REQUIRES, for those below: exists(task) (both tasks).
  uint16_t leader(uint16_t task) const { return tasks_[task].leader; }
  bool same_group(uint16_t a, uint16_t b) const { return leader(a) == leader(b); }
  int live_in_group(uint16_t task) const { return tasks_[leader(task)].live; }
  // The leader of the parent process; 0 is init.
  uint16_t parent(uint16_t task) const { return tasks_[leader(task)].parent; }

 private:
  enum class State : uint8_t { absent, alive, zombie };
  struct Task {
    State state{};
    uint16_t leader = 0;
    uint16_t parent = 0;  // of a leader: the parent's leader; 0 is init
    uint16_t live = 0;    // of a leader: living tasks in the group
  };

  State state(uint16_t task) const { return task < tasks_.size() ? tasks_[task].state : State::absent; }
  void add(uint16_t task, uint16_t leader);
  void mark_exited(uint16_t task);
  void release(uint16_t task);
  void process_died(uint16_t leader);
  void change_leader(uint16_t from, uint16_t to);

  std::vector<Task> tasks_;      // by number; 0 is unused
  std::vector<uint16_t> order_;  // those that exist, by number
  std::vector<TaskEvent> events_;
  int live_ = 0;
};

}  // namespace lockstep
