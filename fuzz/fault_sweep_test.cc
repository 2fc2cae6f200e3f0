// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/fault_sweep.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "harness/targets.h"
#include "model/model.h"
#include "model/trace_text.h"
#include "oracle/test_doubles.h"

namespace lockstep {
namespace {

// Two first appends, a fork, a node fork.
constexpr const char* kStory =
    "P1 append event=0 -> R1\n"
    "P1 fork -> P2\n"
    "P1 fork -> P3\n"
    "P3 append event=1 -> R2\n"
    "P2 exit\n";

Result sweep(const std::string& model, Target* target, const std::string& story = kStory) {
  Result result{.model = model, .target = target == nullptr ? "" : target->name()};
  FaultSweep sweep({}, target);
  sweep.run(model, parse_trace("lockstep 1\nmodel " + model + "\n" + story, "test"), "test.trace", result);
  sweep.conclude(result);
  return result;
}

Result sweep_on(const std::string& model, const std::string& target) { return sweep(model, make_target(target).get()); }

std::set<std::string> broken(const Result& result) {
  std::set<std::string> all;
  for (const auto& find : result.finds)
    if (find.expected) all.insert(find.divergence.property);
  return all;
}

const Find* news(const Result& result) {
  for (const auto& find : result.finds)
    if (!find.expected) return &find;
  return nullptr;
}

std::string statistic(const Result& result, const std::string& name) {
  for (const auto& each : result.statistics)
    if (each.name == name) return each.value;
  return "";
}

TEST(FaultSweepTest, EveryAllocationOfOurCodeFailsAndWhatThePostedDesignBreaksIsNamed) {
  const auto result = sweep_on("v5-posted", "sim:v5");
  EXPECT_EQ(result.unexpected(), 0u);
  EXPECT_EQ(broken(result), (std::set<std::string>{"no-use-after-free", "refcount-exact", "no-leak", "error-atomic"}));
  EXPECT_EQ(statistic(result, "failed allocations")
                .find("7; steps that have any: 4; as the model says of its own: 7; without effect: 0"),
            0u)
      << statistic(result, "failed allocations");
  EXPECT_EQ(exit_code(result), 0);
}

TEST(FaultSweepTest, TheModelAloneBreaksTheSame) {
  EXPECT_EQ(broken(sweep("v5-posted", nullptr)), broken(sweep_on("v5-posted", "sim:v5")));
  EXPECT_EQ(verdict_line(sweep("v5-intended", nullptr)).find("Verdict: CONFORMS"), 0u);
}

TEST(FaultSweepTest, TheIntendedDesignBreaksNothing) {
  const auto result = sweep_on("v5-intended", "sim:v5-intended");
  EXPECT_EQ(result.verdict(), Verdict::conforms) << verdict_line(result);
  EXPECT_EQ(statistic(result, "failed allocations").find("10; "), 0u) << statistic(result, "failed allocations");
}

TEST(FaultSweepTest, AnotherDesignIsNoticed) {
  const auto* find = news(sweep_on("v5-intended", "sim:v5"));
  EXPECT_NE(find, nullptr);
}

TEST(FaultSweepTest, OwnFaultsOfATraceStayAndNothingToFailIsNoPass) {
  auto target = make_target("sim:v5");
  const auto result = sweep("v5-posted", target.get(), "P1 append event=0 fail=alloc:1 = ENOMEM\n");
  EXPECT_EQ(result.verdict(), Verdict::inconclusive) << verdict_line(result);
}

// ---- Targets that lie

class Lies : public Target {
 public:
  const std::string& name() const override { return target_->name(); }
  const Capabilities& capabilities() const override { return target_->capabilities(); }
  void reset(const Trace& trace) override { target_->reset(trace); }
  Outcome step(const Step& step) override { return change ? change(*target_, step) : target_->step(step); }
  void observe(Snapshot& snapshot) override { target_->observe(snapshot); }
  std::function<Outcome(Target&, Step)> change;

