// SPDX-License-Identifier: GPL-2.0-or-later
// One target held against another: the rules of conform.cc with a target in the place of the prediction.
#include <gtest/gtest.h>

#include <cerrno>

#include "harness/spec.h"
#include "model/trace_text.h"
#include "oracle/conform.h"
#include "oracle/result.h"
#include "oracle/test_doubles.h"

namespace lockstep {
namespace {

using test::LyingTarget;

Trace trace_of(const std::string& steps) { return parse_trace("lockstep 1\n" + steps, "t"); }
Trace isolation() { return trace_of("P1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n"); }
Trace leak() { return trace_of("P1 append event=0 fail=alloc:2 = ENOMEM\n"); }
Trace tree() { return trace_of("P1 attach -> F1\nP1 fork -> P2\nP2 attach -> F2\nP2 exit\n"); }

Conformance run(const std::string& model, const std::string& target, const std::string& against, const Trace& trace) {
  const auto one = make_spec(target), other = make_spec(against);
  return Conformer(model, one.get(), {}, other.get()).run(trace);
}

TEST(Against, TwoOfAKindConformWhateverTheModelPromises) {
  const auto outcome = run("v5-intended", "v5-posted", "v5-posted", isolation());
  EXPECT_FALSE(outcome.divergence) << outcome.divergence->text;
  EXPECT_EQ(outcome.steps, 3u);
}

TEST(Against, ADifferenceIsCalledByWhatOneOfThemBreaksAndTheModelIsAskedToo) {
  const auto broken = run("v5-intended", "v5-posted", "v5-intended", isolation()).divergence;
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->property, "isolation");
  EXPECT_EQ(broken->step, 3u);
  EXPECT_EQ(broken->text,
            "spec:v5-posted: P1 got R2 from P2's append, which was not promised to it (spec:v5-posted against "
            "spec:v5-intended: P1's view of event 0 is R2 R1, expected R1; v5-intended agrees with spec:v5-intended)");
  const auto turned = run("v5-intended", "v5-intended", "v5-posted", isolation()).divergence;
  ASSERT_TRUE(turned);
  EXPECT_EQ(turned->property, "isolation");
  EXPECT_TRUE(turned->text.starts_with("spec:v5-posted: P1 got R2")) << turned->text;
}

TEST(Against, CountersOfOneDesignAreCompared) {
  for (const bool first_lies : {true, false}) {
    const auto honest = make_spec("seccomp"), other = make_spec("seccomp");
    LyingTarget liar(*honest);
    liar.change_facts = [](Snapshot& s, uint32_t step) {
      if (step == 3) ++s.objects.at(0).counter[1];
    };
    const auto found =
        Conformer("seccomp", first_lies ? &liar : other.get(), {}, first_lies ? other.get() : &liar).run(tree());
    ASSERT_TRUE(found.divergence);
    EXPECT_EQ(found.divergence->step, 3u);
    EXPECT_EQ(found.divergence->property, "refcount-exact");
    EXPECT_NE(found.divergence->text.find("users"), std::string::npos) << found.divergence->text;
  }
}

TEST(Against, CountersOfDifferentDesignsAreNot) {
  const auto outcome = run("v5-intended", "v5-intended", "v6-posted", trace_of("P1 append event=0 -> R1\nP1 exec\n"));
  EXPECT_FALSE(outcome.divergence) << outcome.divergence->text;
}

TEST(Against, EachIsHeldAgainstItsOwnReferencesToo) {
  const auto both = run("v5-intended", "v5-posted", "v5-posted", leak()).divergence;
  ASSERT_TRUE(both);
  EXPECT_EQ(both->property, "no-use-after-free");
  EXPECT_EQ(both->text, "spec:v5-posted and spec:v5-posted: R?1.usage is -1, below 0");
  const auto second = run("v5-intended", "v5-intended", "v6-posted", leak()).divergence;
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->text.starts_with("spec:v6-posted: ")) << second->text;
  // What the trace's own model is known to break is no news.
  EXPECT_FALSE(run("v5-posted", "v5-posted", "v5-posted", leak()).divergence);
}

