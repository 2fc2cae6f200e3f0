// SPDX-License-Identifier: GPL-2.0-or-later
// v6-posted: the next revision of the series: no nodes, an events object holds one rule list per event and is copied
// when it is shared (docs/mechanisms.md, section 3).
#pragma once

#include "model/rules.h"

namespace lockstep {

struct V6Posted {
  template <template <class...> class MemoryOf>
  using StateIn = MemoryOf<NodeTask, RuleLists, Rule, Prog>;
  using State = StateIn<Memory>;

  template <class W, class L>
  static void put_events(W& w, L lists) {
    if (!w.branch(Branch::events_freed, w.dec_and_test(f::lists_usage, lists))) return;
    for (size_t event = 0; event < kEvents; ++event) put_rule(w, w.load(f::rules, lists, event));
    w.free(lists);
  }

  // Events of the caller's own, with the old ones' rules; null if there is no memory.
  template <class W, class L>
  static auto copy_events(W& w, L old_lists) {
    auto lists = w.template alloc<RuleLists>();
    if (w.branch(Branch::no_events, w.is_null(lists))) return lists;
    w.store(f::lists_usage, lists, 1);
    for (size_t event = 0; event < kEvents; ++event) {
      auto newest = w.load(f::rules, old_lists, event);
      w.store(f::rules, lists, event, newest);
      if (!w.branch(Branch::slot_empty, w.is_null(newest))) w.inc(f::rule_usage, newest);
    }
    put_events(w, old_lists);
    return lists;
  }

  template <class W>
  static auto new_events(W& w) {
    auto lists = w.template alloc<RuleLists>();
    if (!w.branch(Branch::no_events, w.is_null(lists))) w.store(f::lists_usage, lists, 1);
    return lists;
  }

  template <class W, class Task, class P>
  static int append(W& w, Task caller, P prog, const Step& args) {
    if (int error = enter_append(w, caller, prog, args)) return error;
    if (w.branch(Branch::wrong_type, args.type != ProgType::landlock)) return drop_prog(w, prog, EINVAL);
    auto lists = w.load(f::lists, caller);
    auto pages = w.load(f::prog_pages, prog);
    bool first = w.branch(Branch::first_append, w.is_null(lists));
    if (!first) {
      for (size_t event = 0; event < kEvents; ++event) pages = pages + pages_of(w, w.load(f::rules, lists, event));
      if (w.branch(Branch::events_charged, w.load(f::lists_usage, lists) != 1)) pages = pages + 1;
    }
    if (w.branch(Branch::over_limit, pages > w.limit())) return drop_prog(w, prog, E2BIG);
    auto rule = w.template alloc<Rule>();  // its usage is 0 until it is linked
    if (w.branch(Branch::no_rule, w.is_null(rule))) return drop_prog(w, prog, ENOMEM);
    w.store(f::rule_prog, rule, prog);
    const bool shared = !first && w.branch(Branch::events_shared, w.load(f::lists_usage, lists) > 1);
    if (first || shared) {
      auto own = first ? new_events(w) : copy_events(w, lists);
      if (w.branch(Branch::no_filled_events, w.is_null(own))) {
        put_rule(w, rule);  // from usage 0 to -1: it stays
        return w.fail(ENOMEM);
      }
      lists = own;
    }
    chain_rule(w, rule, w.load(f::rules, lists, args.event));
    w.publish(f::rules, lists, args.event, rule);
    w.store(f::lists, caller, lists);
    return 0;
  }

  template <class W, class Task>
  static int fork(W& w, Task parent, const Step& args) {
    auto child = w.template alloc_named<NodeTask>(args.made);
    if (w.branch(Branch::no_task, w.is_null(child))) return w.fail(ENOMEM);
    copy_credentials(w, parent, child);
    auto lists = w.load(f::lists, parent);
    if (w.branch(Branch::fork_shares, !w.is_null(lists))) w.inc(f::lists_usage, lists);
    w.store(f::lists, child, lists);
    return 0;
  }

  // The check path.
  template <class W, class Task, class Visit>
  static void check(W& w, Task task, size_t event, Visit visit) {
    auto lists = w.load(f::lists, task);
    if (w.branch(Branch::first_append, w.is_null(lists))) return;
    check_rules(w, w.load(f::rules, lists, event), visit);
  }

  template <class W, class Task>
  static void exit(W& w, Task task) {
    auto lists = w.load(f::lists, task);
    w.store(f::lists, task, w.template null<RuleLists>());
    if (w.branch(Branch::exit_puts, !w.is_null(lists))) put_events(w, lists);
  }
};

}  // namespace lockstep
