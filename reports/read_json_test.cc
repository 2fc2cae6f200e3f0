// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/read_json.h"

#include <gtest/gtest.h>

#include "model/trace_text.h"
#include "reports/format.h"
#include "reports/report_samples.h"

namespace lockstep {
namespace {

TEST(ReadJson, BringsBackWhatWasWritten) {
  Result result{.job = "canary",
                .model = "v5-intended",
                .target = "sim:v5",
                .asked = {.views = false},
                .no_drain = true,
                .traces = 7,
                .steps = 90,
                .unobserved = 1,
                .skipped = 2,
                .missing = {"a"},
                .shortcomings = {"b"},
                .notes = {"c", "d"},
                .seconds = 1.5,
                .seed = 12,
                .against = "sim:v6"};
  result.statistics = {{"mean length", "25.2 steps"}};
  result.outcomes = {
      {"append", "arg=null", "EFAULT", 17}, {"append", "", "ok", 0}, {"fork", "fail=alloc:1", "ENOMEM", 0, false}};
  Find find{.divergence = {"isolation", 3, "isolation append view", "P1 got R2", {"inheritance"}},
            .trace = parse_trace("lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\nP1 fork -> P2\n", "t"),
            .name = "x.trace",
            .seed = 12,
            .index = 4,
            .times = 3,
            .repeated = 2,
            .runs = 3,
            .expected = true};
  for (auto& step : find.trace.steps) step.line = 0;
  result.finds.push_back(find);
  result.generated = {.live = 400, .depth = 7, .cut = 2, .branches = {{"no_nnp", true, false, true}}};
  const auto text = render(std::span(&result, 1), Format::json);
  const auto back = read_json(text);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(render(back, Format::json), text);
  EXPECT_EQ(back[0].asked, result.asked);
  EXPECT_TRUE(back[0].no_drain);
  EXPECT_EQ(back[0].against, "sim:v6");
  EXPECT_FALSE(back[0].outcomes.at(2).possible);
  EXPECT_EQ(back[0].outcomes[0].count, 17u);
  EXPECT_EQ(back[0].finds[0].trace.steps, find.trace.steps);
}

TEST(ReadJson, BringsBackProofs) {
  const auto result = sample_proofs();
  const auto text = render({&result, 1}, Format::json);
  const auto back = read_json(text);
  EXPECT_EQ(render(back, Format::json), text);
  ASSERT_EQ(back.at(0).proofs.size(), 4u);
  EXPECT_EQ(back[0].proofs[1].trace->steps, result.proofs[1].trace->steps);
  EXPECT_EQ(back[0].proofs[1].obligations[1].formula, "refcount-exact");
  EXPECT_EQ(back[0].branches.at(1).status, SideStatus::dead);
  EXPECT_EQ(back[0].breaking.at(0).file, "corpus/v5-posted/leak-alloc-2.trace");
  for (const auto* name : {"append-only", "refuted", "owner_put", "v5-posted"}) {
    auto changed = text;
    for (size_t at = 0; (at = changed.find(std::string("\"") + name + "\"", at)) != changed.npos;)
      changed[at + 1] = '?';
    EXPECT_THROW(read_json(changed), std::exception) << name;
  }
}

TEST(ReadJson, BringsBackTheRun) {
  lockstep::Run run{.id = "20261124T013518Z-1",
                    .started = "2026-11-24 01:35:18 UTC",
                    .command = "lockstep nightly --traces 5",
                    .plan = "--traces 5",
                    .shard = "2/4",
                    .seed = ~uint64_t{0},
                    .seconds = 2.5};
  run.provenance = {"0.1.0", "6.18 x86_64", "ab", "", {{"Boost", "1_74"}, {"Boost", "again"}}};
  run.results.resize(2);
  const auto text = render(run.results, Format::json, {.run = &run});
  const auto back = read_run(text);
  EXPECT_EQ(render(back.results, Format::json, {.run = &back}), text);
  EXPECT_EQ(back.seed, run.seed);
  EXPECT_FALSE(back.results[0].generated);
  EXPECT_EQ(read_run(render(run.results, Format::json)).id, "");
}

TEST(ReadJson, RefusesNumbersThatAreNoCounts) {
  const Result result{.traces = 77};
  const auto text = render(std::span(&result, 1), Format::json);
  for (const auto* bad : {"-1", "7.5", "1e99", "\"77\"", "null", "99999999999999999999"}) {
    auto changed = text;
    changed.replace(text.find("\"traces\": 77") + 10, 2, bad);
    EXPECT_THROW(read_json(changed), std::exception) << bad;
  }
}

TEST(ReadJson, RefusesWhatIsNotAReport) {
  EXPECT_THROW(read_json("{}"), std::exception);
  EXPECT_THROW(read_json("{\"schema_version\": 2, \"results\": []}"), std::exception);
  EXPECT_THROW(read_json("not json"), std::exception);
}

}  // namespace
}  // namespace lockstep