 private:
  std::unique_ptr<Target> target_ = make_target("sim:v5");
};

TEST(FaultSweepTest, AnAllocationWhoseFailureNobodyNotices) {
  Lies lies;
  lies.change = [](Target& target, Step step) {
    if (step.fail_alloc == 3) step.fail_alloc = 0;
    return target.step(step);
  };
  const auto result = sweep("v5-posted", &lies);
  ASSERT_NE(news(result), nullptr);
  EXPECT_NE(news(result)->divergence.text.find("no outcome is that of the model's allocation 3"), std::string::npos)
      << news(result)->divergence.text;
}

TEST(FaultSweepTest, AStepThatFailsAndIsDoneAllTheSame) {
  Lies lies;
  lies.change = [](Target& target, Step step) {
    const bool fails = step.op == Op::append && step.fail_alloc == 1;
    if (fails) step.fail_alloc = 0, step.made = 9;
    const auto outcome = target.step(step);
    return fails ? Outcome{ENOMEM} : outcome;
  };
  const auto result = sweep("v5-posted", &lies);
  ASSERT_NE(news(result), nullptr);
  EXPECT_NE(news(result)->divergence.property, "results");
}

TEST(FaultSweepTest, AllocationsThatFailInAnotherOrder) {
  Lies lies;
  lies.change = [](Target& target, Step step) {
    if (step.fail_alloc == 1 || step.fail_alloc == 2) step.fail_alloc = 3 - step.fail_alloc;
    return target.step(step);
  };
  EXPECT_NE(news(sweep("v5-posted", &lies)), nullptr);
}

TEST(FaultSweepTest, WhoCannotFailAllocationsSaysSo) {
  auto spec = make_target("spec:v5-posted");
  test::LyingTarget target(*spec);
  target.capabilities_to_claim().faults = false;
  EXPECT_THROW(FaultSweep({}, &target), Unavailable);
}

// ---- A kernel: more allocations than the model has, and a search for leaks

class Kernel : public Target {
 public:
  explicit Kernel(const std::string& model) : model_(make_model(model)) {
    capabilities_ = {.layout = model_->info().layout, .any_fault = true};
  }
  std::function<void(std::vector<Leak>&)> change_leaks;
  bool can_look = true;
  int error_of_append = ENOMEM;  // where somebody else's allocation failed
  uint32_t programs_too_many = 0;

  const std::string& name() const override { return name_; }
  const Capabilities& capabilities() const override { return capabilities_; }
  void reset(const Trace& trace) override {
    ++traces_;
    model_->reset(trace.start);
  }
  // In each step the first allocation is somebody else's, who gives up; after each of the model's comes one that nobody
  // needs.
  Outcome step(const Step& step) override {
    hit_.reset();
    if (step.fail_any == 0) return model_->step(step);
    const auto trial = model_->clone();
    Step own = step;
    own.fail_any = 0;
    trial->step(own);
    hit_ = step.fail_any <= 1 + 2 * trial->allocations();
    if (step.fail_any == 1) return {step.op == Op::fork ? EAGAIN : error_of_append};
    if (*hit_ && step.fail_any % 2 == 0) own.fail_alloc = step.fail_any / 2;
    return model_->step(own);
  }
  void observe(Snapshot& snapshot) override { model_->observe(snapshot); }
  void end() override {
    for (const auto task : std::vector(model_->processes().tasks())) model_->step({.op = Op::exit, .task = task});
    Snapshot s;
    model_->observe(s);
    programs_ = 0;
    for (const auto& object : s.objects) {
      if (object.freed) continue;
      if (object.kind == Kind::prog)
        ++programs_;
      else
        leaks_.push_back({.trace = traces_, .kind = object.kind, .text = "somewhere"});
    }
  }
  std::optional<bool> fault_hit() const override { return hit_; }
  std::optional<uint32_t> programs_left() const override { return programs_ + programs_too_many; }
  uint64_t trace_number() const override { return traces_; }
  std::optional<std::vector<Leak>> find_leaks() override {
    if (!can_look) return std::nullopt;
    if (change_leaks) change_leaks(leaks_);
    return leaks_;
  }

