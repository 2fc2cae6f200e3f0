// SPDX-License-Identifier: GPL-2.0-or-later
// Shows a mechanism's concrete state as facts: reads memory, decides nothing. Machines are taken by their shape, so
// that mutated worlds and other memories show themselves in the same way.
#pragma once

#include <array>

#include "model/machine.h"
#include "model/peek_world.h"

namespace lockstep {

// Puts objects and pointers of some memory into a snapshot. Objects are found by kind and slot number.
class FactsWriter {
 public:
  void begin(Snapshot& snapshot) {
    s_ = &snapshot;
    for (auto& places : places_) std::fill(places.begin(), places.end(), uint16_t{0});
  }
  template <class Pool, class Fill>
  void objects(Kind kind, const Pool& pool, Fill fill) {
    auto& places = places_[static_cast<size_t>(kind)];
    if (places.size() < pool.end()) places.resize(pool.end());
    pool.each([&](uint16_t index) { add(kind, index, fill(pool[index]), pool.birth(index), false); });
  }
  // A pointer that leads nowhere is left out; one to freed memory shows that memory as a freed object.
  template <class T>
  void pointer(Link link, uint16_t from, Kind kind, Ref<T> to, uint8_t event = 0) {
    if (to.index == 0) return;
    if (place_of(kind, to.index) == 0) add(kind, to.index, {}, 0, true);
    s_->pointers.push_back({link, event, from, place(kind, to.index)});
  }
  uint16_t place(Kind kind, uint16_t index) { return static_cast<uint16_t>(place_of(kind, index) - 1); }
  Snapshot& snapshot() { return *s_; }

