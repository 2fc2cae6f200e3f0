// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/conform.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "harness/spec.h"
#include "model/trace_text.h"
#include "oracle/result.h"
#include "oracle/test_doubles.h"

namespace lockstep {
namespace {

using test::LyingTarget;

Trace story(const std::string& model = "v5-posted") {
  return parse_trace(
      "lockstep 1\nmodel " + model + "\nP1 append event=0 -> R1\nP1 fork -> P2\nP1 append event=0 -> R2\nP1 exit\n",
      "story");
}

Trace tree() {
  return parse_trace("lockstep 1\nmodel seccomp\nP1 attach -> F1\nP1 fork -> P2\nP2 attach -> F2\nP2 exit\n", "tree");
}

TEST(Conform, AModelConformsToItself) {
  for (const auto* model : {"v5-intended", "v5-posted", "v6-posted"}) {
    auto target = make_spec(model);
    const auto result = Conformer(model, target.get()).run(story(model));
    EXPECT_FALSE(result.divergence) << model << ": " << result.divergence->text;
    EXPECT_EQ(result.steps, 4u);
    EXPECT_EQ(result.unobserved, 0u);
  }
}

TEST(Conform, ACounterThatIsOneOffIsFoundAtItsStep) {
  auto honest = make_spec("seccomp");
  LyingTarget target(*honest);
  target.change_facts = [](Snapshot& s, uint32_t step) {
    if (step == 3) ++s.objects.at(0).counter[1];
  };
  const auto result = Conformer("seccomp", &target).run(tree());
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->step, 3u);
  EXPECT_EQ(result.divergence->property, "refcount-exact");
  EXPECT_NE(result.divergence->text.find("users"), std::string::npos) << result.divergence->text;
}

TEST(Conform, ASaturatedCounterIsCalledSo) {
  auto honest = make_spec("seccomp");
  LyingTarget target(*honest);
  target.change_facts = [](Snapshot& s, uint32_t step) {
    if (step == 2) s.objects.at(0).counter[0] = INT32_MIN / 2;
  };
  const auto result = Conformer("seccomp", &target).run(tree());
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->step, 2u);
  EXPECT_EQ(result.divergence->property, "no-use-after-free");
  EXPECT_EQ(result.divergence->text,
            "F1.refs is saturated (-1073741824): it went below 0 or above its limit (F1.refs is saturated "
            "(-1073741824), expected 2)");
}

TEST(Conform, APredictionThatIsOneOffIsFound) {
  auto target = make_spec("seccomp");
  Conformer conformer(std::make_unique<test::OffByOneModel>(make_model("seccomp"), Kind::filter, 0), target.get());
  const auto result = conformer.run(tree());
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->step, 1u);
}

TEST(Conform, AForgottenStepIsFound) {
  auto honest = make_spec("seccomp");
  LyingTarget target(*honest);
  target.forget = [](uint32_t step) { return step == 1; };
  const auto result = Conformer("seccomp", &target).run(tree());
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->step, 1u);
}

TEST(Conform, AWrongResultIsFound) {
  auto honest = make_spec("v5-posted");
  LyingTarget target(*honest);
  target.change_outcome = [](Outcome outcome, uint32_t step) { return step == 2 ? Outcome{EAGAIN} : outcome; };
  const auto result = Conformer("v5-posted", &target).run(story());
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->property, "results");
  EXPECT_EQ(result.divergence->text, "fork gave EAGAIN, expected success");
}

TEST(Conform, AFaultOfTheTargetIsADivergenceOfItsStep) {
  auto honest = make_spec("v5-posted");
  LyingTarget target(*honest);
  target.change_outcome = [](Outcome outcome, uint32_t step) {
    if (step == 3) throw TargetFault("it crashed");
    return outcome;
  };
  const auto result = Conformer("v5-posted", &target).run(story());
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->property, "target");
  EXPECT_EQ(result.divergence->step, 3u);
}

