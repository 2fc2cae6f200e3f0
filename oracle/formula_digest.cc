// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/formula_digest.h"

#include <algorithm>

namespace lockstep {

Digest FormulaDigests::of(const z3::expr& e) {
  auto& c = e.ctx();
  const auto id = Z3_get_ast_id(c, e);
  if (const auto found = seen_.find(id); found != seen_.end()) return found->second;
  Digest digest;
  if (e.is_numeral()) {
    digest.add(std::string_view(Z3_get_numeral_string(c, e)));
  } else if (e.is_var()) {
    digest.add(uint64_t{Z3_get_index_value(c, e)});
    digest.add(e.get_sort().name().str());
  } else if (e.is_quantifier()) {
    digest.add(uint64_t{Z3_is_quantifier_forall(c, e)});
    for (unsigned i = 0; i < Z3_get_quantifier_num_bound(c, e); ++i)
      digest.add(z3::sort(c, Z3_get_quantifier_bound_sort(c, e, i)).name().str());
    for (unsigned i = 0; i < Z3_get_quantifier_num_patterns(c, e); ++i) {
      const auto pattern = Z3_get_quantifier_pattern_ast(c, e, i);
      for (unsigned j = 0; j < Z3_get_pattern_num_terms(c, pattern); ++j)
        digest.add(of(z3::expr(c, Z3_get_pattern(c, pattern, j))));
      digest.add(uint64_t{i});
    }
    digest.add(of(e.body()));
  } else {
    digest.add(uint64_t{e.decl().decl_kind()});
    digest.add(e.decl().name().str());
    digest.add(e.get_sort().name().str());
    // The order of what is added or compared depends on what Z3 has seen before.
    const auto kind = e.decl().decl_kind();
    std::vector<Digest> args;
    for (unsigned i = 0; i < e.num_args(); ++i) args.push_back(of(e.arg(i)));
    if (kind == Z3_OP_EQ || kind == Z3_OP_AND || kind == Z3_OP_OR || kind == Z3_OP_ADD || kind == Z3_OP_MUL ||
        kind == Z3_OP_DISTINCT)
      std::sort(args.begin(), args.end());
    for (const auto& arg : args) digest.add(arg);
  }
  kept_.push_back(e);
  seen_.emplace(id, digest);
  return digest;
}

}  // namespace lockstep
