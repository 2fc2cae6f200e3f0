// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/explore.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "model/trace_text.h"
#include "oracle/choices.h"
#include "oracle/explore_machine.h"
#include "oracle/explore_result.h"

namespace lockstep {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSlow = true;  // sanitizers look at every access: the smaller scopes alone
#else
constexpr bool kSlow = false;
#endif

ExploreOptions options(int tasks, int events, int ops, bool symmetry = true, unsigned jobs = 1) {
  return {.scope = {.tasks = tasks, .events = events, .ops = ops, .sizes = {}}, .symmetry = symmetry, .jobs = jobs};
}

// What a run comes to, for comparison with another of the same scope.
std::string summary(const Exploration& e) {
  std::string text = fmt::format("{} states, {} transitions, depth {}, {} {}\n", e.states, e.transitions, e.depth,
                                 e.complete_depth, e.incomplete);
  for (const auto& [property, broken] : e.broken)
    text += fmt::format("{} {} times\n{}", name_of(property), broken.times, write_trace(broken.trace));
  return text + e.coverage.taken.to_string() + e.coverage.not_taken.to_string();
}

std::map<Property, size_t> shortest(const Exploration& e) {
  std::map<Property, size_t> lengths;
  for (const auto& [property, broken] : e.broken) lengths[property] = broken.trace.steps.size();
  return lengths;
}

struct Count {
  const char* model;
  int tasks, events, ops;
  uint64_t states, transitions;          // names merged
  uint64_t raw_states, raw_transitions;  // every name counts
};
void PrintTo(const Count& c, std::ostream* out) { *out << c.model << " " << c.tasks << c.events << c.ops; }
class Counts : public testing::TestWithParam<Count> {};

TEST_P(Counts, AreTheSameEveryTime) {
  const auto& c = GetParam();
  if (kSlow && c.raw_transitions > 50000) GTEST_SKIP() << "too slow with a sanitizer";
  for (const bool symmetry : {true, false}) {
    const auto alone = explore(c.model, options(c.tasks, c.events, c.ops, symmetry));
    EXPECT_EQ(alone.states, symmetry ? c.states : c.raw_states);
    EXPECT_EQ(alone.transitions, symmetry ? c.transitions : c.raw_transitions);
    EXPECT_EQ(alone.incomplete, "");
    EXPECT_EQ(summary(alone), summary(explore(c.model, options(c.tasks, c.events, c.ops, symmetry, 3))));
    EXPECT_EQ(summary(alone), summary(explore(c.model, options(c.tasks, c.events, c.ops, symmetry, 0))));
  }
}
INSTANTIATE_TEST_SUITE_P(
    Of, Counts,
    testing::Values(
        Count{"v5-intended", 2, 1, 2, 59, 526, 131, 980}, Count{"v5-intended", 2, 2, 3, 544, 5340, 2045, 15028},
        Count{"v5-intended", 3, 2, 3, 3119, 37398, 39509, 365910}, Count{"v5-posted", 2, 1, 2, 90, 662, 208, 1298},
        Count{"v5-posted", 2, 2, 3, 976, 8054, 3717, 24052}, Count{"v5-posted", 3, 2, 3, 5229, 55050, 64029, 547242},
        Count{"v6-posted", 2, 1, 2, 55, 450, 121, 816}, Count{"v6-posted", 2, 2, 3, 360, 3518, 1665, 11412},
        Count{"v6-posted", 3, 2, 3, 971, 12710, 14129, 128394}, Count{"seccomp", 2, 1, 2, 200, 2384, 469, 5248},
        Count{"seccomp", 2, 1, 3, 429, 5837, 1454, 16654}, Count{"seccomp", 3, 1, 2, 1787, 32306, 13758, 226248},
        Count{"seccomp@6.1", 2, 1, 2, 206, 2408, 493, 5344}, Count{"seccomp@6.1", 2, 1, 3, 459, 6023, 1538, 17254},
        Count{"seccomp@6.1", 3, 1, 2, 1871, 33020, 15045, 236769},
        Count{"v5-new-hierarchy", 2, 1, 2, 60, 652, 133, 1180},
        Count{"v5-new-hierarchy", 2, 2, 3, 608, 7844, 2349, 21092},
        Count{"v5-new-hierarchy", 3, 2, 3, 3151, 48686, 40121, 436110},
        Count{"seccomp-nodes", 2, 1, 2, 257, 3101, 643, 7066}, Count{"seccomp-nodes", 2, 1, 3, 636, 8663, 2456, 27418},
        Count{"seccomp-nodes", 3, 1, 2, 3119, 55988, 24981, 406923}));

// Every trace of up to `most` steps, step by step on the model itself with the checker: nothing packed, nothing merged.
class Enumerator {
 public:
  Enumerator(const std::string& model, const Scope& scope, size_t most)
      : scope_(scope), most_(most), choices_(choices(model, scope, default_sizes(model), true)) {
    for (const Start start : {Start{}, Start{true, false}, Start{false, true}, Start{false, false}}) {
      auto state = make_model(model);
      state->reset(start);
      Checker checker(state->info().promise, true);
      checker.start(facts_of(*state));
      extend(*state, checker, 0, {1, 0});
    }
  }
  std::map<Property, size_t> shortest;
  uint64_t traces = 0;

