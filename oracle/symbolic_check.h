// SPDX-License-Identifier: GPL-2.0-or-later
// A check's text on formulas, so that what claims call a view is what a check runs, whatever its length and in this
// order: each walk along a chain is cut, and one round of it is tried anywhere on the chain. A round does what is
// expected at its object and goes on to the object's prev; the walk ends at null and nowhere else. That all rounds then
// run the whole chain is induction along it.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "oracle/symbolic_world.h"

namespace lockstep {

// Something that is run, or where a walk begins.
struct CheckItem {
  expr what;
  bool walk = false;
};

// World: symbolic, or one that does as it does. A check holds no reference and changes nothing.
template <class World>
class CheckWorld : public World {
 public:
  using Expected = std::function<CheckItem(const expr& at)>;
  CheckWorld(const World& world, Expected expected) : World(world), expected_(std::move(expected)) {}

  void runs(const expr& what) { items_.push_back({what}); }
  // The check is over, and was to walk from `begin`; null: to run nothing.
  void end(const expr& begin) { owe_items("at the end", {begin, true}); }

  template <class Cursor, class Body>
  void loop(const Cursor& start, Body body) {
    auto& run = *this->run;
    const auto kind = run.symbols().kind_of(start);
    const expr null = run.symbols().null(kind);
    auto outer = std::exchange(items_, {});
    outer.push_back({start, true});
    const expr at = run.unknown(kind);
    const auto& chain = chain_of(kind);
    run.assume(at == null || run.state().relation(reach_key(chain))(start, at));
    expr cursor = at;
    if (body(cursor)) {
      owe("the walk goes on along the chain", at != null && cursor == run.state().map(chain)(at));
      owe_items("in a round", expected_(at));
      throw PathEnds{};
    }
    owe("the walk ends where the chain does", at == null);
    if (!items_.empty()) owe("nothing is run at the end of a chain", run.symbols().truth(false));
    items_ = std::move(outer);
  }

 private:
  const std::string& chain_of(const std::string& kind) const {
    for (const auto& chain : this->run->layout().chains)
      if (this->run->layout().field(chain).object == kind) return chain;
    throw std::logic_error("a check walks along what is no chain: " + kind);
  }
  void owe(const std::string& formula, const expr& goal) { this->run->owe("at a check", formula, std::nullopt, goal); }
  // A walk from null is none.
  void owe_items(const std::string& where, const CheckItem& expected) {
    const expr null = this->run->symbols().null(this->run->symbols().kind_of(expected.what));
    expr same = this->run->symbols().truth(false);
    if (items_.empty() && expected.walk) same = expected.what == null;
    if (items_.size() == 1 && items_[0].walk == expected.walk) same = items_[0].what == expected.what;
    owe("a check runs what is in the view, in its order; " + where, same);
  }

  Expected expected_;
  std::vector<CheckItem> items_;  // of the check so far; inside a walk: of this round
};

}  // namespace lockstep
