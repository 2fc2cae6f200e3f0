// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "cli/common.h"
#include "cli/jobs.h"
#include "fuzz/remarks.h"
#include "model/trace_text.h"
#include "oracle/property.h"
#include "reports/format.h"

namespace lockstep::cli {
namespace {

Find find_of(const std::string& cause, uint64_t index, uint64_t times) {
  return {.divergence = {cause.substr(0, cause.find(' ')), 1, cause, "", {}},
          .trace = parse_trace("lockstep 1\nmodel v5-intended\nP1 exec\n", "t"),
          .name = "shard/finds/" + std::to_string(index),
          .seed = 7,
          .index = index,
          .times = times};
}

// The part of a fuzz job that one of four shards ran.
Result fuzzed(const std::string& job, std::vector<Find> finds) {
  Result r{.job = job, .model = "v5-posted", .target = "sim:v5", .traces = 300, .steps = 6000, .seed = 7};
  r.finds = std::move(finds);
  r.outcomes = {{"exec", "", "ok", 50}};
  r.generated = {.live = 18000, .depth = 3, .cut = 1, .branches = {{"no_nnp", true, false, false}}};
  r.seconds = 1;
  add_remarks(r);
  if (const auto* known = find_job(job)) judge(*known, r);
  return r;
}

Part shard(uint32_t index, std::vector<Result> results, uint32_t count = 4) {
  Part part{.name = "shard" + std::to_string(index)};
  auto& run = part.run;
  run.id = "20261124T01351" + std::to_string(index) + "Z-1";
  run.started = "2026-11-24 01:35:1" + std::to_string(index) + " UTC";
  run.plan = "--traces 1200 --seed 7";
  run.shard = std::to_string(index) + "/" + std::to_string(count);
  run.seed = 7;
  run.seconds = index;
  run.provenance = {"0.1.0", "6.18 x86_64", "ab", "cd", {{"Boost", "1_74"}, {"graphviz", "g" + std::to_string(index)}}};
  run.results = std::move(results);
  return part;
}

std::vector<Part> four(const std::function<std::vector<Result>(uint32_t)>& results) {
  std::vector<Part> parts;
  for (const uint32_t index : {3u, 1u, 4u, 2u}) parts.push_back(shard(index, results(index)));
  return parts;
}

std::string refusal(std::vector<Part> parts) {
  try {
    merge(std::move(parts));
    return "merged";
  } catch (const UsageError& why) {
    return why.what();
  }
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Merge, AddsWhatCanBeAdded) {
  const auto run = merge(four([](uint32_t) { return std::vector{fuzzed("fuzz-v5-posted", {})}; }));
  EXPECT_EQ(run.shard, "merged 4");
  EXPECT_EQ(run.id, "20261124T013511Z-1");
  EXPECT_EQ(run.command, "lockstep nightly --traces 1200 --seed 7");
  EXPECT_EQ(run.seconds, 10);
  ASSERT_EQ(run.results.size(), 1u);
  const auto& r = run.results[0];
  EXPECT_EQ(r.traces, 1200u);
  EXPECT_EQ(r.steps, 24000u);
  EXPECT_EQ(r.outcomes.at(0).count, 200u);
  EXPECT_EQ(r.generated->live, 72000u);
  EXPECT_EQ(r.generated->depth, 3u);
  EXPECT_EQ(r.notes, std::vector<std::string>{"4 traces ended early: a failed allocation hit only one of two designs"});
  EXPECT_EQ(r.statistics.at(0).value, "20.0 steps");
  EXPECT_EQ(r.shortcomings, std::vector<std::string>{});
}

TEST(Merge, JudgesTheWholeByItsOwnSize) {  // each shard is too small to be judged; the whole is not
  const auto run = merge(four([](uint32_t index) {
    auto r = fuzzed("fuzz-v5-posted", {});
    remove_remarks(r);
    r.traces = kCountingRun / 4;
    r.steps = r.traces * 20;
    r.generated->live = r.steps * 4;
    r.generated->branches = {{"no_nnp", index != 2, index == 2, false}, {"no_cap", true, false, false}};
    add_remarks(r);
    EXPECT_EQ(r.shortcomings, std::vector<std::string>{});
    return std::vector{r};
  }));
  EXPECT_EQ(run.results.at(0).shortcomings, std::vector<std::string>{"branch no_cap: never refused"});
}

TEST(Merge, TheFirstFindOfACauseStandsWithTheTimesOfAll) {
  const auto run = merge(four([](uint32_t index) {
    if (index == 2) return std::vector{fuzzed("fuzz-v5-posted", {find_of("results exec EIO", 5, 1)})};
    if (index == 4)
      return std::vector{
          fuzzed("fuzz-v5-posted", {find_of("results exec EIO", 3, 4), find_of("views exec task", 11, 1)})};
    return std::vector{fuzzed("fuzz-v5-posted", {find_of("views exec task", 20 + index, 2)})};
  }));
  const auto& finds = run.results.at(0).finds;
  ASSERT_EQ(finds.size(), 2u);
  EXPECT_EQ(finds[0].index, 3u);
  EXPECT_EQ(finds[0].times, 5u);
  EXPECT_EQ(finds[1].index, 11u);
  EXPECT_EQ(finds[1].times, 5u);
}

TEST(Merge, EachTraceOfTheCorpusKeepsItsOwnFind) {
  const auto run = merge(four([](uint32_t index) {
    Result r{.job = "corpus-sim-v5", .target = "sim:v5", .traces = 1, .steps = 9};
    r.finds = {find_of("isolation append view", index - 1, 1)};
    r.finds[0].expected = true;
    return std::vector{r};
  }));
  ASSERT_EQ(run.results.at(0).finds.size(), 4u);
  EXPECT_EQ(run.results[0].finds[2].index, 2u);
  EXPECT_EQ(run.results[0].finds[2].times, 1u);
}

TEST(Merge, OneShardInWhichTheCanarySingsIsEnough) {
  const auto parts = four([](uint32_t index) {
    return std::vector{
        fuzzed("canary", index == 3 ? std::vector{find_of("isolation append view", 9, 1)} : std::vector<Find>{})};
  });
  EXPECT_EQ(exit_code(parts[1].run.results[0]), kUnexpected);  // alone it is news
  EXPECT_EQ(exit_code(merge(parts).results.at(0)), kOk);
  const auto silent = merge(four([](uint32_t) { return std::vector{fuzzed("canary", {})}; }));
  EXPECT_EQ(silent.results.at(0).missing.size(), 1u);
}

TEST(Merge, AJobThatNobodyCouldBeginIsSkippedOnce) {
  const auto skipped = [](const std::string& why) {
    Result r{.job = "fuzz-seccomp", .model = "seccomp", .target = "live", .skipped = 1};
    r.notes = {"skipped: " + why};
    return r;
  };
  const auto all = merge(four([&](uint32_t) { return std::vector{skipped("no BTF")}; })).results.at(0);
  EXPECT_EQ(all.skipped, 1u);
  const auto one = merge(four([&](uint32_t index) {
                     auto ran = fuzzed("fuzz-seccomp", {});
                     ran.model = "seccomp@6.1";
                     return std::vector{index == 1 ? skipped("no BTF") : ran};
                   })).results.at(0);
  EXPECT_EQ(one.skipped, 1u);
  EXPECT_EQ(one.model, "seccomp@6.1");
  EXPECT_EQ(exit_code(one), kInconclusive);
}

TEST(Merge, AMissingShardIsNoCompleteRun) {
  auto parts = four([](uint32_t) { return std::vector{fuzzed("fuzz-v5-posted", {})}; });
  parts.erase(parts.begin());
  const auto run = merge(parts);
  EXPECT_EQ(run.shard, "merged 3 of 4");
  EXPECT_EQ(run.results.at(0).shortcomings, std::vector<std::string>{"shard 3/4 is missing: the run is not complete"});
  EXPECT_EQ(exit_code(run.results[0]), kInconclusive);
}

TEST(Merge, RefusesWhatIsNotOneRun) {
  const auto parts = four([](uint32_t) { return std::vector{fuzzed("fuzz-v5-posted", {})}; });
  ASSERT_EQ(refusal(parts), "merged");
  const auto changed = [&](const std::function<void(Part&)>& change) {
    auto all = parts;
    change(all[2]);
    return refusal(all);
  };
  EXPECT_TRUE(has(changed([](Part& p) { p.run.seed = 8; }), "the seed is 7 and 8"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.plan = "--for 10m"; }), "the plan"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.provenance.tool_version = "0.2.0"; }), "0.1.0 and 0.2.0"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.provenance.kernel = "6.12"; }), "the kernel"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.provenance.btf_hash = "x"; }), "BTF"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.provenance.config_hash = "x"; }), "configuration"));
  EXPECT_TRUE(
      has(changed([](Part& p) { p.run.provenance.more[0].value = "\x1b[31m"; }), "Boost is 1_74 and \\x1b[31m"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.shard = "2/4"; }), "are both shard 2/4"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.shard = "4/5"; }), "the number of shards"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.shard = "merged 4"; }), "joined already"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.shard = "x"; }), "not a shard"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.id.clear(); }), "not the report of a nightly"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.results[0].job = "../x"; }), "no job"));
  EXPECT_TRUE(has(changed([](Part& p) { p.run.results.push_back(p.run.results[0]); }), "twice"));
}

