// SPDX-License-Identifier: GPL-2.0-or-later
// The line on the running kernel: 20,000 random traces without a divergence, and three lies that are noticed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "fuzz/fuzz.h"
#include "fuzz/generate.h"
#include "harness/live.h"
#include "harness/live/log_source_test.h"
#include "harness/targets.h"
#include "model/trace_text.h"
#include "oracle/test_doubles.h"

namespace lockstep {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr uint64_t kTraces = 1000;
#else
constexpr uint64_t kTraces = 20000;
#endif

class LiveFuzz : public testing::Test {
 protected:
  std::unique_ptr<LiveTarget> live(const LiveOptions& options = {}) {
    try {
      auto target = make_live(options);
      if (!target->capabilities().facts.counters) skip(target->capabilities().unobserved);
      return target;
    } catch (const Unavailable& why) {
      skip(why.what());
      return nullptr;
    }
  }
  static void skip(const std::string& why) {
    printf("\n!!! SKIPPED, nothing was run on the kernel: %s\n\n", why.c_str());
    if (std::getenv("LOCKSTEP_NO_SKIPS") != nullptr) ADD_FAILURE() << why;
  }
};

TEST_F(LiveFuzz, TwentyThousandTracesConform) {
  auto target = live();
  if (target == nullptr || !target->capabilities().facts.counters) GTEST_SKIP();
  const auto model = probe_preset("seccomp", *target);
  const auto run = fuzz({.model = model, .seed = 4, .traces = kTraces, .repeats = 3}, *target);
  for (const auto& find : run.result.finds)
    ADD_FAILURE() << find.divergence.cause << " " << find.repeated << "/" << find.runs << ": " << find.divergence.text
                  << "\n"
                  << write_trace(find.trace);
  EXPECT_EQ(run.result.traces, kTraces);
  EXPECT_EQ(run.result.unobserved, 0u);
  EXPECT_EQ(run.result.shortcomings, std::vector<std::string>{});
  EXPECT_EQ(run.result.verdict(), Verdict::conforms);
  EXPECT_LE(target->statistics().max_backlog, 200u);
  printf("%s: %lu traces, %lu steps, %.1f s, %lu drains, largest backlog %lu\n", model.c_str(),
         static_cast<unsigned long>(run.result.traces), static_cast<unsigned long>(run.result.steps),
         run.result.seconds, static_cast<unsigned long>(target->statistics().drains),
         static_cast<unsigned long>(target->statistics().max_backlog));
}

TEST_F(LiveFuzz, ATargetThatLiesAboutOneCounterDiverges) {
  auto honest = live();
  if (honest == nullptr || !honest->capabilities().facts.counters) GTEST_SKIP();
  test::LyingTarget target(*honest);
  target.change_facts = [](Snapshot& s, uint32_t step) {
    if (step == 7 && !s.objects.empty()) ++s.objects[0].counter[1];
  };
  const auto run = fuzz({.model = probe_preset("seccomp", *honest), .seed = 4, .traces = 50, .repeats = 3}, target);
  ASSERT_FALSE(run.result.finds.empty());
  EXPECT_EQ(run.result.finds[0].divergence.property, "refcount-exact");
  EXPECT_EQ(run.result.finds[0].divergence.step, 7u);
  EXPECT_FALSE(run.result.finds[0].flaky());
  EXPECT_EQ(run.result.finds[0].trace.steps.size(), 7u);
}

TEST_F(LiveFuzz, ADriverThatForgetsAnAttachDiverges) {
  auto target = live({.forget_attach = 2});
  if (target == nullptr || !target->capabilities().facts.counters) GTEST_SKIP();
  const auto run = fuzz({.model = probe_preset("seccomp", *target), .seed = 4, .traces = 30, .repeats = 3}, *target);
  ASSERT_FALSE(run.result.finds.empty());
  EXPECT_EQ(run.result.verdict(), Verdict::diverges);
  EXPECT_EQ(run.result.finds[0].trace.steps.size(), 2u);
  EXPECT_EQ(run.result.finds[0].divergence.step, 2u);
}

// The kernel's log says what no counter shows. The report comes between steps 2 and 3 of every trace.
FuzzRun fuzz_with_log(LiveTarget& live, live::LogSource& log, const std::string& report) {
  test::LyingTarget target(live);
  target.change_outcome = [&](Outcome outcome, uint32_t step) {
    if (step == 2) log.write(report);
    return outcome;
  };
  return fuzz({.model = probe_preset("seccomp", live), .seed = 4, .traces = 20, .repeats = 3}, target);
}

TEST_F(LiveFuzz, AWarningOfTheKernelInAStepDiverges) {
  live::LogSource log;
  auto target = live({.log_fd = log.fd()});
  if (target == nullptr || !target->capabilities().facts.counters) GTEST_SKIP();
  const auto report = live::refcount_report(2, "kworker/1:1", "__seccomp_filter_release");
  const auto result = fuzz_with_log(*target, log, report).result;
  EXPECT_EQ(result.verdict(), Verdict::diverges);
  ASSERT_FALSE(result.finds.empty());
  const auto& find = result.finds[0];
  EXPECT_EQ(find.divergence.property, "target");
  EXPECT_EQ(find.divergence.step, 3u);
  EXPECT_EQ(find.divergence.text.find("live: step 3: the kernel warned in kworker/1:1"), 0u) << find.divergence.text;
  EXPECT_EQ(find.trace.steps.size(), 3u) << "shrunk";
  EXPECT_FALSE(find.flaky());
}

TEST_F(LiveFuzz, AWarningAboutSomethingElseIsANote) {
  live::LogSource log;
  auto target = live({.log_fd = log.fd()});
  if (target == nullptr || !target->capabilities().facts.counters) GTEST_SKIP();
  const auto report = live::refcount_report(2, "kworker/1:1", "usb_put_dev");
  const auto result = fuzz_with_log(*target, log, report).result;
  EXPECT_EQ(result.verdict(), Verdict::conforms);
  EXPECT_TRUE(std::any_of(result.notes.begin(), result.notes.end(), [](const std::string& note) {
    return note.starts_with("the kernel warned about something else meanwhile: refcount_t: ");
  }));
}

TEST_F(LiveFuzz, APredictionThatIsOneOffDiverges) {
  auto target = live();
  if (target == nullptr || !target->capabilities().facts.counters) GTEST_SKIP();
  const auto model = probe_preset("seccomp", *target);
  const auto trace = parse_trace("lockstep 1\nmodel seccomp\nP1 fork -> P2\nP2 attach -> F1\n", "two");
  EXPECT_FALSE(Conformer(model, target.get()).run(trace).divergence);
  for (int counter : {0, 1}) {
    Conformer wrong(std::make_unique<test::OffByOneModel>(make_model(model), Kind::filter, counter), target.get());
    const auto result = wrong.run(trace);
    ASSERT_TRUE(result.divergence);
    EXPECT_EQ(result.divergence->step, 2u);
  }
}

}  // namespace
}  // namespace lockstep
