// SPDX-License-Identifier: GPL-2.0-or-later
// The line on the running kernel while other processes fork and attach filters of their own: no false alarm.
// LOCKSTEP_LIVE_STEPS=200000 makes it the long run.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "fuzz/fuzz.h"
#include "harness/live/attach_load_test.h"
#include "harness/live/live_test_run.h"
#include "harness/targets.h"
#include "model/trace_text.h"

namespace lockstep {
namespace {

uint64_t steps_wanted() {
  const char* text = std::getenv("LOCKSTEP_LIVE_STEPS");
  return text == nullptr ? 10000 : std::strtoull(text, nullptr, 10);
}

TEST(LiveLoad, NoFalseAlarmBesideOthersWhoAttachFilters) {
  live::AttachLoad load(300);
  std::unique_ptr<LiveTarget> target;
  std::string missing;
  try {
    target = live::wait_for_live();
    missing = target->capabilities().unobserved;
  } catch (const Unavailable& why) {
    missing = why.what();
  }
  if (!missing.empty()) {
    printf("\n!!! SKIPPED, nothing was run on the kernel: %s\n\n", missing.c_str());
    if (std::getenv("LOCKSTEP_NO_SKIPS") != nullptr) ADD_FAILURE() << missing;
    GTEST_SKIP();
  }
  load.start();
  const uint64_t wanted = steps_wanted();
  uint64_t steps = 0;
  const auto run = fuzz({.model = probe_preset("seccomp", *target),
                         .seed = 20261124,
                         .traces = UINT64_MAX,
                         .progress = [&](uint64_t, uint64_t now, size_t) { steps = now; },
                         .stop = [&] { return steps >= wanted; }},
                        *target);
  const auto statistics = target->statistics();
  target.reset();
  load.stop();
  const auto& others = load.figures();
  fmt::print(
      "{} steps of {} traces in {:.1f} s ({:.0f} traces/s), {} drains, largest backlog {}; beside them {} forks, {} "
      "attaches, {} drains, largest backlog {}\n",
      run.result.steps, run.result.traces, run.result.seconds, double(run.result.traces) / run.result.seconds,
      statistics.drains, statistics.max_backlog, others.rounds * live::AttachLoad::kRoundForks,
      others.rounds * live::AttachLoad::kRoundAttaches, others.drains.load(), others.max_backlog.load());
  for (const auto& note : run.result.notes) fmt::print("note: {}\n", note);
  for (const auto& find : run.result.finds)
    ADD_FAILURE() << find.divergence.cause << " " << find.repeated << "/" << find.runs << ": " << find.divergence.text
                  << "\n"
                  << write_trace(find.trace);
  EXPECT_GE(run.result.steps, wanted);
  EXPECT_EQ(run.result.verdict(), Verdict::conforms);
  EXPECT_LE(statistics.max_backlog, live::kDrainAt);
  EXPECT_LE(others.max_backlog, live::AttachLoad::kDrainLoadAt);
  EXPECT_GT(others.rounds, 0u);
  EXPECT_EQ(others.failures, 0u);
}

}  // namespace
}  // namespace lockstep
