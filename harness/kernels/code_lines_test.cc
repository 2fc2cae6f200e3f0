// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/code_lines.h"

#include <gtest/gtest.h>

#include "model/target.h"

namespace lockstep::kernels {
namespace {

TEST(CodeLinesTest, NamesTheLinesThatNobodyReached) {
  const std::map<uint64_t, CodeLine> lines = {
      {1, {"a.c", "put", 10}}, {2, {"a.c", "put", 10}}, {3, {"a.c", "put", 11}},
      {4, {"a.c", "put", 12}}, {5, {"a.c", "get", 30}}, {6, {"b.c", "other", 1}},
  };
  const auto all = lines_reached(lines, {2, 99});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0], (std::pair<std::string, std::string>{"a.c", "1 of 4; not get 30; not put 11, 12"}));
  EXPECT_EQ(all[1], (std::pair<std::string, std::string>{"b.c", "0 of 1"}));
  EXPECT_EQ(lines_reached(lines, {1, 3, 4, 5})[0].second, "4 of 4");
}

TEST(CodeLinesTest, WithoutAKernelThereAreNone) { EXPECT_TRUE(code_lines("/nowhere/vmlinux", {}).empty()); }

TEST(CodeLinesTest, WhatCannotBeReadIsNotTakenForNothing) { EXPECT_THROW(code_lines("/etc/passwd", {}), Unavailable); }

}  // namespace
}  // namespace lockstep::kernels
