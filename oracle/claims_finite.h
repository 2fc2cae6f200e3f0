// SPDX-License-Identifier: GPL-2.0-or-later
// Views over a step among finitely many objects: what rules.h says of them while something runs, as formulas. The order
// of rules inside a view is left out.
#pragma once

#include <optional>

#include "oracle/claims_of.h"
#include "oracle/symbolic_logic.h"

namespace lockstep {

template <class Design, class L>
class FiniteViews {
 public:
  using Task = typename Design::Task;
  using Made = typename Design::Made;
  FiniteViews(const L& was, const L& now, const FiniteSorts& sorts) : was_(was), now_(now), sorts_(&sorts) {}

  // made: what an append has made, of that event.
  template <class Claim>
  void claim_step(const std::optional<expr>& made, size_t of_event, PromiseKind promise, Claim claim) const {
    for (size_t event = 0; event < Design::kViews; ++event) {
      const bool here = made && (Design::kViews == 1 || event == of_event);
      const auto due = [=, *this](const expr& t) { return promised(promise, event, t, *made); };
      claim(over<Task, Made>, "a view gains what was promised alone", Property::isolation, [=, *this](auto t, auto r) {
        const auto gained = stays(t) && seen(now_, t, event, r) && !seen(was_, t, event, r);
        return here ? implies(gained, r == *made && due(t)) : !gained;
      });
      claim(over<Task, Made>, "what was in a view is in it", Property::append_only, [=, *this](auto t, auto r) {
        return implies(stays(t) && seen(was_, t, event, r), seen(now_, t, event, r));
      });
      if (here)
        claim(over<Task>, "what was promised is in the view", Property::inheritance, [=, *this](auto t) {
          return implies(acts(now_, t) && due(t), seen(now_, t, event, *made));
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
  expr seen(const L& l, const expr& t, size_t event, const expr& r) const {
    if constexpr (requires { Design::in_view(l, t, event, r); }) {
      return Design::in_view(l, t, event, r);
    } else {
      expr any = l.truth(false);
      for (const auto& node : sorts_->places(Design::NodeKind::kName))
        any = any || (!l.is_null(node) && Design::leads_to(l, t, event, node) && Design::lists(l, node, r));
      return any;
    }
  }
  expr promised(PromiseKind promise, size_t event, const expr& t, const expr& r) const {
    if (promise == PromiseKind::copy) return now_.promised(event, t, r);
    expr any = now_.truth(false);
    for (const auto& group : sorts_->places(Group::kName))
      any = any || (!now_.is_null(group) && now_.has(t, group) && now_.rule_of(event, group, r));
    return any;
  }

  L was_, now_;
  const FiniteSorts* sorts_;
};

}  // namespace lockstep
