// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/interleave.h"

#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <stdexcept>

namespace lockstep {
namespace {

struct Counts {
  uint64_t starts, programs, states, transitions, endings, orders;
  bool operator==(const Counts&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Counts& c) {
  return out << "{" << c.starts << ", " << c.programs << ", " << c.states << ", " << c.transitions << ", " << c.endings
             << ", " << c.orders << "}";
}
Counts counts_of(const Interleaving& i) { return {i.starts, i.programs, i.states, i.transitions, i.endings, i.orders}; }
std::set<std::string> causes_of(const Interleaving& i) {
  std::set<std::string> causes;
  for (const auto& race : i.races) causes.insert(race.cause);
  return causes;
}

struct Scope {
  std::string model;
  int tasks, ops, start_rules;
  std::vector<uint32_t> sizes;
  Counts counts;
  std::set<std::string> causes;
};
std::ostream& operator<<(std::ostream& out, const Scope& s) { return out << s.model << " " << s.tasks << "x" << s.ops; }
InterleaveOptions options_of(const Scope& scope) {
  return {.tasks = scope.tasks, .ops = scope.ops, .start_rules = scope.start_rules, .sizes = scope.sizes};
}

const std::string kLost = "linearizable lost rule", kResults = "linearizable results", kCheck = "linearizable check",
                  kViews = "linearizable views", kLeft = "linearizable rule.exists";

class Interleave : public testing::TestWithParam<Scope> {};

TEST_P(Interleave, CountsAndFindsExactlyThis) {
  const auto result = interleave(GetParam().model, options_of(GetParam()));
  EXPECT_EQ(counts_of(result), GetParam().counts);
  EXPECT_EQ(causes_of(result), GetParam().causes);
  EXPECT_EQ(result.incomplete, "");
}

INSTANTIATE_TEST_SUITE_P(
    Scopes, Interleave,
    testing::Values(Scope{"v5-intended", 2, 1, 1, {}, {55, 880, 8287, 11824, 935, 1760}, {}},
                    Scope{"v5-intended", 2, 2, 1, {}, {55, 14080, 191271, 293098, 15809, 65120}, {}},
                    Scope{"v5-intended", 3, 1, 1, {1}, {168, 10752, 330767, 723407, 12152, 64512}, {}},
                    Scope{"v5-new-hierarchy", 2, 1, 1, {}, {55, 1375, 25048, 39840, 1436, 2750}, {}},
                    Scope{"v5-new-hierarchy", 2, 2, 1, {}, {55, 34375, 1141735, 1934712, 37288, 167750}, {}},
                    Scope{"seccomp-nodes", 2, 1, 1, {}, {186, 3748, 20405, 23342, 3931, 7496}, {}},
                    Scope{"seccomp-nodes", 2, 2, 1, {}, {186, 77488, 837779, 1105600, 88073, 369932}, {}},
                    Scope{"v5-posted", 2, 1, 1, {}, {49, 784, 3619, 3948, 903, 1568}, {kLost, kResults}},
                    Scope{"v5-posted",
                          2,
                          2,
                          1,
                          {},
                          {49, 12544, 151614, 206850, 18502, 58016},
                          {kLost, kResults, kCheck, kViews, kLeft}},
                    Scope{"v5-posted", 3, 1, 1, {1}, {156, 9984, 110600, 168564, 14108, 59904}, {kLost}},
                    Scope{"v6-posted", 2, 1, 1, {}, {49, 784, 4781, 5740, 875, 1568}, {}},
                    Scope{"v6-posted", 2, 2, 1, {}, {49, 12544, 156688, 226912, 14224, 58016}, {}},
                    Scope{"v6-posted", 3, 1, 1, {1}, {156, 9984, 209800, 385070, 11826, 59904}, {}},
                    Scope{"seccomp", 2, 1, 1, {}, {176, 3572, 18260, 20477, 3691, 7144}, {}},
                    Scope{"seccomp", 2, 2, 1, {}, {176, 74352, 724140, 944200, 80274, 355228}, {}},
                    Scope{"seccomp", 3, 1, 1, {}, {1526, 153770, 2107230, 3549172, 165801, 922620}, {}},
                    Scope{"seccomp@6.1", 2, 1, 1, {}, {186, 3791, 16915, 17778, 3918, 7582}, {}},
                    Scope{"seccomp@6.1", 2, 2, 1, {}, {186, 79235, 749134, 967050, 85585, 378730}, {}},
                    Scope{"seccomp@6.1", 3, 1, 1, {}, {1588, 160451, 1656993, 2589017, 173003, 962706}, {}}),
    [](const auto& info) {
      auto name = info.param.model + "_" + std::to_string(info.param.tasks) + "x" + std::to_string(info.param.ops);
      for (auto& c : name)
        if (c == '-' || c == '@' || c == '.') c = '_';
      return name;
    });

// Every access a place to stop, objects that nobody else knows of included: the same comes out, from many more states.
TEST(InterleaveReduction, LosesNoEndingAndNoViolation) {
  for (const Scope& scope :
       {Scope{"v5-intended", 2, 1, 1, {1}, {}, {}}, Scope{"v5-posted", 2, 1, 1, {}, {}, {}},
        Scope{"v5-posted", 2, 2, 0, {}, {}, {}}, Scope{"v6-posted", 2, 1, 1, {1}, {}, {}},
        Scope{"seccomp", 2, 1, 1, {16}, {}, {}}, Scope{"seccomp@6.1", 2, 1, 0, {}, {}, {}},
        Scope{"v5-new-hierarchy", 2, 1, 1, {1}, {}, {}}, Scope{"seccomp-nodes", 2, 1, 1, {16}, {}, {}}}) {
    auto options = options_of(scope);
    const auto reduced = interleave(scope.model, options);
    options.reduction = false;
    const auto full = interleave(scope.model, options);
    EXPECT_GT(full.states, 10 * reduced.states) << scope.model;
    EXPECT_EQ(full.endings, reduced.endings) << scope.model;
    ASSERT_EQ(full.races.size(), reduced.races.size()) << scope.model;
    for (size_t i = 0; i < full.races.size(); ++i) {
      EXPECT_EQ(full.races[i].cause, reduced.races[i].cause);
      EXPECT_EQ(full.races[i].programs, reduced.races[i].programs);
      EXPECT_EQ(full.races[i].also, reduced.races[i].also);
      EXPECT_EQ(full.races[i].switches, reduced.races[i].switches);
    }
  }
}

TEST(InterleaveThreads, NoResultDependsOnTheirNumber) {
  InterleaveOptions options{.tasks = 2, .ops = 1, .jobs = 1};
  const auto one = interleave("v5-posted", options);
  options.jobs = 4;
  const auto four = interleave("v5-posted", options);
  EXPECT_EQ(counts_of(one), counts_of(four));
  ASSERT_EQ(one.races.size(), four.races.size());
  for (size_t i = 0; i < one.races.size(); ++i) {
    EXPECT_EQ(one.races[i].text, four.races[i].text);
    EXPECT_EQ(one.races[i].before.steps, four.races[i].before.steps);
    EXPECT_EQ(one.races[i].steps.size(), four.races[i].steps.size());
  }
}

TEST(InterleaveRace, IsTheShortestAndSaysWhy) {
  const auto result = interleave("v5-posted", {.tasks = 2, .ops = 1});
  const auto& race = result.races.at(0);
  EXPECT_EQ(race.text,
            "R2 was lost: P1's append and P2's append both read N1.rule = R1, and the second to write it linked R3 "
            "over R2");
  EXPECT_EQ(race.also, (std::vector<std::string>{"refcount-exact", "no-leak"}));
  EXPECT_EQ(race.before.steps.size(), 2u);
  EXPECT_EQ(race.switches, 2);
}

TEST(InterleaveBounds, AreSaid) {
  InterleaveOptions options{.tasks = 2, .ops = 1, .reduction = false, .jobs = 1, .memory_bytes = 10000};
  EXPECT_EQ(interleave("v5-posted", options).incomplete, "a program has more states than memory is allowed for");
  options = {.tasks = 2, .ops = 2, .jobs = 1};
  int asked = 0;
  options.stop = [&] { return ++asked > 3; };
  const auto stopped = interleave("v5-posted", options);
  EXPECT_EQ(stopped.incomplete, "stopped");
  EXPECT_LT(stopped.programs, 10u);
}

TEST(InterleaveBounds, AScopeThatCannotBeIsRefused) {
  EXPECT_THROW(interleave("seccomp", {.tasks = 1}), std::invalid_argument);
  EXPECT_THROW(interleave("seccomp", {.tasks = 4}), std::invalid_argument);
  EXPECT_THROW(interleave("seccomp", {.tasks = 3, .ops = 3}), std::invalid_argument);
  EXPECT_THROW(interleave("seccomp", {.ops = 0}), std::invalid_argument);
  EXPECT_THROW(interleave("v6-posted", {.events = 3}), std::invalid_argument);
  EXPECT_THROW(interleave("v6-posted", {.start_rules = 4}), std::invalid_argument);
  EXPECT_THROW(interleave("v6-posted", {.sizes = {1, 65}}), std::invalid_argument);
  EXPECT_THROW(interleave("seccomp", {.sizes = {15}}), std::invalid_argument);
}

TEST(InterleaveProgress, IsTold) {
  uint64_t last = 0;
  const auto result =
      interleave("v6-posted", {.tasks = 2, .ops = 1, .jobs = 1, .progress = [&](uint64_t done, uint64_t of) {
                                 EXPECT_EQ(done, last + 1);
                                 EXPECT_EQ(of, 784u);
                                 last = done;
                               }});
  EXPECT_EQ(last, result.programs);
}

}  // namespace
}  // namespace lockstep
