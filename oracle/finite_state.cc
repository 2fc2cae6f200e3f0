// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/finite_state.h"

#include <algorithm>

#include "oracle/claims.h"

namespace lockstep {

namespace {

constexpr int kMost = 1000;  // of a number in an object

class FiniteState {
 public:
  FiniteState(const Symbols& symbols, const ProofSetting& setting, z3::solver& solver)
      : symbols_(symbols),
        setting_(setting),
        layout_(*setting.layout),
        sorts_(*symbols.finite()),
        solver_(solver),
        s_(unknown_state(symbols, setting)) {}

  SymbolicState make() {
    for (const auto& kind : layout_.kinds) solver_.add(!live(kind.name, symbols_.null(kind.name)));
    for (const auto& [key, kinds] : map_sorts(setting_))
      for (const auto& x : sorts_.places(kinds.first)) value(key, kinds, x);
    for (const auto& [key, kinds] : setting_.ghost_relations)
      for (const auto& x : sorts_.places(kinds.first))
        for (const auto& y : sorts_.places(kinds.second))
          solver_.add(z3::implies(s_.relation(key)(x, y), there(kinds.first, x) && there(kinds.second, y)));
    lowest_first("task", live_key("task"));
    if (s_.maps.contains("known")) lowest_first(Group::kName, "known");
    for (const auto& kind : layout_.kinds) ages(kind.name);
    for (const auto& link : layout_.links) count(link);
    for (const auto& chain : layout_.chains) follow(chain);
    return s_;
  }

 private:
  expr live(const std::string& kind, const expr& x) const { return s_.map(live_key(kind))(x); }
  expr there(const std::string& kind, const expr& x) const {
    if (kind == Group::kName) return s_.map("known")(x);
    return live(kind, x);
  }
  // What is not there is as if it had never been.
  void value(const std::string& key, const SortPair& kinds, const expr& x) {
    const expr value = s_.map(key)(x);
    const auto& to = kinds.second;
    solver_.add(sorts_.within(value));
    if (to == "int") solver_.add(value >= (is_counter(key) ? -1 : 0) && value <= kMost);
    const bool computed = key.starts_with("n:") || key.starts_with("sum:");
    if (computed || key == live_key(kinds.first) || key == "known") return;
    const expr nothing = to == "bool" ? symbols_.truth(false) : to == "int" ? symbols_.number(0) : symbols_.null(to);
    solver_.add(there(kinds.first, x) || value == nothing);
  }
  bool is_counter(const std::string& key) const {
    return std::any_of(layout_.links.begin(), layout_.links.end(), [&](const LinkLayout& link) {
      return std::count(link.holds_up.begin(), link.holds_up.end(), key) != 0;
    });
  }
  void lowest_first(const std::string& kind, const std::string& key) {
    const auto& places = sorts_.places(kind);
    solver_.add(!s_.map(key)(places[0]));
    for (size_t i = 2; i < places.size(); ++i)
      solver_.add(z3::implies(s_.map(key)(places[i]), s_.map(key)(places[i - 1])));
  }
  void ages(const std::string& kind) {
    const auto& places = sorts_.places(kind);
    const auto& age = s_.map(age_key(kind));
    for (size_t i = 1; i < places.size(); ++i) {
      solver_.add(z3::implies(live(kind, places[i]), age(places[i]) >= 1 && age(places[i]) < s_.now[0]));
      for (size_t j = 1; j < i; ++j)
        solver_.add(z3::implies(live(kind, places[i]) && live(kind, places[j]), age(places[i]) != age(places[j])));
    }
    solver_.add(s_.now[0] <= kMost);
  }
  void count(const LinkLayout& link) {
    for (const auto& to : sorts_.places(link.target)) {
      expr sum = symbols_.number(0);
      for (const auto& x : sorts_.places(link.object)) {
        expr counts = live(link.object, x) && s_.map(link.field)(x) == to;
        if (!link.alive_counter.empty()) counts = counts && s_.map(link.alive_counter)(x) != 0;
        sum = sum + z3::ite(counts, symbols_.number(1), symbols_.number(0));
      }
      solver_.add(s_.map(link.count)(to) == sum);
    }
  }
  // An older object has a lower age, so every chain ends.
  void follow(const std::string& chain) {
    const auto kind = layout_.field(chain).object;
    const auto& reach = s_.relation(reach_key(chain));
    const expr null = symbols_.null(kind);
    for (const auto& x : sorts_.places(kind)) {
      const expr next = s_.map(chain)(x);
      const auto& age = s_.map(age_key(kind));
      solver_.add(next == null || age(next) < age(x));
      for (const auto& y : sorts_.places(kind))
        solver_.add(reach(x, y) == (x != null && (x == y || (next != null && reach(next, y)))));
      if (!s_.maps.contains(sum_key(chain))) continue;
      const auto& sum = s_.map(sum_key(chain));
      solver_.add(sum(x) ==
                  z3::ite(x == null, symbols_.number(0), setting_.shares.at(chain)(symbols_, s_, x) + sum(next)));
    }
  }

  const Symbols& symbols_;
  const ProofSetting& setting_;
  const Layout& layout_;
  const FiniteSorts& sorts_;
  z3::solver& solver_;
  SymbolicState s_;
};

}  // namespace

SymbolicState any_finite_state(const Symbols& symbols, const ProofSetting& setting, z3::solver& solver) {
  return FiniteState(symbols, setting, solver).make();
}

void assume_everywhere(const Symbols& symbols, const StateClaims& claims, z3::solver& solver) {
  for (const auto& claim : claims) {
    std::vector<std::vector<expr>> all{{}};
    for (const auto& kind : claim.over) {
      std::vector<std::vector<expr>> longer;
      for (const auto& chosen : all)
        for (const auto& x : symbols.finite()->places(kind)) {
          longer.push_back(chosen);
          longer.back().push_back(x);
        }
      all = std::move(longer);
    }
    for (const auto& chosen : all) solver.add(claim.body(chosen).simplify());
  }
}

}  // namespace lockstep
