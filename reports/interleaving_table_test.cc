// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/interleaving_table.h"

#include <gtest/gtest.h>

#include "reports/plain_text.h"

namespace lockstep {
namespace {

TEST(InterleavingTable, HasAColumnForEachTaskAndARowForEachStepThatMatters) {
  const auto result = interleave("v5-posted", {.tasks = 2, .ops = 1, .sizes = {1}});
  ASSERT_EQ(result.races.size(), 1u);
  EXPECT_EQ(interleaving_table(result.races[0]),
            R"(P1 append event=0 -> R1
P1 fork -> P2
      P1                                             P2
                                                     append event=0 -> R3
                                                     . 9 undisturbed steps
10                                                   load N1.rule = R1
                                                     . 12 undisturbed steps
23                                                   load N1.rule = R1
                                                     . 3 undisturbed steps
      append event=0 -> R2
      . 9 undisturbed steps
36    load N1.rule = R1
      . 12 undisturbed steps
49    load N1.rule = R1
      . 3 undisturbed steps
53    publish N1.rule = R2
      . 1 undisturbed step
      = success
55                                                   publish N1.rule = R3
                                                     . 1 undisturbed step
                                                     = success
)");
}

TEST(InterleavingTable, EveryStepIsThereOnRequest) {
  const auto result = interleave("v5-posted", {.tasks = 2, .ops = 1, .sizes = {1}});
  const auto lines = lines_of(interleaving_table(result.races[0], {.every_step = true}));
  EXPECT_EQ(lines.size(), 2 + 1 + 56 + 4u);  // before, head, steps, begins and ends
  EXPECT_EQ(lines[4], "1                                                    alloc R3.prog");
}

TEST(InterleavingTable, ThreeTasksFitTheWidth) {
  const auto result = interleave("v5-posted", {.tasks = 3, .ops = 1});
  ASSERT_FALSE(result.races.empty());
  for (const auto& race : result.races)
    for (const auto& line : lines_of(interleaving_table(race, {.every_step = true})))
      ASSERT_LE(columns(line), 100u) << line;
}

TEST(InterleavingTable, WordsOfSteps) {
  Race race;
  race.filters = true;
  race.program = {
      {{{.op = Op::fork, .task = 1, .made = 3}}, {{.op = Op::exec, .task = 1}, true}, {{.op = Op::exit, .task = 1}}},
      {{{.op = Op::reap, .task = 2, .child = 4}}}};
  race.results = {{}, {0, {2, 1}}, {}, {}};
  const ObjectId p1{Kind::task, 1}, f1{Kind::filter, 1};
  race.names = {{p1, "P1"}, {f1, "F1"}};
  using What = AtomicStep::What;
  auto words = [&](AtomicStep step) { return atomic_step_words(race, step); };
  EXPECT_EQ(words({.what = What::begin}), "fork -> P3");
  EXPECT_EQ(words({.what = What::begin, .action = 1}), "check");
  EXPECT_EQ(words({.what = What::end, .action = 1}), "= ran F2 F1");
  EXPECT_EQ(words({.what = What::end, .value = value_of(12)}), "= ENOMEM");
  EXPECT_EQ(words({.what = What::lock, .object = p1, .field = "siglock"}), "lock siglock of P1's process");
  EXPECT_EQ(words({.what = What::inc, .object = f1, .field = "filter.refs", .value = value_of(2)}), "inc F1.refs to 2");
  EXPECT_EQ(words({.what = What::load, .freed = true, .object = f1, .field = "filter.prev"}),
            "load F1.prev: it was freed");
  EXPECT_EQ(words({.what = What::free, .freed = true, .object = f1}), "free F1: it was freed");
  EXPECT_EQ(words({.what = What::store, .object = p1, .field = "task.filter", .value = value_of(Ref<Filter>{})}),
            "store P1.filter = none");
  EXPECT_EQ(words({.what = What::table}), "P3 is there");
  EXPECT_EQ(words({.what = What::table, .action = 2}), "P1 is dead");
  EXPECT_EQ(words({.what = What::table, .who = 1, .value = value_of(11)}), "wait for P4: EAGAIN");
}

}  // namespace
}  // namespace lockstep
