// SPDX-License-Identifier: GPL-2.0-or-later
// The printed program against the explorer, with SPIN as the judge: both walk the same states.
#include "oracle/promela.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iostream>

#include "oracle/spin_run.h"

namespace lockstep {
namespace {

SpinCount spin(const std::string& program) { return SpinRun(program, "-O1").count(1 << 16); }

struct Case {
  const char* model;
  Scope scope;
  bool sound;  // no state breaks what the program asserts
};

class Promela : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (SpinRun::installed()) return;
    std::cerr << "NOT TESTED: SPIN is not installed (apt-get install spin)" << std::endl;
    GTEST_SKIP();
  }
};

TEST_P(Promela, SpinCountsTheStatesOfTheExplorer) {
  ExploreOptions options{.scope = GetParam().scope, .symmetry = false, .promise = false};
  const auto explored = explore(GetParam().model, options);
  ASSERT_EQ(explored.incomplete, "");
  const auto counted = spin(to_promela(GetParam().model, options));
  EXPECT_EQ(counted.states, explored.states);
  EXPECT_EQ(counted.errors == 0, GetParam().sound);
}

Scope scope(int tasks, int events, int ops) { return {.tasks = tasks, .events = events, .ops = ops}; }
INSTANTIATE_TEST_SUITE_P(
    Scopes, Promela,
    testing::Values(Case{"v5-intended", scope(2, 2, 2), true}, Case{"v5-posted", scope(2, 2, 2), false},
                    Case{"v5-posted", scope(3, 2, 2), false}, Case{"v5-posted", scope(3, 2, 3), false},
                    Case{"v6-posted", scope(2, 2, 2), false}, Case{"v6-posted", scope(3, 2, 2), false},
                    Case{"v6-posted", scope(3, 2, 3), false}, Case{"seccomp", scope(2, 1, 2), true},
                    Case{"seccomp", scope(2, 1, 3), true}, Case{"seccomp", scope(2, 1, 4), true},
                    Case{"seccomp@6.1", scope(2, 1, 2), true}, Case{"v5-new-hierarchy", scope(2, 2, 2), true},
                    Case{"v5-new-hierarchy", scope(2, 2, 3), true}, Case{"seccomp-nodes", scope(2, 1, 2), true},
                    Case{"seccomp-nodes", scope(2, 1, 3), true}),
    [](const auto& info) {
      auto name = fmt::format("{}_{}_{}_{}", info.param.model, info.param.scope.tasks, info.param.scope.events,
                              info.param.scope.ops);
      for (auto& c : name)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
      return name;
    });

// The count can come out wrong: a program in which one statement is missing has other states.
TEST_F(Promela, SpinSeesAMissingStatement) {
  const ExploreOptions options{.scope = scope(2, 2, 2), .symmetry = false, .promise = false};
  auto program = to_promela("v6-posted", options);
  const auto at = program.find("]++", program.find("task_nnp[child]"));
  ASSERT_NE(at, std::string::npos);
  program.replace(at, 3, "] = 1");
  const auto counted = spin(program);
  EXPECT_NE(counted.states, explore("v6-posted", options).states);
}

TEST(PromelaText, RefusesAScopeThatCannotBe) {
  EXPECT_THROW(to_promela("v5-posted", {.scope = scope(0, 2, 2)}), std::invalid_argument);
}

}  // namespace
}  // namespace lockstep
