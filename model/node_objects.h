// SPDX-License-Identifier: GPL-2.0-or-later
// Objects of the three node designs and how their fields are called. Source: the design of the Landlock v5 and v6
// series of 2017 (linux-kernel thread "[PATCH v5 06/10] seccomp,landlock: Handle Landlock events per process
// hierarchy"), restated in docs/mechanisms.md.
#pragma once

#include "model/trace.h"
#include "model/world.h"

namespace lockstep {

struct Node;
struct NodeTask;

// A loaded program. Counted by file descriptors and by rules.
struct Prog {
  static constexpr const char* kName = "prog";
  int32_t refs;
  uint32_t pages;
  uint16_t number;  // R number in the trace; only a check reads it: that is how it tells what it runs
  bool operator==(const Prog&) const = default;
};
struct Rule {
  static constexpr const char* kName = "rule";
  int32_t usage;
  Ref<Rule> prev;  // the older rule of the list
  Ref<Prog> prog;
  bool operator==(const Rule&) const = default;
};
struct Events {  // v5
  static constexpr const char* kName = "events";
  int32_t usage;
  std::array<Ref<Node>, kEvents> nodes;
  bool operator==(const Events&) const = default;
};
struct Node {
  static constexpr const char* kName = "node";
  int32_t usage;
  Ref<Rule> rule;          // the newest rule of its list
  Ref<Node> prev;          // the inherited node
  Ref<Events> slot_owner;  // v5-posted: the address of an events object's slot, always the slot of this node's event
  Ref<NodeTask> owner;     // v5-intended
  bool operator==(const Node&) const = default;
};
struct RuleLists {  // the events object of v6
  static constexpr const char* kName = "events";
  int32_t usage;
  std::array<Ref<Rule>, kEvents> rules;
  bool operator==(const RuleLists&) const = default;
};
struct NodeTask {
  static constexpr const char* kName = "task";
  Ref<Events> events;
  Ref<RuleLists> lists;  // v6
  bool nnp;
  bool cap;
  bool operator==(const NodeTask&) const = default;
};

// All fields of an object, for whoever stores or compares it whole. A field that is added must be added here to build.
template <Is<Prog> O>
void each_field(O& prog, auto visit) {
  auto& [refs, pages, number] = prog;
  visit(refs), visit(pages), visit(number);
}
template <Is<Rule> O>
void each_field(O& rule, auto visit) {
  auto& [usage, prev, prog] = rule;
  visit(usage), visit(prev), visit(prog);
}
template <Is<Events> O>
void each_field(O& events, auto visit) {
  auto& [usage, nodes] = events;
  visit(usage);
  for (auto& node : nodes) visit(node);
}
template <Is<Node> O>
void each_field(O& node, auto visit) {
  auto& [usage, rule, prev, slot_owner, owner] = node;
  visit(usage), visit(rule), visit(prev), visit(slot_owner), visit(owner);
}
template <Is<RuleLists> O>
void each_field(O& lists, auto visit) {
  auto& [usage, rules] = lists;
  visit(usage);
  for (auto& rule : rules) visit(rule);
}
template <Is<NodeTask> O>
void each_field(O& task, auto visit) {
  auto& [events, lists, nnp, cap] = task;
  visit(events), visit(lists), visit(nnp), visit(cap);
}

namespace f {
inline constexpr Field<Prog, int32_t> prog_refs{"prog.refs", &Prog::refs};
inline constexpr Field<Prog, uint32_t> prog_pages{"prog.pages", &Prog::pages};
inline constexpr Field<Prog, uint16_t> prog_number{"prog.number", &Prog::number};
inline constexpr Field<Rule, int32_t> rule_usage{"rule.usage", &Rule::usage};
inline constexpr Field<Rule, Ref<Rule>> rule_prev{"rule.prev", &Rule::prev, Holds::refs};
inline constexpr Field<Rule, Ref<Prog>> rule_prog{"rule.prog", &Rule::prog, Holds::refs};
inline constexpr Field<Events, int32_t> events_usage{"events.usage", &Events::usage};
inline constexpr Slots<Events, Ref<Node>, kEvents> nodes{"events.nodes", &Events::nodes, Holds::refs};
inline constexpr Field<Node, int32_t> node_usage{"node.usage", &Node::usage};
inline constexpr Field<Node, Ref<Rule>> node_rule{"node.rule", &Node::rule, Holds::refs};
inline constexpr Field<Node, Ref<Node>> node_prev{"node.prev", &Node::prev, Holds::refs};
inline constexpr Field<Node, Ref<Events>> slot_owner{"node.owner", &Node::slot_owner};
inline constexpr Field<Node, Ref<NodeTask>> owner{"node.owner", &Node::owner};
inline constexpr Field<RuleLists, int32_t> lists_usage{"events.usage", &RuleLists::usage};
inline constexpr Slots<RuleLists, Ref<Rule>, kEvents> rules{"events.rules", &RuleLists::rules, Holds::refs};
inline constexpr Field<NodeTask, Ref<Events>> events{"task.events", &NodeTask::events, Holds::refs};
inline constexpr Field<NodeTask, Ref<RuleLists>> lists{"task.events", &NodeTask::lists, Holds::refs};
inline constexpr Field<NodeTask, bool> nnp{"task.nnp", &NodeTask::nnp};
inline constexpr Field<NodeTask, bool> cap{"task.cap", &NodeTask::cap};
}  // namespace f

}  // namespace lockstep
