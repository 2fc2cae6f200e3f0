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
  int32_t refs;
  uint32_t pages;
  uint16_t number;  // R number in the trace; only a check reads it: that is how it tells what it runs
};
struct Rule {
  int32_t usage;
  Ref<Rule> prev;  // the older rule of the list
  Ref<Prog> prog;
};
struct Events {  // v5
  int32_t usage;
  std::array<Ref<Node>, kEvents> nodes;
};
struct Node {
  int32_t usage;
  Ref<Rule> rule;          // the newest rule of its list
  Ref<Node> prev;          // the inherited node
  Ref<Events> slot_owner;  // v5-posted: the address of an events object's slot, always the slot of this node's event
  Ref<NodeTask> owner;     // v5-intended
};
struct RuleLists {  // the events object of v6
  int32_t usage;
  std::array<Ref<Rule>, kEvents> rules;
};
struct NodeTask {
  Ref<Events> events;
  Ref<RuleLists> lists;  // v6
  bool nnp;
  bool cap;
};

namespace f {
inline constexpr Field<Prog, int32_t> prog_refs{"prog.refs", &Prog::refs};
inline constexpr Field<Prog, uint32_t> prog_pages{"prog.pages", &Prog::pages};
inline constexpr Field<Prog, uint16_t> prog_number{"prog.number", &Prog::number};
inline constexpr Field<Rule, int32_t> rule_usage{"rule.usage", &Rule::usage};
inline constexpr Field<Rule, Ref<Rule>> rule_prev{"rule.prev", &Rule::prev};
inline constexpr Field<Rule, Ref<Prog>> rule_prog{"rule.prog", &Rule::prog};
inline constexpr Field<Events, int32_t> events_usage{"events.usage", &Events::usage};
inline constexpr Slots<Events, Ref<Node>, kEvents> nodes{"events.nodes", &Events::nodes};
inline constexpr Field<Node, int32_t> node_usage{"node.usage", &Node::usage};
inline constexpr Field<Node, Ref<Rule>> node_rule{"node.rule", &Node::rule};
inline constexpr Field<Node, Ref<Node>> node_prev{"node.prev", &Node::prev};
inline constexpr Field<Node, Ref<Events>> slot_owner{"node.owner", &Node::slot_owner};
inline constexpr Field<Node, Ref<NodeTask>> owner{"node.owner", &Node::owner};
inline constexpr Field<RuleLists, int32_t> lists_usage{"events.usage", &RuleLists::usage};
inline constexpr Slots<RuleLists, Ref<Rule>, kEvents> rules{"events.rules", &RuleLists::rules};
inline constexpr Field<NodeTask, Ref<Events>> events{"task.events", &NodeTask::events};
inline constexpr Field<NodeTask, Ref<RuleLists>> lists{"task.events", &NodeTask::lists};
inline constexpr Field<NodeTask, bool> nnp{"task.nnp", &NodeTask::nnp};
inline constexpr Field<NodeTask, bool> cap{"task.cap", &NodeTask::cap};
}  // namespace f

}  // namespace lockstep