 private:
  struct Names {
    uint16_t task, rule;
  };
  static Snapshot facts_of(const Model& model) {
    Snapshot facts;
    model.observe(facts);
    canonical(facts);
    return facts;
  }
  void extend(const Model& state, const Checker& checker, size_t length, Names names) {
    if (length == most_) return;
    const auto before = facts_of(state);
    for (const auto task : state.processes().tasks())
      for (const auto& choice : choices_) {
        if (!state.processes().alive(task)) continue;
        Step step = choice.step;
        step.task = task;
        if (makes_rule(step.op) && names.rule == scope_.ops) continue;
        if (makes_task(step.op) && state.processes().tasks().size() == static_cast<size_t>(scope_.tasks)) continue;
        if (makes_rule(step.op)) step.made = names.rule + 1;
        if (makes_task(step.op)) step.made = names.task + 1;
        for (const auto child : state.processes().tasks()) {
          if (step.op == Op::reap ? child == task : child != 1) continue;
          if (step.op == Op::reap) step.child = child;
          const uint32_t tried = take(state, checker, before, step, length, names);
          for (uint16_t nth = 1; choice.faults && nth <= tried; ++nth) {
            step.fail_alloc = nth;
            take(state, checker, before, step, length, names);
          }
        }
      }
  }
  uint32_t take(const Model& state, Checker checker, const Snapshot& before, const Step& step, size_t length,
                Names names) {
    ++traces;
    auto next = state.clone();
    const auto outcome = next->step(step);
    const auto after = facts_of(*next);
    auto violations = checker.step(step, outcome, after);
    for (auto& v : check_limit(*next, step, outcome, before, after)) violations.push_back(v);
    for (const auto& v : violations) {
      auto& least = shortest.try_emplace(v.property, length + 1).first->second;
      least = std::min(least, length + 1);
    }
    if (outcome.error == 0 && makes_rule(step.op)) ++names.rule;
    if (outcome.error == 0 && makes_task(step.op)) ++names.task;
    if (outcome.error == 0 || step.fail_alloc != 0) extend(*next, checker, length + 1, names);
    return next->allocations();
  }

  Scope scope_;
  size_t most_;
  std::vector<Choice> choices_;
};

class Shortest : public testing::TestWithParam<const char*> {};

TEST_P(Shortest, ViolationsAreThoseOfAllTracesOneByOne) {
  const size_t most = kSlow ? 3 : 4;
  for (const bool symmetry : {true, false}) {
    const auto found = explore(GetParam(), options(3, 2, 3, symmetry));
    const Enumerator all(GetParam(), {.tasks = 3, .events = 2, .ops = 3, .sizes = {}}, most);
    EXPECT_GT(all.traces, 2000u);
    auto lengths = shortest(found);
    std::erase_if(lengths, [&](const auto& each) { return each.second > most; });
    EXPECT_EQ(lengths, all.shortest);
  }
}

TEST_P(Shortest, ViolationsAreShownByTheirTraces) {
  const std::string model = GetParam();
  for (const bool symmetry : {true, false}) {
    const auto exploring = options(3, 2, 3, symmetry);
    const auto result = result_of(model, exploring, explore(model, exploring));
    EXPECT_EQ(result.shortcomings, std::vector<std::string>{});
    EXPECT_EQ(result.missing, std::vector<std::string>{});
    EXPECT_EQ(result.unexpected(), 0u);
    std::set<std::string> shown, expected;
    for (const auto& find : result.finds) {
      shown.insert(find.divergence.property);
      EXPECT_EQ(find.divergence.step, find.trace.steps.size());
      EXPECT_EQ(write_trace(parse_trace(write_trace(find.trace), "find")), write_trace(find.trace));
    }
    for (int i = 0; i < kProperties; ++i) {
      const auto property = static_cast<Property>(i);
      if (checked_each_step(property) && expected_outcome(model, property).expected == Expected::broken)
        expected.insert(name_of(property));
    }
    EXPECT_EQ(shown, expected);
    EXPECT_EQ(exit_code(result), 0);
  }
}
INSTANTIATE_TEST_SUITE_P(Of, Shortest,
                         testing::Values("v5-intended", "v5-new-hierarchy", "v5-posted", "v6-posted", "seccomp",
                                         "seccomp@6.1", "seccomp-nodes"));

TEST(Explore, FindsTheShortestTraces) {
  const auto result = result_of("v5-posted", options(3, 2, 3), explore("v5-posted", options(3, 2, 3)));
  const auto steps = [&](Property property) {
    for (const auto& find : result.finds)
      if (find.divergence.property == name_of(property))
        return write_trace({.model = "v5-posted", .steps = find.trace.steps});
    return std::string("none");
  };
  const std::string head = "lockstep 1\nmodel v5-posted\nP1 append event=0";
  EXPECT_EQ(steps(Property::isolation), head + " -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n");
  EXPECT_EQ(steps(Property::no_leak), head + " fail=alloc:2 = ENOMEM\n");
  EXPECT_EQ(steps(Property::no_use_after_free), steps(Property::no_leak));
  EXPECT_EQ(steps(Property::owner_valid), "none");
}

// Rows of a table of docs/exploring.md, by their cells.
std::vector<std::vector<std::string>> documented(const std::string& title) {
  std::ifstream in(LOCKSTEP_SOURCE_DIR "/docs/exploring.md");
  std::vector<std::vector<std::string>> rows;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("|")) {
      inside = false;
    } else if (inside || line.starts_with("| model | " + title)) {
      inside = true;
      std::vector<std::string> cells;
      std::istringstream words(line);
      for (std::string cell; std::getline(words, cell, '|');)
        if (cell.size() > 2) cells.push_back(cell.substr(1, cell.size() - 2));
      if (find_model(cells.at(0)) != nullptr) rows.push_back(std::move(cells));
    }
  }
  return rows;
}