TEST(Against, AnotherResultIsFound) {
  const auto honest = make_spec("v5-posted"), other = make_spec("v5-posted");
  LyingTarget liar(*honest);
  liar.change_outcome = [](Outcome outcome, uint32_t step) { return step == 2 ? Outcome{EAGAIN} : outcome; };
  const auto found = Conformer("v5-posted", &liar, {}, other.get()).run(isolation());
  ASSERT_TRUE(found.divergence);
  EXPECT_EQ(found.divergence->property, "results");
  EXPECT_EQ(found.divergence->text,
            "spec:v5-posted against spec:v5-posted: fork gave EAGAIN, expected success; v5-posted agrees with "
            "spec:v5-posted");
}

TEST(Against, WhereBothGiveWhatTheModelDoesNotTheTraceIsTheirsNoLonger) {
  const auto trace = trace_of(
      "P1 append event=0 pages=63 -> R1\nP1 fork -> P2\nP1 exit\nP2 append event=0 = E2BIG\nP2 append event=1 = "
      "E2BIG\n");
  const auto outcome = run("v5-intended", "v5-posted", "v5-posted", trace);
  EXPECT_FALSE(outcome.divergence) << outcome.divergence->text;
  EXPECT_TRUE(outcome.parted);
  EXPECT_EQ(outcome.steps, 4u);
}

TEST(Against, AFaultThatHitsOneOfTwoDesignsEndsTheComparison) {
  const auto outcome =
      run("v6-posted", "v5-intended", "v6-posted", trace_of("P1 append event=0 fail=alloc:3 -> R1\nP1 exit\n"));
  EXPECT_FALSE(outcome.divergence);
  EXPECT_TRUE(outcome.cut);
  EXPECT_EQ(outcome.steps, 1u);
}

TEST(Against, WhatEitherDoesNotShowIsCounted) {
  const auto honest = make_spec("seccomp"), other = make_spec("seccomp");
  LyingTarget blind(*honest);
  blind.capabilities_to_claim().facts.counters = false;
  blind.capabilities_to_claim().layout = "";
  auto outcome = Conformer("seccomp", other.get(), {}, &blind).run(tree());
  EXPECT_FALSE(outcome.divergence);
  EXPECT_EQ(outcome.unobserved, 0u);
  EXPECT_EQ(outcome.against.unobserved, 4u);
  outcome = Conformer("seccomp", &blind, {}, other.get()).run(tree());
  EXPECT_EQ(outcome.unobserved, 4u);
  EXPECT_EQ(outcome.against.unobserved, 0u);
}

TEST(Against, WhatNothingLeadsToIsNotAskedOfWhoCannotShowIt) {
  const auto honest = make_spec("v5-posted"), other = make_spec("v5-posted");
  LyingTarget partial(*honest);
  partial.change_facts = [](Snapshot& s, uint32_t) {
    s.complete = false;
    s.objects.clear();  // the leak's objects: nothing leads to them
    s.pointers.clear();
    s.faults.clear();
  };
  for (const bool first : {true, false}) {
    const auto outcome =
        Conformer("v5-posted", first ? &partial : other.get(), {}, first ? other.get() : &partial).run(leak());
    EXPECT_FALSE(outcome.divergence) << outcome.divergence->text;
    EXPECT_EQ(outcome.incomplete, first);
    EXPECT_EQ(outcome.against.incomplete, !first);
  }
}

TEST(Against, AFaultOfTheSecondIsADivergenceOfItsStep) {
  const auto honest = make_spec("seccomp"), other = make_spec("seccomp");
  LyingTarget breaks(*honest);
  breaks.change_outcome = [](Outcome outcome, uint32_t step) {
    if (step == 3) throw TargetFault("it crashed");
    return outcome;
  };
  const auto outcome = Conformer("seccomp", other.get(), {}, &breaks).run(tree());
  ASSERT_TRUE(outcome.divergence);
  EXPECT_EQ(outcome.divergence->property, "target");
  EXPECT_EQ(outcome.divergence->step, 3u);
}

TEST(Against, TheVerdictLineSaysItLast) {
  EXPECT_TRUE(verdict_line({.target = "live", .steps = 1, .missing = {"x"}, .against = "sim:v6"})
                  .ends_with(" skipped=0 missing=1 against=sim:v6"));
}

}  // namespace
}  // namespace lockstep
