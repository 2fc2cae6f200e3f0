// SPDX-License-Identifier: GPL-2.0-or-later
// Shows a mechanism's concrete state as facts: reads memory, decides nothing.
#pragma once

#include <array>

#include "model/machine.h"

namespace lockstep {

// Puts objects and pointers of some memory into a snapshot. Objects are found by kind and slot number.
class FactsWriter {
 public:
  explicit FactsWriter(Snapshot& snapshot) : s_(snapshot) {}

  template <class T, class Fill>
  void objects(Kind kind, const Pool<T>& pool, Fill fill) {
    pool.each([&](uint16_t index) { add(kind, index, fill(pool[index]), pool.birth(index), false); });
  }
  // A pointer that leads nowhere is left out; one to freed memory shows that memory as a freed object.
  template <class T>
  void pointer(Link link, uint16_t from, Kind kind, Ref<T> to, uint8_t event = 0) {
    if (to.index == 0) return;
    if (place_of(kind, to.index) == 0) add(kind, to.index, {}, 0, true);
    s_.pointers.push_back({link, event, from, place(kind, to.index)});
  }
  uint16_t place(Kind kind, uint16_t index) { return static_cast<uint16_t>(place_of(kind, index) - 1); }

 private:
  void add(Kind kind, uint16_t index, ObjectFacts object, uint32_t birth, bool freed) {
    object.kind = kind;
    object.birth = birth;
    object.freed = freed;
    s_.objects.push_back(object);
    place_of(kind, index) = static_cast<uint16_t>(s_.objects.size());
  }
  uint16_t& place_of(Kind kind, uint16_t index) {
    auto& places = places_[static_cast<size_t>(kind)];
    if (index >= places.size()) places.resize(index + 64u);
    return places[index];
  }
  Snapshot& s_;
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

// Walks a chain; ends where memory is freed, and after as many steps as there is memory.
template <class T, class Visit>
void walk(const Pool<T>& pool, Ref<T> at, Ref<T> T::*next, Visit visit) {
  for (int steps = 0; pool.live(at.index) && steps < pool.end(); ++steps) {
    visit(at);
    at = pool[at.index].*next;
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

template <class State>
void append_view(const State& memory, Ref<Rule> newest, std::vector<uint16_t>& view) {
  const auto& progs = memory.template pool<Prog>();
  const auto& rules = memory.template pool<Rule>();
  walk(rules, newest, &Rule::prev, [&](Ref<Rule> r) { view.push_back(progs[rules[r.index].prog.index].number); });
}

// v5: slots lead to nodes.
template <class State>
void show_events(const State& memory, FactsWriter& out, Snapshot& s) {
  const auto& nodes = memory.template pool<Node>();
  const auto& events = memory.template pool<Events>();
  const auto& tasks = memory.template pool<NodeTask>();
  out.objects(Kind::node, nodes, [](const Node& n) { return ObjectFacts{.counter = {n.usage}}; });
  out.objects(Kind::events, events, [](const Events& e) { return ObjectFacts{.counter = {e.usage}}; });
  std::vector<uint16_t> task_place(tasks.end());
  for (uint16_t i = 0; i < s.tasks.size(); ++i) task_place[s.tasks[i].number] = i;
  nodes.each([&](uint16_t index) {
    auto from = out.place(Kind::node, index);
    const auto& node = nodes[index];
    out.pointer(Link::node_rule, from, Kind::rule, node.rule);
    out.pointer(Link::node_prev, from, Kind::node, node.prev);
    out.pointer(Link::owner, from, Kind::events, node.slot_owner);
    if (node.owner.index == 0) return;
    if (tasks.live(node.owner.index))
      s.pointers.push_back({Link::owner, 0, from, task_place[node.owner.index]});
    else
      s.faults.emplace_back("an owner names a task that is gone");
  });
  events.each([&](uint16_t index) {
    for (uint8_t event = 0; event < kEvents; ++event)
      out.pointer(Link::slot, out.place(Kind::events, index), Kind::node, events[index].nodes[event], event);
  });
  for (uint16_t i = 0; i < s.tasks.size(); ++i) {
    auto own = tasks[s.tasks[i].number].events;
    out.pointer(Link::task_events, i, Kind::events, own);
    if (!events.live(own.index)) continue;
    for (int event = 0; event < kEvents; ++event)
      walk(nodes, events[own.index].nodes[event], &Node::prev,
           [&](Ref<Node> n) { append_view(memory, nodes[n.index].rule, s.tasks[i].view[event]); });
  }
}

// v6: slots lead to rules.
inline void show_events(const V6Posted::State& memory, FactsWriter& out, Snapshot& s) {
  const auto& lists = memory.pool<RuleLists>();
  const auto& tasks = memory.pool<NodeTask>();
  out.objects(Kind::events, lists, [](const RuleLists& e) { return ObjectFacts{.counter = {e.usage}}; });
  lists.each([&](uint16_t index) {
    for (uint8_t event = 0; event < kEvents; ++event)
      out.pointer(Link::slot, out.place(Kind::events, index), Kind::rule, lists[index].rules[event], event);
  });
  for (uint16_t i = 0; i < s.tasks.size(); ++i) {
    auto own = tasks[s.tasks[i].number].lists;
    out.pointer(Link::task_events, i, Kind::events, own);
    if (!lists.live(own.index)) continue;
    for (int event = 0; event < kEvents; ++event)
      append_view(memory, lists[own.index].rules[event], s.tasks[i].view[event]);
  }
}

template <class Mechanism, template <class> class World>
void show(const NodeMachine<Mechanism, World>& machine, Snapshot& s) {
  const auto& memory = machine.world.memory;
  FactsWriter out(s);
  memory.template pool<NodeTask>().each([&](uint16_t number) { s.tasks.push_back({.number = number}); });
  s.owner_is_task = std::is_same_v<Mechanism, V5Intended>;
  show_rules(memory, out);
  show_events(memory, out, s);
  show_faults(memory, s);
}

template <template <class> class World>
void show(const SeccompMachineIn<World>& machine, Snapshot& s) {
  const auto& memory = machine.world.memory;
  const auto& filters = memory.template pool<Filter>();
  FactsWriter out(s);
  s.filters = true;
  out.objects(Kind::filter, filters, [](const Filter& f) {
    return ObjectFacts{.number = f.number, .counter = {f.refs, f.users}, .size = f.len};
  });
  filters.each([&](uint16_t index) {
    out.pointer(Link::filter_prev, out.place(Kind::filter, index), Kind::filter, filters[index].prev);
  });
  memory.template pool<SeccompTask>().each([&](uint16_t number) {
    const auto& task = memory.template pool<SeccompTask>()[number];
    TaskFacts facts{.number = number,
                    .mode = static_cast<uint8_t>(task.mode),
                    .filter_count = static_cast<uint16_t>(task.count),
                    .nnp = task.nnp};
    if (machine.processes.zombie(number)) facts.life = Life::zombie;
    walk(filters, task.filter, &Filter::prev, [&](Ref<Filter> f) { facts.view[0].push_back(filters[f.index].number); });
    out.pointer(Link::task_filter, static_cast<uint16_t>(s.tasks.size()), Kind::filter, task.filter);
    s.tasks.push_back(std::move(facts));
  });
  show_faults(memory, s);
  // A program on its own is there within an attach only; afterwards it is part of its filter, or gone.
  memory.template pool<FilterProg>().each([&](uint16_t) { s.faults.emplace_back("a program was left behind"); });
}

}  // namespace lockstep