 private:
  std::unique_ptr<Model> model_;
  std::string name_ = "vm:test";
  Capabilities capabilities_;
  uint64_t traces_ = 0;
  uint32_t programs_ = 0;
  std::optional<bool> hit_;
  std::vector<Leak> leaks_;
};

TEST(FaultSweepTest, AKernelsOtherAllocationsAreToldApart) {
  Kernel kernel("v5-posted");
  const auto result = sweep("v5-posted", &kernel);
  EXPECT_EQ(result.unexpected(), 0u) << news(result)->divergence.text;
  EXPECT_EQ(broken(result), broken(sweep_on("v5-posted", "sim:v5")));
  EXPECT_EQ(
      statistic(result, "failed allocations"),
      "18; steps that have any: 4; as the model says of its own: 9; without effect: 7; with an error and no change: 2");
  EXPECT_EQ(statistic(result, "leaks").find("the model says "), 0u);
  EXPECT_NE(statistic(result, "leaks").find(", and 0 others"), std::string::npos) << statistic(result, "leaks");
  EXPECT_EQ(exit_code(result), 0);
}

TEST(FaultSweepTest, AStepThatWantsForMemoryAndSaysSomethingElse) {
  for (const int error : {EFAULT, EAGAIN}) {
    Kernel kernel("v5-intended");
    kernel.error_of_append = error;
    const auto result = sweep("v5-intended", &kernel);
    ASSERT_NE(news(result), nullptr) << error;
    EXPECT_NE(news(result)->divergence.text.find("expected ENOMEM"), std::string::npos)
        << news(result)->divergence.text;
  }
}

TEST(FaultSweepTest, ALeakThatTheModelDoesNotForetellIsADivergence) {
  Kernel kernel("v5-intended");
  kernel.change_leaks = [](auto& leaks) { leaks.push_back({.trace = 5, .kind = Kind::node, .text = "in a function"}); };
  const auto result = sweep("v5-intended", &kernel);
  ASSERT_NE(news(result), nullptr);
  EXPECT_EQ(news(result)->divergence.property, "no-leak");
  EXPECT_NE(news(result)->divergence.text.find("in a function"), std::string::npos);
}

TEST(FaultSweepTest, ALeakOfNoTraceIsNoPassNorASearchThatFindsNothing) {
  Kernel kernel("v5-posted");
  kernel.change_leaks = [](auto& leaks) { leaks = {{.trace = 0, .kind = Kind::rule, .text = "before"}}; };
  const auto result = sweep("v5-posted", &kernel);
  EXPECT_EQ(result.unexpected(), 0u);
  ASSERT_EQ(result.shortcomings.size(), 2u);
  EXPECT_EQ(result.shortcomings[0], "leaks of none of these traces, for all that is known: 1, the first: before");
  EXPECT_EQ(result.shortcomings[1].find("kmemleak found none of the "), 0u) << result.shortcomings[1];
  EXPECT_EQ(exit_code(result), 4);
}

TEST(FaultSweepTest, LeaksOfTracesOfTwoModelsAreEachTheirOwn) {
  Kernel kernel("v5-intended");
  kernel.change_leaks = [&](auto& leaks) {
    leaks = {{.trace = kernel.trace_number(), .kind = Kind::rule, .text = "in a function"}};
  };
  Result result{.target = kernel.name()};
  FaultSweep sweep({}, &kernel);
  for (const std::string model : {"v5-new-hierarchy", "v5-intended"})
    sweep.run(model, parse_trace("lockstep 1\nmodel " + model + "\nP1 append event=0 -> R1\n", model), model, result);
  sweep.conclude(result);
  ASSERT_EQ(result.unexpected(), 1u);
  EXPECT_EQ(news(result)->divergence.property, "no-leak");
  EXPECT_EQ(news(result)->name, "v5-intended");
  EXPECT_EQ(result.shortcomings, std::vector<std::string>{});
}

TEST(FaultSweepTest, ATargetThatBreaksWhileItLooksForLeaksIsADivergence) {
  Kernel kernel("v5-intended");
  kernel.change_leaks = [](auto&) { throw TargetFault("KASAN: use-after-free in a function"); };
  const auto result = sweep("v5-intended", &kernel);
  ASSERT_NE(news(result), nullptr);
  EXPECT_EQ(news(result)->divergence.property, "target");
  EXPECT_NE(news(result)->divergence.text.find("use-after-free in a function"), std::string::npos);
  EXPECT_EQ(news(result)->name, "test.trace");
  EXPECT_NE(statistic(result, "failed allocations"), "");
}

TEST(FaultSweepTest, LeaksThatNobodyLookedForAreNoPass) {
  Kernel blind("v5-intended"), gone("v5-intended");
  blind.can_look = false;
  gone.change_leaks = [](auto&) { throw Unavailable("it does not boot"); };
  for (auto* kernel : {&blind, &gone}) {
    const auto result = sweep("v5-intended", kernel);
    EXPECT_EQ(result.verdict(), Verdict::inconclusive) << verdict_line(result);
    ASSERT_EQ(result.shortcomings.size(), 1u);
    EXPECT_EQ(result.shortcomings[0].find("leaks were not looked for: "), 0u) << result.shortcomings[0];
  }
}

TEST(FaultSweepTest, AProgramThatStaysLoadedIsADivergence) {
  Kernel kernel("v5-intended");
  kernel.programs_too_many = 1;
  const auto result = sweep("v5-intended", &kernel);
  ASSERT_NE(news(result), nullptr);
  EXPECT_EQ(news(result)->divergence.text, "when all tasks had gone, 1 programs were still loaded, expected 0");
}

}  // namespace
}  // namespace lockstep
