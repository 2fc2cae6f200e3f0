// SPDX-License-Identifier: GPL-2.0-or-later
// Transition text that both v5 designs share: nodes, the sum of pages, fork.
#pragma once

#include "model/rules.h"

namespace lockstep {

// Drops a reference on a node; each node that ends puts its rules, and its own reference on its `prev` goes next.
template <class W, class N>
void put_node(W& w, N node) {
  w.loop(node, [&](auto& held) {
    if (w.branch(Branch::nodes_end, w.is_null(held))) return false;
    if (w.branch(Branch::node_kept, !w.dec_and_test(f::node_usage, held))) return false;
    put_rule(w, w.load(f::node_rule, held));
    auto inherited = w.load(f::node_prev, held);
    w.free(held);
    held = inherited;
    return true;
  });
}

// Pages of all rules that the slots of `events` lead to.
template <class W, class E>
auto pages_reached(W& w, E events) {
  auto in_slot = [&](size_t event) {
    return w.sum(f::node_prev, w.load(f::nodes, events, event),
                 [&](auto node) { return pages_of(w, w.load(f::node_rule, node)); });
  };
  auto total = in_slot(0);
  for (size_t event = 1; event < kEvents; ++event) total = total + in_slot(event);
  return total;
}

// The check path: the task's node for the event, then the nodes that it inherits from.
template <class W, class Task, class Visit>
void check_v5(W& w, Task task, size_t event, Visit visit) {
  auto events = w.load(f::events, task);
  if (w.branch(Branch::first_append, w.is_null(events))) return;
  w.loop(w.load(f::nodes, events, event), [&](auto& at) {
    if (w.branch(Branch::nodes_end, w.is_null(at))) return false;
    check_rules(w, w.load(f::node_rule, at), visit);
    at = w.load(f::node_prev, at);
    return true;
  });
}

// fork, vfork, clone: the child gets the parent's events, and the reference is taken after the last failure point.
template <class W, class Task>
int fork_v5(W& w, Task parent, const Step& args) {
  auto child = w.template alloc_named<NodeTask>(args.made);
  if (w.branch(Branch::no_task, w.is_null(child))) return w.fail(ENOMEM);
  copy_credentials(w, parent, child);
  auto events = w.load(f::events, parent);
  if (w.branch(Branch::fork_shares, !w.is_null(events))) w.inc(f::events_usage, events);
  w.store(f::events, child, events);
  return 0;
}

}  // namespace lockstep
