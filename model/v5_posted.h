// SPDX-License-Identifier: GPL-2.0-or-later
// v5-posted: what the posted code of the v5 series does, to the letter, good or bad (docs/mechanisms.md, section 2).
// `owner` is the address of a slot; a node is only ever in slots of its own event, so the events object says it all.
#pragma once

#include "model/v5.h"

namespace lockstep {

struct V5Posted {
  template <template <class...> class MemoryOf>
  using StateIn = MemoryOf<NodeTask, Events, Node, Rule, Prog>;
  using State = StateIn<Memory>;

  template <class W, class E>
  static void put_events(W& w, E events) {
    if (!w.branch(Branch::events_freed, w.dec_and_test(f::events_usage, events))) return;
    for (size_t event = 0; event < kEvents; ++event) {
      auto node = w.load(f::nodes, events, event);
      if (w.branch(Branch::slot_empty, w.is_null(node))) continue;
      if (w.branch(Branch::owner_put, w.load(f::slot_owner, node) == events))
        w.store(f::slot_owner, node, w.template null<Events>());
      put_node(w, node);
    }
    w.free(events);
  }

  // An events object in which every slot has a node of its own, or null.
  template <class W>
  static auto new_filled_events(W& w) {
    auto events = w.template alloc<Events>();
    if (w.branch(Branch::no_events, w.is_null(events))) return events;
    w.store(f::events_usage, events, 1);
    for (size_t event = 0; event < kEvents; ++event) {
      auto node = w.template alloc<Node>();
      if (w.branch(Branch::no_node, w.is_null(node))) {
        put_events(w, events);
        return w.template null<Events>();
      }
      w.store(f::node_usage, node, 1);
      w.store(f::slot_owner, node, events);
      w.store(f::nodes, events, event, node);
    }
    return events;
  }

  template <class W, class N, class R>
  static void link(W& w, N node, R rule) {
    chain_rule(w, rule, w.load(f::node_rule, node));
    w.publish(f::node_rule, node, rule);
  }

  // The caller's slot gets a new node that inherits from the old one, in events of its own.
  template <class W, class Task, class E, class R>
  static int fork_node(W& w, Task caller, E old_events, size_t event, R rule) {
    auto node = w.template alloc<Node>();
    if (w.branch(Branch::fork_no_node, w.is_null(node))) {
      put_rule(w, rule);
      return w.fail(ENOMEM);
    }
    w.store(f::node_usage, node, 1);
    w.store(f::slot_owner, node, old_events);  // not the events that the caller is about to get
    w.store(f::rule_usage, rule, 1);
    w.store(f::node_rule, node, rule);
    auto events = w.template alloc<Events>();
    if (w.branch(Branch::fork_no_events, w.is_null(events))) {
      put_node(w, node);
      return w.fail(ENOMEM);
    }
    w.store(f::events_usage, events, 1);
    for (size_t slot = 0; slot < kEvents; ++slot) {
      auto shared = w.load(f::nodes, old_events, slot);
      w.store(f::nodes, events, slot, shared);
      if (slot == event) w.store(f::node_prev, node, shared);
      w.warn(Branch::fork_slot_empty, w.is_null(shared));
      if (w.branch(Branch::node_shared, !w.is_null(shared))) w.inc(f::node_usage, shared);
    }
    w.store(f::nodes, events, event, node);
    put_events(w, old_events);
    w.store(f::events, caller, events);
    return 0;
  }

  template <class W, class Task, class P>
  static int append(W& w, Task caller, P prog, const Step& args) {
    if (int error = enter_append(w, caller, prog, args)) return error;
    if (w.branch(Branch::wrong_type, args.type != ProgType::landlock)) return drop_prog(w, prog, EINVAL);
    auto events = w.load(f::events, caller);
    auto pages = w.load(f::prog_pages, prog);
    bool first = w.branch(Branch::first_append, w.is_null(events));
    if (!first) {
      pages = pages + pages_reached(w, events);
      // Paid by an in-place append to shared events too, which allocates none.
      if (w.branch(Branch::events_charged, w.load(f::events_usage, events) != 1)) pages = pages + 1;
    }
    if (w.branch(Branch::over_limit, pages > w.limit())) return drop_prog(w, prog, E2BIG);
    auto rule = w.template alloc<Rule>();  // its usage is 0 until it is linked
    if (w.branch(Branch::no_rule, w.is_null(rule))) return drop_prog(w, prog, ENOMEM);
    w.store(f::rule_prog, rule, prog);
    if (first) {
      auto filled = new_filled_events(w);
      if (w.branch(Branch::no_filled_events, w.is_null(filled))) {
        put_rule(w, rule);  // from usage 0 to -1: it stays
        return w.fail(ENOMEM);
      }
      link(w, w.load(f::nodes, filled, args.event), rule);
      w.store(f::events, caller, filled);
      return 0;
    }
    auto node = w.load(f::nodes, events, args.event);
    if (w.branch(Branch::owner_here, w.load(f::slot_owner, node) == events)) {
      link(w, node, rule);
      return 0;
    }
    if (w.branch(Branch::becomes_owner, w.load(f::events_usage, events) == 1)) {
      w.warn(Branch::owned_by_other, !w.is_null(w.load(f::slot_owner, node)));
      w.store(f::slot_owner, node, events);
      link(w, node, rule);
      return 0;
    }
    return fork_node(w, caller, events, args.event, rule);
  }

  template <class W, class Task>
  static int fork(W& w, Task parent, const Step& args) {
    return fork_v5(w, parent, args);
  }

  template <class W, class Task, class Visit>
  static void check(W& w, Task task, size_t event, Visit visit) {
    check_v5(w, task, event, visit);
  }

  template <class W, class Task>
  static void exit(W& w, Task task) {
    auto events = w.load(f::events, task);
    w.store(f::events, task, w.template null<Events>());
    if (w.branch(Branch::exit_puts, !w.is_null(events))) put_events(w, events);
  }
};

}  // namespace lockstep
