// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/quantify.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace lockstep {

namespace {

// Finds the function applications in a formula that can trigger its use.
class Triggers {
 public:
  explicit Triggers(const std::vector<expr>& variables) : variables_(variables) {}
  void look(const expr& e) { visit(e); }

  // Each pattern is a set of applications that together name all variables.
  std::vector<std::vector<expr>> patterns() const {
    std::vector<expr> must;
    for (const auto& [e, nested] : flat_)
      if (nested) must.push_back(e);
    if (must.empty()) {
      std::vector<std::vector<expr>> single;
      for (const auto& [e, nested] : flat_)
        if (mask_of(e) == all()) single.push_back({e});
      if (!single.empty()) return single;
    }
    std::vector<std::vector<expr>> sets;
    cover(must, sets);
    return sets;
  }

 private:
  static constexpr size_t kMostPatterns = 12;
  // Every way to name the first variable that is not named yet, and so on.
  void cover(const std::vector<expr>& chosen, std::vector<std::vector<expr>>& sets) const {
    uint32_t covered = 0;
    for (const auto& e : chosen) covered |= mask_of(e);
    if (covered == all() && !chosen.empty()) {
      if (sets.size() < kMostPatterns) sets.push_back(chosen);
      return;
    }
    const uint32_t next = ~covered & (covered + 1);
    for (const auto& [e, nested] : flat_) {
      if ((mask_of(e) & next) == 0) continue;
      auto more = chosen;
      more.push_back(e);
      cover(more, sets);
    }
  }
  uint32_t all() const { return (1u << variables_.size()) - 1; }
  uint32_t mask_of(const expr& e) const { return masks_.at(Z3_get_ast_id(e.ctx(), e)); }

  // Which variables are in it.
  uint32_t visit(const expr& e) {
    const auto id = Z3_get_ast_id(e.ctx(), e);
    if (const auto seen = masks_.find(id); seen != masks_.end()) return seen->second;
    uint32_t mask = 0;
    for (size_t i = 0; i < variables_.size(); ++i)
      if (z3::eq(e, variables_[i])) mask |= 1u << i;
    bool flat = true;
    for (unsigned i = 0; i < e.num_args(); ++i) {
      const expr arg = e.arg(i);
      const auto inner = visit(arg);
      mask |= inner;
      if (inner != 0 && arg.num_args() > 0) flat = false;
    }
    masks_[id] = mask;
    kept_.push_back(e);
    const bool function = e.num_args() > 0 && e.decl().decl_kind() == Z3_OP_UNINTERPRETED;
    if (function && mask != 0) {
      if (flat && plain(e)) flat_.emplace_back(e, false);
      if (!flat)
        for (unsigned i = 0; i < e.num_args(); ++i) mark_inside(e.arg(i));
    }
    return mask;
  }
  // Of functions and constants alone: nothing else can be looked for.
  static bool plain(const expr& e) {
    if (!e.is_app() || e.decl().decl_kind() != Z3_OP_UNINTERPRETED) return false;
    for (unsigned i = 0; i < e.num_args(); ++i)
      if (!plain(e.arg(i))) return false;
    return true;
  }
  // What another function is applied to.
  void mark_inside(const expr& e) {
    for (auto& [application, nested] : flat_)
      if (z3::eq(application, e)) nested = true;
    for (unsigned i = 0; i < e.num_args(); ++i) mark_inside(e.arg(i));
  }

  const std::vector<expr>& variables_;
  std::vector<std::pair<expr, bool>> flat_;  // applications to variables themselves; whether one is inside another
  std::unordered_map<unsigned, uint32_t> masks_;
  std::vector<expr> kept_;
};

}  // namespace

expr quantified(const Symbols& symbols, const StateClaim& claim) {
  std::vector<expr> variables;
  for (const auto& kind : claim.over)
    variables.push_back(symbols.constant(fmt::format("x{}!{}", variables.size(), kind), kind));
  const expr body = claim.body(variables).simplify();
  if (variables.empty() || body.is_true()) return body;
  Triggers triggers(variables);
  triggers.look(body);
  auto& c = symbols.context();
  std::vector<Z3_pattern> patterns;
  for (const auto& set : triggers.patterns()) {
    std::vector<Z3_ast> terms(set.begin(), set.end());
    patterns.push_back(Z3_mk_pattern(c, static_cast<unsigned>(terms.size()), terms.data()));
    Z3_inc_ref(c, Z3_pattern_to_ast(c, patterns.back()));
  }
  std::vector<Z3_app> bound;
  for (const auto& variable : variables) bound.push_back(static_cast<Z3_app>(variable));
  const expr all(c, Z3_mk_forall_const(c, 0, static_cast<unsigned>(bound.size()), bound.data(),
                                       static_cast<unsigned>(patterns.size()), patterns.data(), body));
  for (auto* pattern : patterns) Z3_dec_ref(c, Z3_pattern_to_ast(c, pattern));
  c.check_error();
  return all;
}

}  // namespace lockstep