// A target that fails before the first step, or as the trace ends.
class FailingTarget : public LyingTarget {
 public:
  using LyingTarget::LyingTarget;
  bool at_reset = false, at_end = false, breaks_at_end = false;
  void reset(const Trace& trace) override {
    if (at_reset) throw TargetFault("it warned");
    LyingTarget::reset(trace);
  }
  void end() override {
    if (at_end) throw TargetFault("it warned");
    if (breaks_at_end) throw std::runtime_error("nothing works");
  }
};

TEST(Conform, AFaultBeforeTheFirstStepIsOfStep0) {
  auto honest = make_spec("v5-posted");
  FailingTarget target(*honest);
  target.at_reset = true;
  const auto result = Conformer("v5-posted", &target).run(story());
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->step, 0u);
  EXPECT_EQ(result.divergence->cause, "target start fault");
  EXPECT_EQ(result.steps, 0u);
}

TEST(Conform, AFaultAsTheTraceEndsIsOfItsLastStep) {
  auto honest = make_spec("v5-posted");
  FailingTarget target(*honest);
  target.at_end = true;
  auto result = Conformer("v5-posted", &target).run(story());
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->step, 4u);
  EXPECT_EQ(result.divergence->cause, "target end fault");
  EXPECT_EQ(result.steps, 4u);

  target.change_outcome = [](Outcome, uint32_t) { return Outcome{EIO}; };
  result = Conformer("v5-posted", &target).run(story());
  EXPECT_EQ(result.divergence->property, "results") << "what came first stands";
  target.at_end = false;
  target.breaks_at_end = true;
  EXPECT_EQ(Conformer("v5-posted", &target).run(story()).divergence->property, "results");
  target.change_outcome = {};
  EXPECT_THROW(Conformer("v5-posted", &target).run(story()), std::runtime_error);
}

TEST(Conform, WhatATargetHasToSayIsNoted) {
  class Talkative : public LyingTarget {
   public:
    using LyingTarget::LyingTarget;
    std::vector<std::string> notes() const override { return {"it rained", "it rained"}; }
  };
  auto honest = make_spec("v5-posted");
  Talkative target(*honest);
  Result result;
  note_unobserved(result, {}, target);
  note_unobserved(result, {}, target);
  EXPECT_EQ(result.notes, std::vector<std::string>{"it rained"});
}

TEST(Conform, WhatIsNotShownIsCountedAndConcludesNothing) {
  auto honest = make_spec("v5-posted");
  LyingTarget target(*honest);
  target.capabilities_to_claim().facts.counters = false;
  target.capabilities_to_claim().layout = "";
  const auto asked_all = Conformer("v5-posted", &target).run(story());
  EXPECT_FALSE(asked_all.divergence);
  EXPECT_EQ(asked_all.unobserved, 4u);
  const auto asked_less = Conformer("v5-posted", &target, {.counters = false}).run(story());
  EXPECT_EQ(asked_less.unobserved, 0u);

  Result result{.steps = 4, .unobserved = 4};
  EXPECT_EQ(result.verdict(), Verdict::inconclusive);
  EXPECT_EQ(exit_code(result), 4);
}

TEST(Conform, WhereObjectsDifferTheTargetsOwnReferencesJudge) {
  // v6 has other objects than v5-intended, and leaks a rule when its events cannot be made.
  auto target = make_spec("v6-posted");
  const auto trace = parse_trace("lockstep 1\nmodel v5-intended\nP1 append event=0 fail=alloc:2 = ENOMEM\n", "leak");
  const auto result = Conformer("v5-intended", target.get()).run(trace);
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->property, "no-use-after-free");
  EXPECT_EQ(result.divergence->also, (std::vector<std::string>{"refcount-exact", "no-leak", "error-atomic"}));
}

