// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the steps of a trace on a mechanism's text in the concrete world: no virtual call, and no allocation per step
// once the pools have grown. Who is there and who has died is the process table's job, the rest is the text's.
#pragma once

#include "model/process_table.h"
#include "model/seccomp_nodes.h"
#include "model/target.h"
#include "model/v5_new_hierarchy.h"
#include "model/v5_posted.h"
#include "model/v6_posted.h"

namespace lockstep {

inline constexpr uint32_t kMaxPages = 64;          // node designs: pages of all rules of a view
inline constexpr uint32_t kMaxPathLength = 32768;  // seccomp: converted instructions on a path

// A fork that the trace says fails names no child; should it succeed here, the child gets a number from the far end.
template <class Processes>
Step with_child_name(Step step, const Processes& processes) {
  if (step.made == 0) {
    step.made = kMaxTasks;
    while (processes.exists(step.made)) --step.made;
  }
  return step;
}

// World: whatever has ConcreteWorld's functions (a mutated one, or one that stops between atomic steps). Processes:
// ProcessRules over some store.
template <class Mechanism, template <class> class World = ConcreteWorld, class Processes = ProcessTable>
class NodeMachine {
 public:
  using Task = Ref<NodeTask>;
  World<typename Mechanism::State> world;
  Processes processes;

  NodeMachine() { world.memory.limit = kMaxPages; }
  void reset(const Start& start) {
    world.clear();
    processes.reset();
    world.template make_named<NodeTask>(1);
    world.store(f::nnp, Task{1}, start.nnp);
    world.store(f::cap, Task{1}, start.cap);
  }
  Outcome step(const Step& step) {
    world.begin_step(step.fail_alloc);
    switch (step.op) {
      case Op::append:
        return {append(step)};
      case Op::fork:
        return {fork(with_child_name(step, processes))};
      case Op::exit:
        exit(step.task);
        return {};
      default:
        return {};  // exec changes nothing: one thread a process here
    }
  }
  // What the task's hooks run at an event: visit(R number), newest rule first. REQUIRES: the task is alive.
  template <class Visit>
  void check(uint16_t task, uint8_t event, Visit visit) {
    Mechanism::check(world, Task{task}, event, [&](auto prog) { visit(world.load(f::prog_number, prog)); });
  }

 private:
  // The program is loaded by the caller before the call and held by an fd until the call is over.
  int append(const Step& step) {
    auto prog = world.template make<Prog>();
    world.store(f::prog_refs, prog, 1);
    world.store(f::prog_pages, prog, step.pages);
    world.name(prog, step.made);
    int error = Mechanism::append(world, Task{step.task}, prog, step);
    if (world.decide(world.dec_and_test(f::prog_refs, prog))) world.free(prog);  // the fd is closed
    return error;
  }
  int fork(const Step& step) {
    int error = Mechanism::fork(world, Task{step.task}, step);
    if (error != 0) return error;
    return world.change(processes, [&](auto& table) {
      table.fork(step.task, step.made);
      return 0;
    });
  }
  void exit(uint16_t task) {
    Mechanism::exit(world, Task{task});
    world.free(Task{task});
    world.change(processes, [&](auto& table) {
      table.exit_reaped(task);
      return 0;
    });
  }
};

// Mechanism: Seccomp or SeccompNodes, or with memory of another kind.
template <template <class> class World = ConcreteWorld, class Mechanism = Seccomp, class Processes = ProcessTable>
class SeccompMachineIn {
 public:
  using Task = Ref<SeccompTask>;
  World<typename Mechanism::State> world;
  Processes processes;

  explicit SeccompMachineIn(SeccompSwitches switches = {}) {
    world.memory.switches = switches;
    world.memory.limit = kMaxPathLength;
  }
  void reset(const Start& start) {
    world.clear();
    processes.reset();
    world.template make_named<SeccompTask>(1);
    world.store(f::task_nnp, Task{1}, start.nnp);
    world.store(f::task_cap, Task{1}, start.cap);
  }
  Outcome step(const Step& step) {
    world.begin_step(step.fail_alloc);
    switch (step.op) {
      case Op::attach:
        return {attach(step)};
      case Op::fork:
      case Op::thread:
        return {clone(with_child_name(step, processes))};
      case Op::exec:
        return {exec(step)};
      case Op::exit:
        exit(step.task);
        return {};
      case Op::reap:
        return {reap(step)};
      default:
        return {};
    }
  }
  // What a system call of the task runs: visit(F number), newest filter first. REQUIRES: the task is alive.
  template <class Visit>
  void check(uint16_t task, uint8_t event, Visit visit) {
    Mechanism::check(world, Task{task}, event, [&](auto filter) { visit(world.load(f::filter_number, filter)); });
  }

 private:
  int attach(const Step& step) { return Mechanism::attach(world, Task{step.task}, step); }
  int clone(const Step& step) {
    int error = Mechanism::clone(world, Task{step.task}, step);
    if (error != 0) return error;
    return world.change(processes, [&](auto& table) {
      if (step.op == Op::fork)
        table.fork(step.task, step.made);
      else
        table.thread(step.task, step.made);
      return 0;
    });
  }
  // cred_guard_mutex keeps a TSYNC out while the other threads die.
  int exec(const Step& step) {
    int error = Mechanism::exec(world, step);
    if (error != 0) return error;
    world.lock(ProcessLock::cred_guard_mutex, Task{step.task});
    world.change(processes, [&](auto& table) {
      table.exec(step.task);
      return 0;
    });
    deaths();
    world.unlock(ProcessLock::cred_guard_mutex, Task{step.task});
    return 0;
  }
  // The filter goes before the parent can see the zombie, as do_exit has it.
  void exit(uint16_t task) {
    Mechanism::exit(world, world.memory.switches, Task{task});
    world.change(processes, [&](auto& table) {
      table.exit(task);
      return 0;
    });
    deaths(task);
  }
  int reap(const Step& step) {
    int error = world.change(processes, [&](auto& table) { return table.reap(step.task, step.child); });
    deaths();
    return error;
  }
  // What the last change to the process table did to tasks; `gone` has been through its exit already.
  void deaths(uint16_t gone = 0) {
    for (const auto& event : world.events(processes)) {
      if (event.what == TaskEvent::What::released)
        Mechanism::reap(world, world.memory.switches, Task{event.task});
      else if (event.task != gone)
        Mechanism::exit(world, world.memory.switches, Task{event.task});
    }
  }
};

using SeccompMachine = SeccompMachineIn<>;

}  // namespace lockstep