TEST(Jobs, ExpectedPropertiesAreNamesAndNotPartsOfThem) {
  const auto* canary = find_job("canary");
  ASSERT_NE(canary, nullptr);
  for (const auto& name : canary->expected_properties) EXPECT_TRUE(name == "results" || find_property(name)) << name;
  auto r = fuzzed("canary", {find_of("leak exec x", 1, 1), find_of("no-leak exec x", 2, 1)});
  EXPECT_FALSE(r.finds[0].expected);
  EXPECT_TRUE(r.finds[1].expected);
  r.finds[1].runs = 3;  // flaky
  judge(*canary, r);
  EXPECT_FALSE(r.finds[1].expected);
}

TEST(Jobs, AShortRunMayMissWhatACanaryIsToFind) {
  Result r{.job = "canary", .traces = kCanaryTraces - 1, .steps = 9};
  judge(*find_job("canary"), r);
  judge(*find_job("canary"), r);
  EXPECT_EQ(r.shortcomings.size(), 1u);
  EXPECT_EQ(exit_code(r), kInconclusive);
  r.traces = kCanaryTraces;
  judge(*find_job("canary"), r);
  EXPECT_EQ(r.shortcomings.size(), 0u);
  EXPECT_EQ(exit_code(r), kUnexpected);
}

}  // namespace
}  // namespace lockstep::cli