TEST(Explore, WhatIsDocumentedIsTrue) {
  const auto counts = documented("scope"), violations = documented("violated");
  ASSERT_EQ(counts.size(), models().size());
  ASSERT_EQ(violations.size(), models().size());
  for (const auto& row : counts) {
    ExploreOptions exploring;
    std::istringstream(row.at(1)) >> exploring.scope.tasks >> exploring.scope.events >> exploring.scope.ops;
    const auto merged = explore(row[0], exploring);
    EXPECT_EQ(std::to_string(merged.states), row.at(2)) << row[0];
    std::string found;
    for (const auto& [property, broken] : merged.broken)
      found += fmt::format("{}{} {}", found.empty() ? "" : ", ", name_of(property), broken.trace.steps.size());
    for (const auto& other : violations) {
      if (other[0] != row[0]) continue;
      EXPECT_EQ(found.empty() ? "nothing" : found, other.at(1)) << row[0];
    }
    if (kSlow) continue;
    exploring.symmetry = false;
    const auto raw = explore(row[0], exploring).states;
    EXPECT_EQ(std::to_string(raw), row.at(3)) << row[0];
    EXPECT_EQ(fmt::format("{:.1f} times fewer", static_cast<double>(raw) / static_cast<double>(merged.states)),
              row.at(4));
  }
}

TEST(Explore, WithoutFaultsNothingFailsForMemory) {
  auto exploring = options(2, 2, 2);
  exploring.faults = false;
  const auto e = explore("v5-posted", exploring);
  EXPECT_FALSE(e.coverage.taken[static_cast<size_t>(Branch::no_rule)]);
  EXPECT_FALSE(e.broken.contains(Property::no_leak));
  EXPECT_TRUE(e.broken.contains(Property::isolation));
}

TEST(Explore, EveryBranchThatIsNotDeadIsTaken) {
  for (const auto* model : {"v5-intended", "v5-new-hierarchy", "v5-posted", "v6-posted", "seccomp", "seccomp-nodes"}) {
    const bool seccomp = std::string(model).starts_with("seccomp");
    const auto exploring = seccomp ? options(2, 1, 4) : options(2, 2, 2);
    const auto result = result_of(model, exploring, explore(model, exploring));
    for (const auto& line : result.statistics) {
      if (line.name != "reachable-branches") continue;
      EXPECT_EQ(line.value.find("in this scope"), std::string::npos) << model << ": " << line.value;
    }
  }
}

TEST(Explore, AScopeThatCannotBeIsRefused) {
  EXPECT_THROW(explore("seccomp", options(0, 1, 1)), std::invalid_argument);
  EXPECT_THROW(explore("seccomp", options(9, 1, 1)), std::invalid_argument);
  EXPECT_THROW(explore("v5-posted", options(2, 3, 1)), std::invalid_argument);
  EXPECT_THROW(explore("v5-posted", options(2, 2, 16)), std::invalid_argument);
  for (const auto& [model, sizes] : std::vector<std::pair<std::string, std::vector<uint32_t>>>{
           {"v5-posted", {1, 0}}, {"v6-posted", {65}}, {"seccomp", {15}}, {"seccomp@6.1", {16, 8193}}}) {
    auto bad = options(1, 1, 1);
    bad.scope.sizes = sizes;
    EXPECT_THROW(explore(model, bad), std::invalid_argument) << model;
  }
}

