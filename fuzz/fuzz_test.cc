// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/fuzz.h"

#include <gtest/gtest.h>

#include <set>

#include "fuzz/generate.h"
#include "fuzz/remarks.h"
#include "fuzz/shrink.h"
#include "harness/targets.h"
#include "model/grammar.h"
#include "model/trace_text.h"
#include "oracle/test_doubles.h"

namespace lockstep {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr uint64_t kScale = 20;  // sanitizers look at every access; the same tests, shorter
#else
constexpr uint64_t kScale = 1;
#endif

FuzzRun run(const std::string& model, const std::string& target, uint64_t traces, bool faults = true) {
  auto on = make_target(target);
  return fuzz({.model = model, .seed = 11, .traces = traces, .faults = faults, .repeats = 1}, *on);
}

std::set<std::string> causes(const FuzzRun& run) {
  std::set<std::string> all;
  for (const auto& find : run.result.finds) all.insert(find.divergence.cause);
  return all;
}

const Find* find_of(const FuzzRun& run, const std::string& property) {
  for (const auto& find : run.result.finds)
    if (find.divergence.property == property) return &find;
  return nullptr;
}

// All steps that a model's first tasks could take, with every kind of argument, but no failing allocation.
std::vector<Step> all_steps(const std::string& model, const Model& state, uint16_t next_rule, uint16_t next_task) {
  std::vector<Step> steps;
  for (auto task : state.processes().tasks())
    for (const auto& operation : grammar_of(model)->operations) {
      std::vector<Step> variants{{.op = operation.op, .task = task}};
      for (const auto& argument : operation.arguments) {
        if (argument.param == Param::fail) continue;
        std::vector<uint32_t> values;
        if (argument.is_word()) {
          for (uint32_t bit = 0; bit < 32; ++bit)
            if ((argument.words & (1u << bit)) != 0) values.push_back(bit);
        } else if (argument.param == Param::flags) {
          values = {0, 1};
        } else {
          values = {argument.low, argument.high};
        }
        std::vector<Step> more;
        for (const auto& variant : variants)
          for (auto value : values) {
            more.push_back(variant);
            set_value(more.back(), argument.param, value);
          }
        variants = std::move(more);
      }
      for (auto& step : variants) {
        if (made_letter(step.op) != 0) step.made = made_letter(step.op) == 'P' ? next_task : next_rule;
        steps.push_back(step);
      }
    }
  return steps;
}

// Every trace of up to `length` steps: how many there are, and how many of them diverge on the target.
struct Count {
  uint64_t traces = 0, diverging = 0;
};
void enumerate(const std::string& model, Conformer& conformer, const Trace& trace, size_t length, Count& count) {
  if (!trace.steps.empty()) {
    ++count.traces;
    count.diverging += conformer.run(trace).divergence.has_value();
  }
  if (trace.steps.size() == length) return;
  auto state = make_model(model);
  state->reset(trace.start);
  uint16_t rules = 1, tasks = 2;
  for (const auto& step : trace.steps) {
    state->step(step);
    rules += step.made != 0 && made_letter(step.op) == 'R';
    tasks += step.made != 0 && made_letter(step.op) == 'P';
  }
  for (auto step : all_steps(model, *state, rules, tasks)) {
    Trace longer = trace;
    step.error = state->clone()->step(step).error;
    if (step.error != 0) step.made = 0;
    longer.steps.push_back(step);
    enumerate(model, conformer, longer, length, count);
  }
}

class FindsIsolation : public testing::TestWithParam<const char*> {};

TEST_P(FindsIsolation, ByItselfAndShrinksItToTheShortestThereIs) {
  const auto result = run("v5-intended", GetParam(), 500, false);
  const auto* find = find_of(result, "isolation");
  ASSERT_NE(find, nullptr);
  EXPECT_EQ(write_trace({.model = "v5-intended", .steps = find->trace.steps}),
            "lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n");
  auto target = make_target(GetParam());
  Conformer conformer("v5-intended", target.get());
  for (const Start start : {Start{}, Start{false, true}}) {
    Count count;
    enumerate("v5-intended", conformer, {.model = "v5-intended", .start = start}, find->trace.steps.size() - 1, count);
    EXPECT_GT(count.traces, 10000u);
    EXPECT_EQ(count.diverging, 0u);
  }
  Count with_it;
  Trace two{.model = "v5-intended", .steps = {find->trace.steps[0], find->trace.steps[1]}};
  enumerate("v5-intended", conformer, two, 3, with_it);
  EXPECT_GT(with_it.diverging, 0u);  // the enumeration does see what diverges
}
INSTANTIATE_TEST_SUITE_P(On, FindsIsolation, testing::Values("spec:v5-posted", "sim:v5"));

class FindsTheRest : public testing::TestWithParam<const char*> {};

TEST_P(FindsTheRest, WithFailingAllocations) {
  const auto result = run("v5-intended", GetParam(), 12000);
  const auto* leak = find_of(result, "no-use-after-free");
  ASSERT_NE(leak, nullptr);
  EXPECT_EQ(leak->trace.steps.size(), 1u);
  EXPECT_EQ(leak->divergence.also, (std::vector<std::string>{"refcount-exact", "no-leak", "error-atomic"}));
  // The in-place append to shared events that pays for an events object, and the last sharer that makes none.
  EXPECT_TRUE(causes(result).contains("results append E2BIG"));
  EXPECT_TRUE(causes(result).contains("results append success"));
  for (const auto& find : result.result.finds) EXPECT_LE(find.trace.steps.size(), 4u) << find.divergence.cause;
}
INSTANTIATE_TEST_SUITE_P(On, FindsTheRest, testing::Values("spec:v5-posted", "sim:v5"));

struct Pair {
  const char *model, *target;
};
void PrintTo(const Pair& pair, std::ostream* out) { *out << pair.model << " on " << pair.target; }
class Agrees : public testing::TestWithParam<Pair> {};

TEST_P(Agrees, InAMillionStepsWithFaults) {
  const auto [model, target] = GetParam();
  const auto result = run(model, target, 45000 / kScale);
  EXPECT_EQ(causes(result), std::set<std::string>{});
  EXPECT_GE(result.result.steps, 1000000u / kScale);
  EXPECT_EQ(result.result.unobserved, 0u);
  if (kScale == 1) {
    EXPECT_EQ(result.result.shortcomings, std::vector<std::string>{});
    EXPECT_EQ(result.result.verdict(), Verdict::conforms);
  }
}
INSTANTIATE_TEST_SUITE_P(Sim, Agrees,
                         testing::Values(Pair{"v5-posted", "sim:v5"}, Pair{"v5-intended", "sim:v5-intended"},
                                         Pair{"v6-posted", "sim:v6"}));
INSTANTIATE_TEST_SUITE_P(Itself, Agrees,
                         testing::Values(Pair{"v5-new-hierarchy", "spec:v5-new-hierarchy"},
                                         Pair{"seccomp-nodes", "spec:seccomp-nodes"}));

TEST_P(Agrees, AndWithoutFaultsIsWorthCounting) {
  const auto [model, target] = GetParam();
  const auto result = run(model, target, kCountingRun / kScale, false);
  EXPECT_EQ(result.result.shortcomings, std::vector<std::string>{});
  EXPECT_EQ(result.result.verdict(), Verdict::conforms);
}

// The table of expected outcomes against what random traces show: every property that is expected broken is broken by
// some trace, and no other is (that would be a divergence).
class ExpectedTable : public testing::TestWithParam<const char*> {};

TEST_P(ExpectedTable, IsWhatRandomTracesShow) {
  const std::string name = GetParam();
  const auto generator = trace_generator({.model = name});
  Conformer conformer(name, nullptr);
  std::set<std::string> shown, expected;
  for (uint64_t i = 0; i < 6000; ++i) {
    const auto result = conformer.run(generate(generator, 3, i).value());
    ASSERT_FALSE(result.divergence) << result.divergence->text;
    for (const auto& [property, step] : result.model_violations) shown.insert(name_of(property));
  }
  for (int i = 0; i < kProperties; ++i) {
    const auto property = static_cast<Property>(i);
    if (checked_each_step(property) && expected_outcome(name, property).expected == Expected::broken)
      expected.insert(name_of(property));
  }
  EXPECT_EQ(shown, expected);
  Statistics statistics(name, true);
  statistics.add_coverage(conformer.model().coverage());
  EXPECT_EQ(branch_holes(statistics.generated(), false), std::vector<std::string>{});
  const bool dead = expected_outcome(name, Property::reachable_branches).expected == Expected::broken;
  EXPECT_EQ(branch_holes(statistics.generated(), true).size(), conformer.model().info().dead_branches.size());
  EXPECT_EQ(dead, !conformer.model().info().dead_branches.empty());
}
INSTANTIATE_TEST_SUITE_P(Of, ExpectedTable,
                         testing::Values("v5-intended", "v5-new-hierarchy", "v5-posted", "v6-posted", "seccomp",
                                         "seccomp@6.1", "seccomp-nodes"));

TEST(Fuzz, TheSameSeedGivesTheSameTracesInAnyOrder) {
  const GenerateOptions options{.model = "seccomp"};
  const auto a = trace_generator(options), b = trace_generator(options);
  std::vector<Trace> forward;
  for (uint64_t i = 0; i < 50; ++i) forward.push_back(generate(a, 5, i).value());
  for (uint64_t i = 50; i-- > 0;) EXPECT_EQ(generate(b, 5, i).value().steps, forward[i].steps);
  EXPECT_NE(generate(a, 6, 0).value().steps, forward[0].steps);
}

TEST(Fuzz, ShardsPartitionTheRun) {
  auto target = make_target("spec:v6-posted");
  const auto whole = fuzz({.model = "v6-posted", .seed = 2, .traces = 90}, *target);
  uint64_t steps = 0, traces = 0;
  for (uint32_t shard = 1; shard <= 4; ++shard) {
    const auto part = fuzz({.model = "v6-posted", .seed = 2, .traces = 90, .shard = shard, .shards = 4}, *target);
    steps += part.result.steps;
    traces += part.result.traces;
  }
  EXPECT_EQ(traces, whole.result.traces);
  EXPECT_EQ(steps, whole.result.steps);
}

TEST(Fuzz, EveryGeneratedTraceIsOneThatTheParserAccepts) {
  for (const auto* model : {"v5-intended", "v5-new-hierarchy", "v5-posted", "v6-posted", "seccomp", "seccomp-nodes"}) {
    const auto generator = trace_generator({.model = model});
    for (uint64_t i = 0; i < 300; ++i) {
      const auto trace = generate(generator, 9, i).value();
      auto again = parse_trace(write_trace(trace), "generated");
      for (auto& step : again.steps) step.line = 0;
      EXPECT_EQ(again.steps, trace.steps);
      EXPECT_EQ(again.start, trace.start);
    }
  }
}

TEST(Fuzz, ARunThatGeneratedTooLittleIsInconclusive) {
  Statistics statistics("seccomp", false);
  statistics.add({.op = Op::fork, .task = 1, .made = 2}, {}, 2, 0);
  Result result{.traces = kCountingRun, .steps = 1};
  result.outcomes = statistics.outcomes();
  result.generated = statistics.generated();
  const auto missing = remarks_of(result).shortcomings;
  EXPECT_FALSE(missing.empty());
  EXPECT_EQ(missing[0], "mean length 0.0 steps, at least 12 wanted");
  add_remarks(result);
  EXPECT_EQ(result.shortcomings, missing);
  EXPECT_EQ(result.verdict(), Verdict::inconclusive);
  EXPECT_EQ(exit_code(result), 4);
  remove_remarks(result);
  EXPECT_EQ(exit_code(result), 0);
}

TEST(Fuzz, ADivergenceThatDoesNotComeBackIsReportedWithItsRate) {
  auto honest = make_target("spec:seccomp");
  test::LyingTarget target(*honest);
  int lies = 0;
  target.change_outcome = [&](Outcome outcome, uint32_t step) {
    return step == 2 && lies++ == 5 ? Outcome{EIO} : outcome;
  };
  const auto result = fuzz({.model = "seccomp", .seed = 1, .traces = 20, .repeats = 4}, target);
  ASSERT_EQ(result.result.finds.size(), 1u);
  EXPECT_TRUE(result.result.finds[0].flaky());
  EXPECT_EQ(result.result.finds[0].repeated, 1);
  EXPECT_EQ(result.result.finds[0].runs, 4);
  EXPECT_EQ(result.result.verdict(), Verdict::diverges);
}

TEST(Fuzz, ATargetThatDiesEndsTheRunWithWhatItDid) {
  auto honest = make_target("spec:seccomp");
  test::LyingTarget target(*honest);
  bool dead = false;
  target.change_outcome = [&](Outcome outcome, uint32_t step) {
    if (dead) throw std::runtime_error("nothing works after this");
    dead = step == 9;
    if (dead) throw TargetFault("P1 hangs in D state");
    return outcome;
  };
  const auto result = fuzz({.model = "seccomp", .seed = 1, .traces = 500, .repeats = 3}, target).result;
  ASSERT_EQ(result.finds.size(), 1u);
  EXPECT_EQ(result.finds[0].divergence.property, "target");
  EXPECT_EQ(result.finds[0].divergence.step, 9u);
  EXPECT_EQ(result.finds[0].divergence.text, "P1 hangs in D state");
  EXPECT_LT(result.traces, 20u);
  ASSERT_FALSE(result.notes.empty());
  EXPECT_NE(result.notes[0].find("does not work any more"), std::string::npos);
  EXPECT_EQ(exit_code(result), 1);
}

TEST(Fuzz, ATraceThatATargetCannotRunIsCountedAndSaid) {
  auto target = make_target("spec:seccomp");
  const auto result = fuzz({.model = "v5-intended", .traces = 5}, *target);
  EXPECT_EQ(result.result.skipped, 5u);
  EXPECT_EQ(result.result.verdict(), Verdict::inconclusive);
  EXPECT_FALSE(result.result.notes.empty());
}

TEST(Shrink, StopsWhereNothingSmallerHolds) {
  const auto trace = parse_trace(
      "lockstep 1\nmodel seccomp\nP1 attach len=400 -> F7\nP1 fork -> P4\nP4 fork -> P9\nP9 attach len=17 -> F8\nP4 "
      "exit\n"
      "P9 attach -> F9\n",
      "long");
  int runs = 0;
  const auto small = shrink(trace, "seccomp", [&](const Trace& candidate) {
    ++runs;
    int attaches = 0;
    for (const auto& step : candidate.steps) attaches += step.op == Op::attach;
    return attaches >= 2;
  });
  EXPECT_EQ(write_trace(small.trace), "lockstep 1\nmodel seccomp\nP1 attach -> F1\nP1 attach -> F2\n");
  EXPECT_EQ(small.tried, runs);
}

}  // namespace
}  // namespace lockstep
