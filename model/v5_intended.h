// SPDX-License-Identifier: GPL-2.0-or-later
// v5-intended: what the thread promises, with the objects of the posted code, but `owner` is a task, there is no taking
// over, and a rule starts with usage 1 (docs/mechanisms.md, section 1). With the option that the thread proposes it is
// v5-new-hierarchy.
#pragma once

#include "model/v5.h"

namespace lockstep {

struct V5Intended {
  static constexpr uint32_t kKnownFlags = 0;  // of an append
  template <template <class...> class MemoryOf>
  using StateIn = MemoryOf<NodeTask, Events, Node, Rule, Prog>;
  using State = StateIn<Memory>;

  template <class W, class E>
  static void put_events(W& w, E events) {
    if (!w.branch(Branch::events_freed, w.dec_and_test(f::events_usage, events))) return;
    for (size_t event = 0; event < kEvents; ++event) {
      auto node = w.load(f::nodes, events, event);
      if (!w.branch(Branch::slot_empty, w.is_null(node))) put_node(w, node);
    }
    w.free(events);
  }

  // Events with a node for every event, owned by the caller, each inheriting what the caller's old slot held; or null.
  template <class W, class Task, class E>
  static auto new_own_events(W& w, Task caller, E old_events, bool first) {
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
      w.store(f::owner, node, caller);
      w.store(f::nodes, events, event, node);
      if (first) continue;
      auto inherited = w.load(f::nodes, old_events, event);
      w.inc(f::node_usage, inherited);
      w.store(f::node_prev, node, inherited);
    }
    return events;
  }

  template <class W, class N, class R>
  static void link(W& w, N node, R rule) {
    w.store(f::rule_prev, rule, w.load(f::node_rule, node));
    w.publish(f::node_rule, node, rule);
  }

  // What the task owns there is nobody's from here on.
  template <class W, class Task, class E>
  static void leave_nodes(W& w, Task task, E events) {
    for (size_t event = 0; event < kEvents; ++event) {
      auto node = w.load(f::nodes, events, event);
      if (w.branch(Branch::owner_exits, w.load(f::owner, node) == task))
        w.store(f::owner, node, w.template null<NodeTask>());
    }
  }

  // known_flags: with NEW_RULE_HIERARCHY even an owner gets new nodes.
  template <class W, class Task, class P>
  static int append(W& w, Task caller, P prog, const Step& args, uint32_t known_flags = kKnownFlags) {
    if (int error = enter_append(w, caller, prog, args, known_flags)) return error;
    if (w.branch(Branch::wrong_type, args.type != ProgType::landlock)) return drop_prog(w, prog, EINVAL);
    auto events = w.load(f::events, caller);
    auto pages = w.load(f::prog_pages, prog);
    bool first = w.branch(Branch::first_append, w.is_null(events));
    bool in_place = false;
    if (!first) {
      in_place = w.branch(Branch::owner_here, w.load(f::owner, w.load(f::nodes, events, args.event)) == caller);
      if (in_place && known_flags != 0) in_place = !w.branch(Branch::new_hierarchy, args.flags != 0);
      pages = pages + pages_reached(w, events);
      if (!in_place) pages = pages + 1;  // the events object that takes the place of the old one
    }
    if (w.branch(Branch::over_limit, pages > w.limit())) return drop_prog(w, prog, E2BIG);
    auto rule = w.template alloc<Rule>();
    if (w.branch(Branch::no_rule, w.is_null(rule))) return drop_prog(w, prog, ENOMEM);
    w.store(f::rule_usage, rule, 1);
    w.store(f::rule_prog, rule, prog);
    if (!in_place) {
      auto own = new_own_events(w, caller, events, first);
      if (w.branch(Branch::no_filled_events, w.is_null(own))) {
        put_rule(w, rule);
        return w.fail(ENOMEM);
      }
      if (!first && known_flags != 0) leave_nodes(w, caller, events);
      if (!first) put_events(w, events);
      w.store(f::events, caller, own);
      events = own;
    }
    link(w, w.load(f::nodes, events, args.event), rule);
    return 0;
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
    if (!w.branch(Branch::exit_puts, !w.is_null(events))) return;
    leave_nodes(w, task, events);
    put_events(w, events);
  }
};

}  // namespace lockstep
