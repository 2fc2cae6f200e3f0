// SPDX-License-Identifier: GPL-2.0-or-later
// Views over a step among finitely many objects: what rules.h says of them while something runs, as formulas. Where a
// rule is in a view is said with the node that lists it, or of all nodes one after the other.
#pragma once

#include <optional>

#include "model/promise.h"
#include "oracle/claims_of.h"
#include "oracle/symbolic_logic.h"

namespace lockstep {

inline expr chain_leads(const SymbolicLogic& l, Over<Rule>, const expr& x, const expr& y) {
  return l.reaches(f::rule_prev, x, y);
}
inline expr chain_leads(const SymbolicLogic& l, Over<Filter>, const expr& x, const expr& y) {
  return l.reaches(f::filter_prev, x, y);
}
inline expr chain_leads(const SymbolicLogic& l, Over<Node>, const expr& x, const expr& y) {
  return l.reaches(f::node_prev, x, y);
}
inline expr chain_leads(const SymbolicLogic& l, Over<FilterNode>, const expr& x, const expr& y) {
  return l.reaches(f::filter_node_prev, x, y);
}

template <class Design>
class FiniteViews {
  static constexpr bool kNodes = requires { typename Design::NodeKind; };
  using Task = typename Design::Task;
  using Made = typename Design::Made;
  template <class D>
  struct NodeOf {
    using Type = D;
  };
  template <class D>
  requires requires { typename D::NodeKind; }
  struct NodeOf<D> {
    using Type = typename D::NodeKind;
  };
  // What stands between a task and a rule; without nodes the rule itself.
  using Via = std::conditional_t<kNodes, typename NodeOf<Design>::Type, Made>;

 public:
  FiniteViews(const SymbolicLogic& was, const SymbolicLogic& now, const FiniteSorts& sorts, PromiseKind promise)
      : was_(was), now_(now), sorts_(&sorts), promise_(promise) {}

  // made: what an append has made, of that event.
  template <class Claim>
  void claim_step(const std::optional<expr>& made, size_t of_event, Claim claim) const {
    for (size_t event = 0; event < Design::kViews; ++event) {
      const bool here = made && (Design::kViews == 1 || event == of_event);
      claim(over<Task, Via, Made>, "a view gains what was promised alone", Property::isolation,
            [=, *this](auto t, auto n, auto r) {
              const expr gained = stays(t) && lists(now_, t, event, n, r) && !seen(was_, t, event, r);
              return here ? implies(gained, r == *made && promised(event, t, r)) : !gained;
            });
      claim(over<Task, Via, Made>, "what was in a view is in it", Property::append_only,
            [=, *this](auto t, auto n, auto r) {
              return implies(stays(t) && lists(was_, t, event, n, r), seen(now_, t, event, r));
            });
      if (!here) continue;
      claim(over<Task>, "what was promised is in the view", Property::inheritance, [=, *this](auto t) {
        return implies(acts(now_, t) && promised(event, t, *made), seen(now_, t, event, *made));
      });
      claim(over<Task, Via, Made, Via, Made>, "a view has its rules in the order that was promised",
            Property::inheritance, [=, *this](auto t, auto n, auto r, auto m, auto q) {
              return implies(stays(t) && promised(event, t, *made) && all_as_promised(event, t) &&
                                 lists(now_, t, event, n, r) && lists(now_, t, event, m, q) && nearer(n, r, m, q),
                             !promised_nearer(event, t, q, r));
            });
    }
  }
  template <class Claim>
  void claim_first(const expr& parent, const expr& child, Claim claim) const {
    for (size_t event = 0; event < Design::kViews; ++event)
      claim(over<Made>, "a child's view is its parent's", Property::inheritance,
            [=, *this](auto r) { return seen(now_, child, event, r) == seen(was_, parent, event, r); });
  }

 private:
  expr stays(const expr& t) const { return acts(was_, t) && acts(now_, t); }
  static expr lists(const SymbolicLogic& l, const expr& t, size_t event, const expr& n, const expr& r) {
    if constexpr (kNodes)
      return !l.is_null(n) && Design::leads_to(l, t, event, n) && Design::lists(l, n, r);
    else
      return n == r && Design::in_view(l, t, event, r);
  }
  expr seen(const SymbolicLogic& l, const expr& t, size_t event, const expr& r) const {
    if constexpr (kNodes) {
      expr any = l.truth(false);
      for (const auto& node : sorts_->places(Via::kName)) any = any || lists(l, t, event, node, r);
      return any;
    } else {
      return Design::in_view(l, t, event, r);
    }
  }
  // Of two rules in a view: n's nodes first, and in a node the newest.
  expr nearer(const expr& n, const expr& r, const expr& m, const expr& q) const {
    const expr older = r != q && chain_leads(now_, over<Made>, r, q);
    if constexpr (kNodes)
      return (n == m && older) || (n != m && chain_leads(now_, over<Via>, n, m));
    else
      return older;
  }

  // visit(set, condition) for each set of rules in which this one was promised to the task.
  expr in_set(size_t event, const expr& t, const expr& group, const expr& r) const {
    return !now_.is_null(group) && now_.has(t, group) && now_.rule_of(event, group, r);
  }
  expr promised(size_t event, const expr& t, const expr& r) const {
    if (promise_ == PromiseKind::copy) return now_.promised(event, t, r);
    expr any = now_.truth(false);
    for (const auto& group : sorts_->places(Group::kName)) any = any || in_set(event, t, group, r);
    return any;
  }
  expr all_as_promised(size_t event, const expr& t) const {
    expr all = now_.truth(true);
    for (const auto& r : sorts_->places(Made::kName)) all = all && seen(now_, t, event, r) == promised(event, t, r);
    return all;
  }
  // Newest set first (a set's place is the step that made it), and in a set the newest rule.
  expr promised_nearer(size_t event, const expr& t, const expr& r, const expr& q) const {
    const expr newer = now_.age(r) > now_.age(q);
    if (promise_ == PromiseKind::copy) return newer;
    expr any = now_.truth(false);
    const auto& groups = sorts_->places(Group::kName);
    for (size_t g = 1; g < groups.size(); ++g)
      for (size_t h = 1; h <= g; ++h) {
        const expr both = in_set(event, t, groups[g], r) && in_set(event, t, groups[h], q);
        any = any || (g == h ? both && newer : both);
      }
    return any;
  }

  SymbolicLogic was_, now_;
  const FiniteSorts* sorts_;
  PromiseKind promise_;
};

}  // namespace lockstep
