// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/formula_program.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

// x + 1, and two objects 1 and 2 of each sort.
struct Numbers {
  z3::context c;
  z3::sort thing = c.uninterpreted_sort("thing");
  z3::func_decl next = c.function("next", thing, c.int_sort());
  z3::expr a = c.int_const("a"), which = c.constant("which", thing);
  std::vector<int64_t> objects{1, 2};

  int64_t value(const z3::expr& e, int64_t of_which = 0) {
    FormulaProgram program;
    program.variable(which, 0);
    const auto node = program.add(e);
    FormulaValues values(program);
    values.begin([&](uint32_t symbol, int64_t x, int64_t) { return program.symbols()[symbol] == "a" ? 7 : x + 1; },
                 [&](const std::string&) -> const std::vector<int64_t>& { return objects; });
    values.set(0, of_which);
    return values(node);
  }
};

TEST(FormulaProgram, SaysWhatAFormulaComesTo) {
  Numbers n;
  EXPECT_EQ(n.value(n.a + 3 - 2 * n.a), -4);
  EXPECT_EQ(n.value(z3::ite(n.a < 8, -n.a, n.a)), -7);
  EXPECT_EQ(n.value(n.a >= 7 && n.a <= 7 && !(n.a > 7)), 1);
  EXPECT_EQ(n.value(n.a == 8 || n.a != 7), 0);
  EXPECT_EQ(n.value(n.next(n.which) * 2, 4), 10);
  EXPECT_EQ(n.value(n.next(n.which) * 2, 5), 12);  // nothing is remembered of the other one
}

TEST(FormulaProgram, OfAllObjectsTriesEach) {
  Numbers n;
  const auto x = n.c.constant("x", n.thing), y = n.c.constant("y", n.thing);
  EXPECT_EQ(n.value(z3::forall(x, n.next(x) <= 3)), 1);
  EXPECT_EQ(n.value(z3::forall(x, n.next(x) <= 2)), 0);
  EXPECT_EQ(n.value(z3::forall(x, y, n.next(x) <= n.next(y))), 0);
  EXPECT_EQ(n.value(z3::forall(x, y, x == y || n.next(x) != n.next(y))), 1);
}

TEST(FormulaProgram, DoesNotGuess) {
  Numbers n;
  EXPECT_THROW(n.value(z3::mod(n.a, 3)), std::logic_error);
}

}  // namespace
}  // namespace lockstep