TEST(Explore, MemoryIsBounded) {
  for (const unsigned jobs : {1u, 2u}) {
    auto exploring = options(3, 2, 4, false, jobs);
    exploring.memory_bytes = 2 << 20;
    const auto e = explore("v5-posted", exploring);
    EXPECT_EQ(e.incomplete, "the memory for states is used up");
    EXPECT_LE(e.bytes, exploring.memory_bytes);
    EXPECT_GT(e.states, 10000u);
    EXPECT_GT(e.complete_depth, 3u);
    EXPECT_LT(e.complete_depth, 13u);
    EXPECT_EQ(shortest(e).at(Property::isolation), 3u);  // what was found until then stands
    const auto result = result_of("v5-posted", exploring, e);
    EXPECT_EQ(exit_code(result), 4);
  }
}

TEST(Explore, StopsWhenAsked) {
  auto exploring = options(3, 2, 4, false);
  int asked = 0;
  uint64_t states = 0;
  exploring.stop = [&] { return ++asked == 3; };
  exploring.progress = [&](const ExploreProgress& at) { states = at.states; };
  const auto e = explore("v6-posted", exploring);
  EXPECT_EQ(e.incomplete, "stopped");
  EXPECT_EQ(asked, 3);
  EXPECT_GT(states, 1000u);
  EXPECT_LT(states, 5000u);
  EXPECT_EQ(exit_code(result_of("v6-posted", exploring, e)), 4);
}

// A world that forgets to count whoever shares events.
template <class State>
class ForgetfulWorld : public ConcreteWorld<State> {
 public:
  template <class T>
  void inc(Field<T, int32_t> field, Ref<T> ref) {
    if (std::string_view(field.name) != "events.usage") ConcreteWorld<State>::inc(field, ref);
  }
};

TEST(Explore, AWrongMachineIsCaught) {
  const SmallNodeMachine<V5Intended, ForgetfulWorld> machine;
  const std::map<Property, size_t> raw = shortest(explore_machine(machine, "v5-intended", options(2, 2, 2, false)));
  EXPECT_EQ(raw.at(Property::refcount_exact), 2u);     // append, fork
  EXPECT_EQ(raw.at(Property::no_use_after_free), 3u);  // append, fork, exit
  const auto merged = explore_machine(machine, "v5-intended", options(2, 2, 2, true));
  EXPECT_EQ(merged.broken.at(Property::refcount_exact).trace.steps.size(), 2u);
  EXPECT_EQ(merged.broken.at(Property::no_use_after_free).trace.steps.size(), 3u);
  EXPECT_NE(merged.incomplete.find("freed memory"), std::string::npos);
  EXPECT_EQ(merged.complete_depth, 3u);
}

TEST(Explore, CanEndWithTheFirstViolation) {
  auto exploring = options(3, 2, 3);
  exploring.stop_at_first = true;
  const auto e = explore("v5-posted", exploring);
  EXPECT_EQ(shortest(e), (std::map<Property, size_t>{{Property::no_use_after_free, 1},
                                                     {Property::refcount_exact, 1},
                                                     {Property::no_leak, 1},
                                                     {Property::error_atomic, 1}}));
  EXPECT_LE(e.depth, 1u);
  const auto clean = explore("v5-intended", exploring);
  EXPECT_EQ(clean.states, 3119u);
  EXPECT_EQ(clean.broken.size(), 0u);
}

TEST(ExploreResult, AViolationThatItsTraceDoesNotShowIsAFaultOfOurs) {
  auto e = explore("v5-intended", options(2, 2, 1));
  e.broken[Property::isolation] = {
      .times = 1, .trace = {.model = "v5-intended", .steps = {{.op = Op::fork, .task = 1, .made = 2}}}};
  const auto result = result_of("v5-intended", options(2, 2, 1), e);
  EXPECT_EQ(result.finds.size(), 0u);
  EXPECT_EQ(result.shortcomings.size(), 1u);
  EXPECT_EQ(exit_code(result), 4);
}

TEST(ExploreResult, ADeadBranchThatIsTakenIsNews) {
  auto e = explore("v5-intended", options(2, 2, 1));
  e.coverage.taken.set(static_cast<size_t>(Branch::rule_kept));
  EXPECT_EQ(exit_code(result_of("v5-intended", options(2, 2, 1), e)), 1);
}

}  // namespace
}  // namespace lockstep
