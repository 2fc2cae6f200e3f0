// SPDX-License-Identifier: GPL-2.0-or-later
// What holds in every state of each mechanism, beside what all of them share: the invariants that carry the proofs.
#pragma once

#include "model/seccomp_nodes.h"
#include "model/v5_new_hierarchy.h"
#include "model/v5_posted.h"
#include "model/v6_posted.h"
#include "oracle/claims.h"

namespace lockstep {

template <class L, class Task>
auto acts(const L& l, const Task& task) {
  return l.live(task) && !l.ending(task);
}

// Every design's rules hold a program, each one of its own.
template <class L, class Claim>
void claim_rules(const L& l, Claim claim) {
  claim(over<Rule>, "a rule's program is nobody else's", kLemma, [=](auto x) {
    const auto prog = l.get(f::rule_prog, x);
    return implies(l.template holds<Rule>(x) && !l.is_null(prog), l.get(f::prog_refs, prog) == 1);
  });
  claim(over<Rule>, "a rule has a program", kLemma,
        [=](auto x) { return implies(l.template holds<Rule>(x), !l.is_null(l.get(f::rule_prog, x))); });
}
// The posted designs: a rule whose append failed stays, with usage -1, and nothing leads to it.
template <class L, class Claim>
void claim_rules_leak(const L& l, Claim claim) {
  claim(over<Rule>, "rule.usage is exact, or -1 for a rule that was left behind", kLemma, [=](auto x) {
    const auto usage = l.get(f::rule_usage, x);
    return implies(l.settled(x),
                   (usage >= 1 && usage == l.references(f::rule_usage, x)) ||
                       (usage == -1 && l.references(f::rule_usage, x) == 0 && l.is_null(l.get(f::rule_prev, x))));
  });
}

template <class L, class Claim>
void claim_users_walk(const L& l, Claim claim) {
  for (const auto& used : l.held(f::users))
    claim(over<>, "the walk along the users stays on the chain that is held", kLemma, [=]() {
      auto somewhere = l.is_null(used);
      for (const auto& held : l.held(f::refs)) somewhere = somewhere || l.reaches(f::filter_prev, held, used);
      return somewhere;
    });
}

template <class Mechanism>
struct ClaimsOf;

template <>
struct ClaimsOf<Seccomp> {
  static constexpr bool kRulesLeak = false;
  using Task = SeccompTask;
  using Made = Filter;  // what an attach adds to a view
  template <class L, class Claim>
  static void lemmas(const L& l, Claim claim) {
    claim_users_walk(l, claim);
    if (!l.release_at_reap())
      claim(over<SeccompTask>, "a dead task has no filter", kLemma,
            [=](auto t) { return implies(l.live(t) && l.ending(t), l.is_null(l.get(f::filter, t))); });
  }
  static constexpr size_t kViews = 1;
  // Where a check by the task begins, if it runs anything.
  template <class L, class T>
  static auto view_begin(const L& l, const T& t, size_t) {
    return l.get(f::filter, t);
  }
  template <class L, class T>
  static auto has_view(const L& l, const T& t, size_t event) {
    return !l.is_null(view_begin(l, t, event));
  }
  template <class L, class T, class R>
  static auto in_view(const L& l, const T& t, size_t event, const R& rule) {
    return has_view(l, t, event) && l.reaches(f::filter_prev, view_begin(l, t, event), rule);
  }
  template <class L, class T>
  static auto view_sum(const L& l, const T& t) {
    return l.sum(f::filter_prev, l.get(f::filter, t));
  }
};

// Views of the designs in which a child has what its parent had, and nobody else gets what it appends.
template <class Design, class L, class Claim>
void claim_copy_views(const L& l, Claim claim) {
  using Task = typename Design::Task;
  using Made = typename Design::Made;
  for (size_t event = 0; event < Design::kViews; ++event) {
    const auto of = Design::kViews == 1 ? "" : " of event " + std::to_string(event);
    claim(over<Task, Made>, "what is in a view was promised" + of, Property::isolation, [=](auto t, auto r) {
      return implies(acts(l, t) && Design::in_view(l, t, event, r), l.promised(event, t, r));
    });
    claim(over<Task, Made>, "what was promised is in the view" + of, Property::inheritance, [=](auto t, auto r) {
      return implies(acts(l, t) && l.promised(event, t, r), Design::in_view(l, t, event, r));
    });
  }
}

// A step leaves everything in a view that was there: `l` is the state after it, `was` the one before.
template <class Design, class L, class Claim>
void claim_copy_steps(const L& was, const L& l, Claim claim) {
  using Task = typename Design::Task;
  using Made = typename Design::Made;
  for (size_t event = 0; event < Design::kViews; ++event) {
    const auto of = Design::kViews == 1 ? "" : " of event " + std::to_string(event);
    claim(over<Task, Made>, "what was in a view is in it" + of, Property::append_only, [=](auto t, auto r) {
      return implies(acts(was, t) && acts(l, t) && Design::in_view(was, t, event, r), Design::in_view(l, t, event, r));
    });
  }
}
template <class Design, class L, class Task, class Claim>
void claim_copy_fork(const L& was, const L& l, const Task& parent, const Task& child, Claim claim) {
  using Made = typename Design::Made;
  for (size_t event = 0; event < Design::kViews; ++event)
    claim(over<Made>, "a child's view is its parent's", Property::inheritance,
          [=](auto r) { return Design::in_view(l, child, event, r) == Design::in_view(was, parent, event, r); });
}

template <>
struct ClaimsOf<V6Posted> {
  static constexpr bool kRulesLeak = true;
  using Task = NodeTask;
  using Made = Rule;
  template <class L, class Claim>
  static void lemmas(const L& l, Claim claim) {
    claim_rules(l, claim);
    claim(over<RuleLists>, "an events object has a rule", kLemma, [=](auto x) {
      auto empty = l.is_null(l.get(f::rules, x, 0));
      for (size_t event = 1; event < kEvents; ++event) empty = empty && l.is_null(l.get(f::rules, x, event));
      return implies(l.template holds<RuleLists>(x), !empty);
    });
  }
  static constexpr size_t kViews = kEvents;
  template <class L, class T>
  static auto view_begin(const L& l, const T& t, size_t event) {
    return l.get(f::rules, l.get(f::lists, t), event);
  }
  template <class L, class T>
  static auto has_view(const L& l, const T& t, size_t event) {
    return !l.is_null(l.get(f::lists, t)) && !l.is_null(view_begin(l, t, event));
  }
  template <class L, class T, class R>
  static auto in_view(const L& l, const T& t, size_t event, const R& rule) {
    return has_view(l, t, event) && l.reaches(f::rule_prev, view_begin(l, t, event), rule);
  }
  template <class L, class T>
  static auto root(const L& l, const T& t) {
    return l.get(f::lists, t);
  }
  template <class L, class T>
  static auto view_sum(const L& l, const T& t) {
    const auto lists = l.get(f::lists, t);
    auto sum = l.sum(f::rule_prev, l.get(f::rules, lists, 0));
    for (size_t event = 1; event < kEvents; ++event) sum = sum + l.sum(f::rule_prev, l.get(f::rules, lists, event));
    return l.zero_if(l.is_null(lists), sum);
  }
};

struct V5Views {
  using Task = NodeTask;
  using Made = Rule;
  static constexpr size_t kViews = kEvents;
  template <class L, class T>
  static auto node_of(const L& l, const T& t, size_t event) {
    return l.get(f::nodes, l.get(f::events, t), event);
  }
  using NodeKind = Node;
  template <class L, class T>
  static auto has_nodes(const L& l, const T& t) {
    return !l.is_null(l.get(f::events, t));
  }
  template <class L, class T>
  static auto view_begin(const L& l, const T& t, size_t event) {
    return node_of(l, t, event);
  }
  template <class L, class T>
  static auto has_view(const L& l, const T& t, size_t event) {
    return has_nodes(l, t) && !l.is_null(view_begin(l, t, event));
  }
  template <class L, class T, class N>
  static auto leads_to(const L& l, const T& t, size_t event, const N& node) {
    return has_view(l, t, event) && l.reaches(f::node_prev, view_begin(l, t, event), node);
  }
  template <class L, class N, class R>
  static auto lists(const L& l, const N& node, const R& rule) {
    const auto newest = newest_in(l, over<Node>, node);
    return !l.is_null(newest) && l.reaches(f::rule_prev, newest, rule);
  }
  template <class L, class T>
  static auto view_sum(const L& l, const T& t) {
    auto sum = l.sum(f::node_prev, node_of(l, t, 0));
    for (size_t event = 1; event < kEvents; ++event) sum = sum + l.sum(f::node_prev, node_of(l, t, event));
    return l.zero_if(l.is_null(l.get(f::events, t)), sum);
  }
  template <class L, class Claim>
  static void steps(const L& was, const L& l, Claim claim) {
    for (size_t event = 0; event < kViews; ++event)
      claim(over<NodeTask, Node, Rule>, "what was in a view is in it of event " + std::to_string(event),
            Property::append_only, [=](auto t, auto n, auto r) {
              return implies(acts(was, t) && acts(l, t) && leads_to(was, t, event, n) && lists(was, n, r),
                             leads_to(l, t, event, n) && lists(l, n, r));
            });
  }
  template <class L, class T, class Claim>
  static void forks(const L& was, const L& l, const T& parent, const T& child, Claim claim) {
    for (size_t event = 0; event < kViews; ++event)
      claim(over<Node, Rule>, "a child's view is its parent's", Property::inheritance, [=](auto n, auto r) {
        return (leads_to(l, child, event, n) && lists(l, n, r)) ==
               (leads_to(was, parent, event, n) && lists(was, n, r));
      });
  }
  template <class L, class T>
  static auto root(const L& l, const T& t) {
    return l.get(f::events, t);
  }
  template <class L, class Claim>
  static void claim_slots_filled(const L& l, Claim claim) {
    claim(over<Events>, "every slot has a node", kLemma, [=](auto e) {
      auto all = l.template holds<Events>(e);
      for (size_t event = 0; event < kEvents; ++event)
        if (event == 0)
          all = implies(l.template holds<Events>(e), !l.is_null(l.get(f::nodes, e, event)));
        else
          all = all && implies(l.template holds<Events>(e), !l.is_null(l.get(f::nodes, e, event)));
      return all;
    });
  }
};

template <>
struct ClaimsOf<V5Intended> : V5Views {
  static constexpr bool kRulesLeak = false;
  struct Coupled {};  // nodes stand for groups
  template <class L, class Claim>
  static void lemmas(const L& l, Claim claim) {
    claim_rules(l, claim);
    claim_slots_filled(l, claim);
    claim(over<Rule>, "a rule is held once", kLemma,
          [=](auto x) { return implies(l.template holds<Rule>(x), l.get(f::rule_usage, x) == 1); });
    for (size_t event = 1; event < kEvents; ++event)
      claim(over<Events>, "each slot has a node of its own", kLemma, [=](auto e) {
        return implies(l.template holds<Events>(e), l.get(f::nodes, e, 0) != l.get(f::nodes, e, event));
      });
    for (size_t event = 1; event < kEvents; ++event)
      claim(over<NodeTask>, "who owns one of its nodes owns them all", kLemma, [=](auto t) {
        return implies(l.live(t) && has_nodes(l, t),
                       (l.get(f::owner, node_of(l, t, event)) == t) == (l.get(f::owner, node_of(l, t, 0)) == t));
      });
    claim(over<Node>, "an owner is a live task that has the node in a slot", Property::owner_valid, [=](auto n) {
      const auto owner = l.get(f::owner, n);
      const auto events = l.get(f::events, owner);
      auto there = l.get(f::nodes, events, 0) == n;
      for (size_t event = 1; event < kEvents; ++event) there = there || l.get(f::nodes, events, event) == n;
      return implies(l.live(n) && !l.is_null(owner),
                     l.live(owner) && !l.is_null(events) && l.template holds<Events>(events) && there);
    });
  }
  template <class L, class N>
  static auto owner(const L& l, const N& node) {
    return l.get(f::owner, node);
  }
};

template <>
struct ClaimsOf<V5NewHierarchy> : ClaimsOf<V5Intended> {};

// Seccomp's filters in nodes: one node a task, no events object.
template <>
struct ClaimsOf<SeccompNodes> {
  static constexpr bool kRulesLeak = false;
  struct Coupled {};
  using Task = SeccompTask;
  using Made = Filter;
  using NodeKind = FilterNode;
  static constexpr size_t kViews = 1;
  template <class L, class T>
  static auto has_nodes(const L& l, const T& t) {
    return !l.is_null(l.get(f::node, t));
  }
  template <class L, class T>
  static auto node_of(const L& l, const T& t, size_t) {
    return l.get(f::node, t);
  }
  template <class L, class N>
  static auto owner(const L& l, const N& node) {
    return l.get(f::filter_node_owner, node);
  }
  template <class L, class T>
  static auto view_begin(const L& l, const T& t, size_t event) {
    return node_of(l, t, event);
  }
  template <class L, class T>
  static auto has_view(const L& l, const T& t, size_t) {
    return has_nodes(l, t);
  }
  template <class L, class T, class N>
  static auto leads_to(const L& l, const T& t, size_t event, const N& node) {
    return has_view(l, t, event) && l.reaches(f::filter_node_prev, view_begin(l, t, event), node);
  }
  template <class L, class N, class R>
  static auto lists(const L& l, const N& node, const R& filter) {
    const auto newest = newest_in(l, over<FilterNode>, node);
    return !l.is_null(newest) && l.reaches(f::filter_prev, newest, filter);
  }
  template <class L, class T>
  static auto view_sum(const L& l, const T& t) {
    return l.sum(f::filter_node_prev, l.get(f::node, t));
  }
  template <class L, class Claim>
  static void lemmas(const L& l, Claim claim) {
    claim_users_walk(l, claim);
    claim(over<Filter>, "a filter is held once", kLemma, [=](auto x) {
      return implies(l.template holds<Filter>(x), l.get(f::refs, x) == 1 && l.get(f::users, x) <= 1);
    });
    claim(over<SeccompTask>, "a dead task has no node", kLemma,
          [=](auto t) { return implies(l.live(t) && l.ending(t), l.is_null(l.get(f::node, t))); });
    claim(over<SeccompTask>, "no task has a filter without a node", kLemma,
          [=](auto t) { return implies(l.live(t), l.is_null(l.get(f::filter, t))); });
    claim(over<FilterNode>, "an owner is a live task that has the node", Property::owner_valid, [=](auto n) {
      const auto owner = l.get(f::filter_node_owner, n);
      return implies(l.live(n) && !l.is_null(owner), l.live(owner) && l.get(f::node, owner) == n);
    });
  }
  template <class L, class Claim>
  static void steps(const L& was, const L& l, Claim claim) {
    claim(over<Task, FilterNode, Filter>, "what was in a view is in it", Property::append_only,
          [=](auto t, auto n, auto r) {
            return implies(acts(was, t) && acts(l, t) && leads_to(was, t, 0, n) && lists(was, n, r),
                           leads_to(l, t, 0, n) && lists(l, n, r));
          });
  }
  template <class L, class T, class Claim>
  static void forks(const L& was, const L& l, const T& parent, const T& child, Claim claim) {
    claim(over<FilterNode, Filter>, "a child's view is its parent's", Property::inheritance, [=](auto n, auto r) {
      return (leads_to(l, child, 0, n) && lists(l, n, r)) == (leads_to(was, parent, 0, n) && lists(was, n, r));
    });
  }
};

template <>
struct ClaimsOf<V5Posted> : V5Views {
  static constexpr bool kRulesLeak = true;
  // Whether the posted code adds the page of an events object to the sum.
  template <class L, class T>
  static auto charges_events(const L& l, const T& t) {
    const auto events = l.get(f::events, t);
    return !l.is_null(events) && l.get(f::events_usage, events) != 1;
  }
  template <class L, class Claim>
  static void lemmas(const L& l, Claim claim) {
    claim_rules(l, claim);
    claim_slots_filled(l, claim);
    claim(over<Rule>, "a rule is held once, if it was not left behind", kLemma, [=](auto x) {
      const auto usage = l.get(f::rule_usage, x);
      return implies(l.template holds<Rule>(x), usage == 1 || usage == -1);
    });
    claim(over<Node>, "no node inherits", kLemma,
          [=](auto n) { return implies(l.live(n), l.is_null(l.get(f::node_prev, n))); });
    claim(over<Node>, "a node is held once", kLemma,
          [=](auto n) { return implies(l.template holds<Node>(n), l.get(f::node_usage, n) == 1); });
    for (size_t event = 0; event < kEvents; ++event)
      claim(over<Events>, "the events own the node in slot " + std::to_string(event), kLemma, [=](auto e) {
        return implies(l.template holds<Events>(e), l.get(f::slot_owner, l.get(f::nodes, e, event)) == e);
      });
    claim(over<Node>, "an owner is a live slot that has the node", Property::owner_valid, [=](auto n) {
      const auto owner = l.get(f::slot_owner, n);
      auto there = l.get(f::nodes, owner, 0) == n;
      for (size_t event = 1; event < kEvents; ++event) there = there || l.get(f::nodes, owner, event) == n;
      return implies(l.live(n) && !l.is_null(owner), l.live(owner) && there);
    });
  }
};

// Views of the designs in which nodes stand for the groups of the `node` promise: each node knows its group, each group
// its node, and both have the same rules.
template <class Design, class L, class Claim>
void claim_node_views(const L& l, Claim claim) {
  using Task = typename Design::Task;
  using N = typename Design::NodeKind;
  using Made = typename Design::Made;
  claim(over<>, "no group is null", kLemma, [=]() { return !l.known(l.template null<Group>()); });
  for (size_t event = 0; event < Design::kViews; ++event) {
    const auto of = " of event " + std::to_string(event);
    claim(over<Task, N>, "the groups of a task's nodes are its own" + of, kLemma, [=](auto t, auto n) {
      const auto group = l.group_of(n);
      return implies(acts(l, t) && Design::leads_to(l, t, event, n),
                     !l.is_null(group) && l.has(t, group) && l.node_of(event, group) == n);
    });
    claim(over<Task, Group>, "the nodes of a task's groups are its own" + of, kLemma, [=](auto t, auto g) {
      const auto node = l.node_of(event, g);
      return implies(acts(l, t) && !l.is_null(g) && l.has(t, g),
                     l.known(g) && Design::leads_to(l, t, event, node) && l.group_of(node) == g);
    });
    for (size_t other = 0; other < event; ++other)
      claim(over<Task, Group>, "a group has a node for each event" + of, kLemma, [=](auto t, auto g) {
        return implies(acts(l, t) && !l.is_null(g) && l.has(t, g), l.node_of(event, g) != l.node_of(other, g));
      });
    claim(over<Task, Group, Made>, "a group's rules are in its node" + of, kLemma, [=](auto t, auto g, auto r) {
      const auto node = l.node_of(event, g);
      return implies(
          acts(l, t) && !l.is_null(g) && l.has(t, g) && Design::leads_to(l, t, event, node) && l.rule_of(event, g, r),
          Design::lists(l, node, r));
    });
    claim(over<Task, Group, Made>, "a node's rules are in its group" + of, kLemma, [=](auto t, auto g, auto r) {
      const auto node = l.node_of(event, g);
      return implies(acts(l, t) && !l.is_null(g) && l.has(t, g) && Design::leads_to(l, t, event, node) &&
                         Design::lists(l, node, r),
                     l.rule_of(event, g, r));
    });
    claim(over<Task>, "a task owns the node of its own group" + of, kLemma, [=](auto t) {
      const auto node = Design::node_of(l, t, event);
      return implies(acts(l, t) && !l.is_null(l.own(t)), Design::has_nodes(l, t) && !l.is_null(node) &&
                                                             Design::owner(l, node) == t &&
                                                             l.node_of(event, l.own(t)) == node && l.known(l.own(t)));
    });
    claim(over<Task>, "an owner has a group of its own" + of, kLemma, [=](auto t) {
      const auto node = Design::node_of(l, t, event);
      return implies(acts(l, t) && Design::has_nodes(l, t) && Design::owner(l, node) == t,
                     !l.is_null(l.own(t)) && l.own(t) == l.group_of(node));
    });
    claim(over<Task, N, Made>, "what is in a view was promised" + of, Property::isolation, [=](auto t, auto n, auto r) {
      return implies(acts(l, t) && Design::leads_to(l, t, event, n) && Design::lists(l, n, r),
                     !l.is_null(l.group_of(n)) && l.has(t, l.group_of(n)) && l.rule_of(event, l.group_of(n), r));
    });
    claim(over<Task, Group, Made>, "what was promised is in the view" + of, Property::inheritance,
          [=](auto t, auto g, auto r) {
            const auto node = l.node_of(event, g);
            return implies(acts(l, t) && !l.is_null(g) && l.has(t, g) && l.rule_of(event, g, r),
                           Design::leads_to(l, t, event, node) && Design::lists(l, node, r));
          });
  }
}

// What a step keeps of the views.
template <class Design, class L, class Claim>
void claim_steps(const L& was, const L& l, Claim claim) {
  if constexpr (requires { Design::steps(was, l, claim); })
    Design::steps(was, l, claim);
  else
    claim_copy_steps<Design>(was, l, claim);
}
template <class Design, class L, class Task, class Claim>
void claim_fork(const L& was, const L& l, const Task& parent, const Task& child, Claim claim) {
  if constexpr (requires { Design::forks(was, l, parent, child, claim); })
    Design::forks(was, l, parent, child, claim);
  else
    claim_copy_fork<Design>(was, l, parent, child, claim);
}
// A failed step leaves every object as it was, and none more.
template <class Kinds, class L, class Claim>
void claim_unchanged(const L& was, const L& l, Claim claim) {
  Kinds::each([&]<class T>(Over<T>) {
    claim(over<T>, std::string("the same ") + T::kName + " objects are live", Property::error_atomic,
          [=](auto x) { return was.live(x) == l.live(x); });
    each_field<T>(Kinds(), [&](auto field, auto... slot) {
      claim(over<T>, words_of(field, slot...) + " is as before", Property::error_atomic,
            [=](auto x) { return implies(was.live(x), was.get(field, x, slot...) == l.get(field, x, slot...)); });
    });
  });
}

// The invariants: what of the properties is one, and what carries them.
template <class Kinds, class Design, class L, class Claim>
void claim_invariants(const L& l, Claim claim, bool views) {
  claim_properties<Kinds>(l, claim, []<class T>(Over<T>) { return !(Design::kRulesLeak && std::is_same_v<T, Rule>); });
  if constexpr (Design::kRulesLeak) claim_rules_leak(l, claim);
  Design::lemmas(l, claim);
  if (!views) return;
  if constexpr (requires { typename Design::Coupled; })
    claim_node_views<Design>(l, claim);
  else if constexpr (requires {
                       Design::in_view(l, l.template null<typename Design::Task>(), 0,
                                       l.template null<typename Design::Made>());
                     })
    claim_copy_views<Design>(l, claim);
}

}  // namespace lockstep
