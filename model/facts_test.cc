// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/facts.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lockstep {
namespace {

// P1 -> F2 -> F1 and P2 -> F1, written down in two orders.
Snapshot one() {
  Snapshot s;
  s.filters = true;
  s.tasks = {{.number = 1, .view = {{{2, 1}, {}}}}, {.number = 2, .view = {{{1}, {}}}}};
  s.objects = {{.kind = Kind::filter, .number = 1, .counter = {2, 2}},
               {.kind = Kind::filter, .number = 2, .counter = {1, 1}}};
  s.pointers = {{Link::task_filter, 0, 0, 1}, {Link::task_filter, 0, 1, 0}, {Link::filter_prev, 0, 1, 0}};
  return s;
}
Snapshot other() {
  Snapshot s = one();
  std::swap(s.tasks[0], s.tasks[1]);
  std::swap(s.objects[0], s.objects[1]);
  s.pointers = {{Link::filter_prev, 0, 0, 1}, {Link::task_filter, 0, 0, 1}, {Link::task_filter, 0, 1, 0}};
  return s;
}

TEST(Facts, CanonicalOrderDoesNotDependOnTheOrderOfWriting) {
  auto a = one(), b = other();
  canonical(a);
  canonical(b);
  EXPECT_FALSE(compare(a, b, {}));
  EXPECT_EQ(a.pointers, b.pointers);
  EXPECT_EQ(object_name(a, 0), "F2");  // P1 comes to it first
}

std::string difference(void (*change)(Snapshot&)) {
  auto a = one(), b = one();
  change(b);
  canonical(a);
  canonical(b);
  const auto found = compare(a, b, {});
  return found ? found->text : "none";
}

TEST(Facts, EachKindOfDifferenceIsNamed) {
  EXPECT_EQ(difference([](Snapshot&) {}), "none");
  EXPECT_EQ(difference([](Snapshot& s) { s.objects[0].counter[0] = 3; }), "F1.refs is 3, expected 2");
  EXPECT_EQ(difference([](Snapshot& s) { s.objects[0].counter[0] = INT32_MIN / 2 + 1; }),
            "F1.refs is saturated (-1073741823), expected 2");
  EXPECT_EQ(difference([](Snapshot& s) { s.objects[1].counter[1] = 0; }), "F2.users is 0, expected 1");
  EXPECT_EQ(difference([](Snapshot& s) { s.tasks[1].mode = 2; }), "P2's mode is 2, expected 0");
  EXPECT_EQ(difference([](Snapshot& s) { s.tasks[1].life = Life::zombie; }), "P2 is a zombie, expected the opposite");
  EXPECT_EQ(difference([](Snapshot& s) { s.tasks[1].number = 3; }), "P2 is gone, expected it to exist");
  EXPECT_EQ(difference([](Snapshot& s) { s.tasks[0].view[0] = {1}; }), "P1's view is F1, expected F2 F1");
  EXPECT_EQ(difference([](Snapshot& s) { s.objects[0].size = 9; }), "F1's size is 9, expected 0");
  EXPECT_EQ(difference([](Snapshot& s) { s.pointers.pop_back(); }),
            "nothing more is there, expected: filter.prev of F2 leads to F1");
  EXPECT_EQ(difference([](Snapshot& s) { s.faults = {"WARN"}; }), "WARN");
}

TEST(Facts, WhatIsNotAskedIsNotCompared) {
  auto a = one(), b = one();
  b.objects[0].counter[0] = 9;
  b.tasks[0].view[0] = {};
  canonical(a);
  canonical(b);
  EXPECT_TRUE(compare(a, b, {.views = false}));
  EXPECT_TRUE(compare(a, b, {.counters = false}));
  EXPECT_FALSE(compare(a, b, {.views = false, .counters = false}));
}

TEST(Facts, ViewsWithoutAnOrderAreComparedAsSets) {
  auto a = one(), b = one();
  std::reverse(b.tasks[0].view[0].begin(), b.tasks[0].view[0].end());
  EXPECT_TRUE(compare(a, b, {.counters = false}));
  b.ordered = false;
  EXPECT_FALSE(compare(a, b, {.counters = false}));
  b.tasks[0].view[0] = {2};
  EXPECT_TRUE(compare(a, b, {.counters = false}));
}

}  // namespace
}  // namespace lockstep