TEST(Conform, AFaultThatHitsOneOfTwoDesignsEndsTheComparison) {
  auto target = make_spec("v5-intended");  // its third allocation is a node; v6 has only two
  const auto trace = parse_trace("lockstep 1\nmodel v6-posted\nP1 append event=0 fail=alloc:3 -> R1\nP1 exit\n", "cut");
  const auto result = Conformer("v6-posted", target.get()).run(trace);
  EXPECT_FALSE(result.divergence);
  EXPECT_TRUE(result.cut);
  EXPECT_EQ(result.steps, 1u);
}

TEST(Conform, ATraceThatRecordsAnotherResultThanTheModelIsNotPassedOver) {
  const auto trace = parse_trace("lockstep 1\nP1 append event=0 pages=64 = E2BIG\n", "wrong");
  const auto result = Conformer("v5-intended", nullptr).run(trace);
  ASSERT_TRUE(result.divergence);
  EXPECT_EQ(result.divergence->property, "trace");
  EXPECT_EQ(result.divergence->text, "the trace records E2BIG, v5-intended gives success");
}

TEST(Conform, ExpectedViolationsOfTheModelAreListedAndNotNews) {
  const auto trace =
      parse_trace("lockstep 1\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n", "story");
  const auto result = Conformer("v5-posted", nullptr).run(trace);
  EXPECT_FALSE(result.divergence);
  EXPECT_EQ(result.model_violations.at(Property::isolation), 3u);
}

TEST(Result, NothingRunIsNoPass) {
  EXPECT_EQ(Result{}.verdict(), Verdict::inconclusive);
  EXPECT_EQ(exit_code(Result{}), 4);
}

TEST(Result, WhatWasNotRunOrNotSeenConcludesNothing) {
  EXPECT_EQ(exit_code(Result{.steps = 9}), 0);
  EXPECT_EQ(exit_code(Result{.steps = 9, .skipped = 1}), 4);
  EXPECT_EQ(exit_code(Result{.steps = 9, .shortcomings = {"cut"}}), 4);
  EXPECT_EQ(Result({.steps = 9, .skipped = 1}).verdict(), Verdict::inconclusive);
  Result expected{.steps = 9, .unobserved = 1};
  expected.finds.push_back({.expected = true});
  EXPECT_EQ(exit_code(expected), 4);
}

TEST(Conform, WhatATargetCannotShowIsSaid) {
  auto honest = make_spec("seccomp");
  LyingTarget target(*honest);
  target.change_facts = [](Snapshot& s, uint32_t) { s.complete = false; };
  const auto outcome = Conformer("seccomp", &target).run(tree());
  EXPECT_FALSE(outcome.divergence);
  Result result;
  note_unobserved(result, outcome, target);
  note_unobserved(result, outcome, target);
  ASSERT_EQ(result.notes.size(), 1u);
  EXPECT_TRUE(result.notes[0].starts_with("not asked for: leaks")) << result.notes[0];
}

TEST(Result, AnExpectedDivergenceIsFineAndAMissingOneIsNot) {
  Result result{.traces = 1, .steps = 3};
  result.finds.push_back({.expected = true});
  EXPECT_EQ(exit_code(result), 0);
  EXPECT_EQ(verdict_line(result),
            "Verdict: DIVERGES model=- target=- traces=1 steps=3 divergences=1 expected=1 unobserved=0 skipped=0");
  result.finds.clear();
  result.missing.emplace_back("x expects sim:v5 to diverge, and it did not");
  EXPECT_EQ(exit_code(result), 1);
}

TEST(ExpectedOutcomes, EveryModelHasOneForEveryPropertyWithAReason) {
  int rows = 0;
  for (const auto& model : models()) {
    for (int i = 0; i < kProperties; ++i) {
      const auto& outcome = expected_outcome(model.name, static_cast<Property>(i));
      EXPECT_EQ(outcome.property, static_cast<Property>(i));
      EXPECT_FALSE(outcome.reason.empty());
    }
    rows += model.name.find('@') == std::string::npos ? kProperties : 0;
  }
  EXPECT_EQ(expected_outcomes().size(), static_cast<size_t>(rows));
}

}  // namespace
}  // namespace lockstep