 private:
  void add(Kind kind, uint16_t index, ObjectFacts object, uint32_t birth, bool freed) {
    object.kind = kind;
    object.birth = birth;
    object.freed = freed;
    s_->objects.push_back(object);
    place_of(kind, index) = static_cast<uint16_t>(s_->objects.size());
  }
  uint16_t& place_of(Kind kind, uint16_t index) {
    auto& places = places_[static_cast<size_t>(kind)];
    if (index >= places.size()) places.resize(index + 64u);
    return places[index];
  }
  Snapshot* s_ = nullptr;
  std::array<std::vector<uint16_t>, 6> places_;  // place + 1; 0: not in the snapshot
};

template <class State>
void show_faults(const State& memory, Snapshot& s) {
  static constexpr const char* kTexts[] = {"a freed object was touched", "an object was freed twice",
                                           "a walk did not end", "WARN"};
  for (const auto& fault : memory.faults) {
    s.faults.emplace_back(kTexts[static_cast<size_t>(fault.what)]);
    if (fault.what == Fault::What::warned) s.faults.back() += std::string(": ") + text_of(fault.site);
  }
}

template <class State>
void show_rules(const State& memory, FactsWriter& out) {
  const auto& progs = memory.template pool<Prog>();
  const auto& rules = memory.template pool<Rule>();
  out.objects(Kind::prog, progs, [](const Prog& p) { return ObjectFacts{.counter = {p.refs}}; });
  out.objects(Kind::rule, rules, [&](const Rule& r) {
    return ObjectFacts{.number = progs[r.prog.index].number, .counter = {r.usage}, .size = progs[r.prog.index].pages};
  });
  rules.each([&](uint16_t index) {
    auto from = out.place(Kind::rule, index);
    out.pointer(Link::rule_prev, from, Kind::rule, rules[index].prev);
    out.pointer(Link::rule_prog, from, Kind::prog, rules[index].prog);
  });
}

template <class Tasks, class Task>
void show_owner(const Tasks& tasks, Ref<Task> owner, uint16_t node, FactsWriter& out) {
  if (owner.index == 0) return;
  if (!tasks.live(owner.index)) return out.snapshot().faults.emplace_back("an owner names a task that is gone"), void();
  uint16_t place = 0;
  tasks.each([&](uint16_t other) { place += other < owner.index; });
  out.snapshot().pointers.push_back({Link::owner, 0, node, place});
}

// v5: slots lead to nodes.
template <class State>
void show_nodes(const State& memory, FactsWriter& out) {
  const auto& nodes = memory.template pool<Node>();
  const auto& events = memory.template pool<Events>();
  const auto& tasks = memory.template pool<NodeTask>();
  out.objects(Kind::node, nodes, [](const Node& n) { return ObjectFacts{.counter = {n.usage}}; });
  out.objects(Kind::events, events, [](const Events& e) { return ObjectFacts{.counter = {e.usage}}; });
  nodes.each([&](uint16_t index) {
    auto from = out.place(Kind::node, index);
    const auto& node = nodes[index];
    out.pointer(Link::node_rule, from, Kind::rule, node.rule);
    out.pointer(Link::node_prev, from, Kind::node, node.prev);
    out.pointer(Link::owner, from, Kind::events, node.slot_owner);
    show_owner(tasks, node.owner, from, out);
  });
  events.each([&](uint16_t index) {
    for (uint8_t event = 0; event < kEvents; ++event)
      out.pointer(Link::slot, out.place(Kind::events, index), Kind::node, events[index].nodes[event], event);
  });
  uint16_t place = 0;
  tasks.each([&](uint16_t task) { out.pointer(Link::task_events, place++, Kind::events, tasks[task].events); });
}

// v6: slots lead to rules.
template <class State>
void show_lists(const State& memory, FactsWriter& out) {
  const auto& lists = memory.template pool<RuleLists>();
  const auto& tasks = memory.template pool<NodeTask>();
  out.objects(Kind::events, lists, [](const RuleLists& e) { return ObjectFacts{.counter = {e.usage}}; });
  lists.each([&](uint16_t index) {
    for (uint8_t event = 0; event < kEvents; ++event)
      out.pointer(Link::slot, out.place(Kind::events, index), Kind::rule, lists[index].rules[event], event);
  });
  uint16_t place = 0;
  tasks.each([&](uint16_t task) { out.pointer(Link::task_events, place++, Kind::events, tasks[task].lists); });
}

template <class Mechanism, template <class> class World, class Processes>
constexpr bool owner_is_task(const NodeMachine<Mechanism, World, Processes>&) {
  return std::is_base_of_v<V5Intended, Mechanism>;
}

// Tasks, objects, pointers and faults into an empty snapshot; no views.
template <class Mechanism, template <class> class World, class Processes>
void show_graph(const NodeMachine<Mechanism, World, Processes>& machine, FactsWriter& out, Snapshot& s) {
  const auto& memory = machine.world.memory;
  out.begin(s);
  memory.template pool<NodeTask>().each([&](uint16_t number) { s.tasks.push_back({.number = number}); });
  s.owner_is_task = owner_is_task(machine);
  show_rules(memory, out);
  if constexpr (Mechanism::State::template kHas<Node>)
    show_nodes(memory, out);
  else
    show_lists(memory, out);
  show_faults(memory, s);
}

// seccomp-nodes: tasks lead to nodes, nodes to filters.
template <class State>
void show_filter_nodes(const State& memory, FactsWriter& out) {
  const auto& nodes = memory.template pool<FilterNode>();
  const auto& tasks = memory.template pool<SeccompTask>();
  out.objects(Kind::node, nodes, [](const FilterNode& n) { return ObjectFacts{.counter = {n.usage}}; });
  nodes.each([&](uint16_t index) {
    const auto from = out.place(Kind::node, index);
    const auto& node = nodes[index];
    out.pointer(Link::node_filter, from, Kind::filter, node.filter);
    out.pointer(Link::node_prev, from, Kind::node, node.prev);
    show_owner(tasks, node.owner, from, out);
  });
  uint16_t place = 0;
  tasks.each([&](uint16_t task) { out.pointer(Link::task_node, place++, Kind::node, tasks[task].node); });
}

// Filters on the path of a task. Where ancestors attach too a count of the task's own would be wrong: whoever asks
// walks.
template <template <class> class World, class Mechanism, class Processes>
uint16_t filters_of(const SeccompMachineIn<World, Mechanism, Processes>& machine, uint16_t task) {
  const auto& memory = machine.world.memory;
  if constexpr (!Mechanism::State::template kHas<FilterNode>)
    return static_cast<uint16_t>(memory.template pool<SeccompTask>()[task].count);
  uint16_t count = 0;
  each_in_view(machine, task, 0, [&](uint16_t, uint32_t) { ++count; });
  return count;
}

template <template <class> class World, class Mechanism, class Processes>
void show_graph(const SeccompMachineIn<World, Mechanism, Processes>& machine, FactsWriter& out, Snapshot& s) {
  const auto& memory = machine.world.memory;
  const auto& filters = memory.template pool<Filter>();
  out.begin(s);
  s.filters = true;
  out.objects(Kind::filter, filters, [](const Filter& f) {
    return ObjectFacts{.number = f.number, .counter = {f.refs, f.users}, .size = f.len};
  });
  filters.each([&](uint16_t index) {
    out.pointer(Link::filter_prev, out.place(Kind::filter, index), Kind::filter, filters[index].prev);
  });
  memory.template pool<SeccompTask>().each([&](uint16_t number) {
    const auto& task = memory.template pool<SeccompTask>()[number];
    out.pointer(Link::task_filter, static_cast<uint16_t>(s.tasks.size()), Kind::filter, task.filter);
    s.tasks.push_back({.number = number,
                       .life = machine.processes.zombie(number) ? Life::zombie : Life::alive,
                       .mode = static_cast<uint8_t>(task.mode),
                       .filter_count = filters_of(machine, number),
                       .nnp = task.nnp});
  });
  if constexpr (Mechanism::State::template kHas<FilterNode>) {
    s.owner_is_task = true;
    show_filter_nodes(memory, out);
  }
  show_faults(memory, s);
  // A program on its own is there within an attach only; afterwards it is part of its filter, or gone.
  memory.template pool<FilterProg>().each([&](uint16_t) { s.faults.emplace_back("a program was left behind"); });
}

// Where the task's views start: tasks with the same root have the same views. 0: they are empty.
template <class Mechanism, template <class> class World, class Processes>
uint16_t view_root(const NodeMachine<Mechanism, World, Processes>& machine, uint16_t task) {
  const auto& caller = machine.world.memory.template pool<NodeTask>()[task];
  if constexpr (Mechanism::State::template kHas<Node>)
    return caller.events.index;
  else
    return caller.lists.index;
}
// What a check by the task of the event runs: visit(number, size) for each rule or filter, newest first.
// REQUIRES: the task exists.
template <class Mechanism, template <class> class World, class Processes, class Visit>
void each_in_view(const NodeMachine<Mechanism, World, Processes>& machine, uint16_t task, int event, Visit visit) {
  const auto& memory = machine.world.memory;
  auto world = peek(machine.world);
  Mechanism::check(world, Ref<NodeTask>{task}, static_cast<size_t>(event), [&](Ref<Prog> prog) {
    const auto& run = memory.template pool<Prog>()[prog.index];
    visit(run.number, run.pages);
  });
}
template <template <class> class World, class Mechanism, class Processes>
uint16_t view_root(const SeccompMachineIn<World, Mechanism, Processes>& machine, uint16_t task) {
  const auto& caller = machine.world.memory.template pool<SeccompTask>()[task];
  if constexpr (Mechanism::State::template kHas<FilterNode>)
    return caller.node.index;
  else
    return caller.filter.index;
}
template <template <class> class World, class Mechanism, class Processes, class Visit>
void each_in_view(const SeccompMachineIn<World, Mechanism, Processes>& machine, uint16_t task, int event, Visit visit) {
  if (event != 0) return;
  const auto& memory = machine.world.memory;
  auto world = peek(machine.world);
  Mechanism::check(world, Ref<SeccompTask>{task}, 0, [&](Ref<Filter> filter) {
    const auto& run = memory.template pool<Filter>()[filter.index];
    visit(run.number, run.len);
  });
}

// Which allocation made the task's events: another number than before the step says that they were replaced. 0: none.
template <class Mechanism, template <class> class World, class Processes>
uint32_t events_birth(const NodeMachine<Mechanism, World, Processes>& machine, uint16_t task) {
  const auto& memory = machine.world.memory;
  const auto& caller = memory.template pool<NodeTask>()[task];
  const auto birth = [&]<class T>(Ref<T> ref) {
    return ref.index == 0 ? 0 : memory.template pool<T>().birth(ref.index);
  };
  if constexpr (Mechanism::State::template kHas<Node>)
    return birth(caller.events);
  else
    return birth(caller.lists);
}

// The whole state. A writer that is kept saves allocations.
template <class Machine>
void show(const Machine& machine, FactsWriter& out, Snapshot& s) {
  show_graph(machine, out, s);
  for (auto& task : s.tasks)
    for (int event = 0; event < kEvents; ++event)
      each_in_view(machine, task.number, event, [&](uint16_t number, uint32_t) { task.view[event].push_back(number); });
}
template <class Machine>
void show(const Machine& machine, Snapshot& s) {
  FactsWriter out;
  show(machine, out, s);
}

}  // namespace lockstep
