// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/race.h"

#include <gtest/gtest.h>

#include "harness/spec.h"
#include "model/trace_text.h"
#include "oracle/test_doubles.h"

namespace lockstep {
namespace {

constexpr const char* kTwoAppends =
    "lockstep 1\nmodel v5-posted\nP1 append event=0 -> R1\nP1 fork -> P2\nP1 append event=0 -> R2\nP2 append event=0 "
    "-> "
    "R3\n";

// Takes the last two steps in one order or the other, and shows what came of both after either.
class Together : public Target {
 public:
  explicit Together(Target& honest) : honest_(honest) {}
  bool other_first = false;
  int loses = 0;  // 1 or 2: that step of the two says that it was done, and was not

  const std::string& name() const override { return honest_.name(); }
  const Capabilities& capabilities() const override { return honest_.capabilities(); }
  void reset(const Trace& trace) override {
    trace_ = trace;
    number_ = 0;
    honest_.reset(trace);
  }
  Outcome step(const Step& step) override {
    const size_t first = trace_.steps.size() - 2;
    if (number_ < first) {
      ++number_;
      return honest_.step(step);
    }
    if (number_++ == first)
      for (const size_t which : {other_first ? 1 : 0, other_first ? 0 : 1})
        outcomes_[which] = loses == int(which) + 1 ? Outcome{} : honest_.step(trace_.steps[first + which]);
    return outcomes_[number_ - 1 - first];
  }
  void observe(Snapshot& snapshot) override { honest_.observe(snapshot); }
  void end() override { honest_.end(); }

 private:
  Target& honest_;
  Trace trace_;
  size_t number_ = 0;
  Outcome outcomes_[2];
};

class RaceTest : public testing::Test {
 protected:
  RaceResult run(const std::string& text = kTwoAppends) {
    return race({.model = "v5-posted", .times = 3}, parse_trace(text, "test"), target_);
  }
  std::unique_ptr<Target> honest_ = make_spec("v5-posted");
  Together target_{*honest_};
};

TEST_F(RaceTest, EitherOrderIsAsGood) {
  auto result = run();
  EXPECT_EQ(result.in_order[0], 3u);
  EXPECT_EQ(result.none(), 0u);
  target_.other_first = true;
  result = run();
  EXPECT_EQ(result.in_order[1], 3u);
  EXPECT_EQ(result.none(), 0u);
}

TEST_F(RaceTest, WhatNoOrderExplainsIsCountedAndTold) {
  target_.loses = 1;
  const auto result = run();
  ASSERT_EQ(result.in_none.size(), 1u);
  const auto& [divergence, times] = result.in_none.begin()->second;
  EXPECT_EQ(times, 3u);
  EXPECT_EQ(divergence.property, "linearizable");
  EXPECT_EQ(divergence.step, 4u);
  EXPECT_NE(divergence.text.find("if P1's append had been first"), std::string::npos) << divergence.text;
  EXPECT_EQ(result.in_order[0] + result.in_order[1], 0u);
}

TEST_F(RaceTest, ResultsTellTheOrdersApart) {
  const std::string full =
      "lockstep 1\nmodel v5-posted\nP1 append event=0 pages=62 -> R1\nP1 fork -> P2\nP1 append event=0 -> R2\nP2 "
      "append "
      "event=0 = E2BIG\n";
  EXPECT_EQ(run(full).in_order[0], 3u);
  target_.other_first = true;
  EXPECT_EQ(run(full).in_order[1], 3u);
}

TEST_F(RaceTest, WhatDiffersBeforeItIsNoRace) {
  test::LyingTarget liar(*honest_);
  liar.change_outcome = [](Outcome outcome, uint32_t step) { return step == 2 ? Outcome{12} : outcome; };
  Together together(liar);
  const auto result = race({.model = "v5-posted", .times = 2}, parse_trace(kTwoAppends, "test"), together);
  ASSERT_EQ(result.in_none.size(), 1u);
  EXPECT_EQ(result.in_none.begin()->second.first.property, "results");
}

TEST_F(RaceTest, WhatWasCountedBeforeTheTargetWasGoneStands) {
  uint64_t left = 2;
  test::LyingTarget mortal(*honest_);
  mortal.change_outcome = [&](Outcome outcome, uint32_t step) {
    if (step == 1 && left-- == 0) throw Unavailable("it does not boot");
    return outcome;
  };
  Together together(mortal);
  const auto trace = parse_trace(kTwoAppends, "test");
  const auto result = race({.model = "v5-posted", .times = 9}, trace, together);
  EXPECT_EQ(result.times, 2u);
  EXPECT_EQ(result.in_order[0], 2u);
  EXPECT_EQ(result.ended, "it does not boot");
  left = 0;
  EXPECT_THROW(race({.model = "v5-posted", .times = 9}, trace, together), Unavailable);
}

TEST_F(RaceTest, OneTaskHasNoRaceWithItself) {
  EXPECT_THROW(run("lockstep 1\nmodel v5-posted\nP1 append event=0 -> R1\nP1 append event=0 -> R2\n"), NotCapable);
  EXPECT_THROW(run("lockstep 1\nmodel v5-posted\nP1 append event=0 -> R1\n"), NotCapable);
}

}  // namespace
}  // namespace lockstep
