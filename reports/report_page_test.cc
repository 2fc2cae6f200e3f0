// SPDX-License-Identifier: GPL-2.0-or-later
// What the pages say. How they look and behave: page_test.py.
#include "reports/report_page.h"

#include <gtest/gtest.h>

#include "reports/counterexample.h"
#include "reports/report_samples.h"

namespace lockstep {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
// The text between two places.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto begin = text.find(from);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find(to, begin) - begin);
}
std::string part(const std::string& page, const std::string& id) {
  return between(page, "<section id=\"" + id + "\"", "</section>");
}

Run sample_run(std::vector<Result> results) {
  Run run{.id = "20261124T013518Z-1", .started = "2026-11-24 01:35:18 UTC", .seed = 7, .seconds = 3725};
  run.provenance.kernel = "6.18.5 x86_64";
  run.provenance.btf_hash = "b7f";
  run.results = std::move(results);
  return run;
}
Result with_find() {
  auto result = sample_result();
  result.finds.push_back(sample_find());
  return result;
}

TEST(ReportPage, FirstRunCallsEveryFindNew) {
  const auto page = report_page(sample_run({with_find()}), {}, {});
  EXPECT_TRUE(has(page, "<h1>1 new divergence</h1>"));
  EXPECT_TRUE(has(part(page, "new"), "this is the first"));
  EXPECT_TRUE(has(part(page, "new"), "P1 got R2 from P2&#39;s append") ||
              has(part(page, "new"), "P1 got R2 from P2's"));
  EXPECT_TRUE(has(part(page, "speed"), "trends begin with the next run"));
  EXPECT_FALSE(has(page, "id=\"known\""));
}

TEST(ReportPage, WhatWasSeenBeforeIsNoNews) {
  const auto run = sample_run({with_find()});
  const auto identity = finding_identity(run.results[0].finds[0]);
  RunHistory history;
  history.earlier.push_back({.started = "2026-11-23 01:00:00 UTC", .steps = 100, .seconds = 1});
  history.sightings[identity] = {identity, "2026-11-20 01:00:00 UTC", run.started, 4, false};
  history.gone.push_back({"0123456789abcdef", "limit", "limit append", "fuzz", "2026-11-23 01:00:00 UTC"});
  const auto page = report_page(run, history, {});
  EXPECT_TRUE(has(page, "<h1>1 divergence seen before</h1>"));
  EXPECT_TRUE(has(part(page, "new"), "No new divergence"));
  EXPECT_TRUE(has(part(page, "new"), "limit append"));
  EXPECT_TRUE(has(part(page, "known"), "2026-11-20 01:00:00 UTC, 4 runs"));
  EXPECT_TRUE(has(part(page, "speed"), "All 2 runs"));
}

TEST(ReportPage, ExpectedStandsApartAndTurnsNothingRed) {
  auto result = with_find();
  result.finds[0].expected = true;
  const auto page = report_page(sample_run({result}), {}, {});
  EXPECT_TRUE(has(page, "<h1>All as expected</h1>"));
  EXPECT_TRUE(has(part(page, "expected"), "isolation"));
  EXPECT_TRUE(has(part(page, "new"), "No new divergence"));
}

TEST(ReportPage, WhatIsMissingIsAFailure) {
  auto result = sample_result();
  result.missing = {"x.trace expects sim:v5 to diverge"};
  const auto page = report_page(sample_run({result}), {}, {});
  EXPECT_TRUE(has(page, "<h1>1 expected divergence missing</h1>"));
  EXPECT_TRUE(has(part(page, "expected"), "MISSING:"));
}

TEST(ReportPage, EachPropertyLinksItsProofItsCheckAndItsTraces) {
  const auto run = sample_run({sample_proofs()});
  const auto link = counterexample_folder(run.results[0], run.results[0].finds.at(0));
  const auto proofs = part(report_page(run, {}, {link}), "proofs");
  EXPECT_TRUE(has(proofs, "<a class=\"cell\" href=\"#proof-1-refcount-exact\">"));
  const auto row = between(proofs, "id=\"proof-1-refcount-exact\"", "</dl>");
  EXPECT_TRUE(has(row, "refuted, as expected"));
  EXPECT_TRUE(has(row, "rule.usage is exact"));
  EXPECT_TRUE(has(row, "<code>judge_objects</code>"));
  EXPECT_TRUE(has(row, "<a href=\"" + link + "/index.html\">prove, 1 step</a>")) << row;
  EXPECT_TRUE(has(row, "corpus/v5-posted/leak-alloc-2.trace"));
  EXPECT_TRUE(has(between(proofs, "id=\"proof-1-append-only\"", "</dl>"), "None is known."));
  EXPECT_TRUE(has(proofs, "Branches, each way: 1 reachable, 1 dead"));
  EXPECT_TRUE(has(proofs, "6 obligations, 4 of them answered from the cache"));
}

TEST(ReportPage, WithoutProofsThereIsNoSuchPart) {
  const auto page = report_page(sample_run({with_find()}), {}, {});
  EXPECT_FALSE(has(page, "href=\"#proofs\""));
  EXPECT_EQ(part(page, "proofs"), "");
}

TEST(ReportPage, NothingRunIsNoSuccess) {
  const auto page = report_page(sample_run({}), {}, {});
  EXPECT_TRUE(has(page, "<h1>Nothing was run</h1>"));
  EXPECT_TRUE(has(part(page, "gaps"), "nothing was checked"));
  EXPECT_FALSE(has(page, "All as expected"));
}

TEST(ReportPage, ASkippedTargetIsLoudAndNoFailure) {
  Result skipped{.job = "fuzz-live", .model = "seccomp", .target = "live", .skipped = 1};
  skipped.notes = {"skipped: no BTF"};
  const auto page = report_page(sample_run({sample_result(), skipped}), {}, {});
  EXPECT_TRUE(has(page, "<h1>All as expected</h1>"));
  EXPECT_TRUE(has(page, "Not everything was checked:"));
  EXPECT_TRUE(has(part(page, "gaps"), "<strong>SKIPPED:</strong>"));
  EXPECT_TRUE(has(part(page, "gaps"), "no BTF"));
}

TEST(ReportPage, EqualCausesStandTogether) {
  auto result = with_find();
  for (int i = 0; i < 20; ++i) {
    result.finds.push_back(sample_find());
    result.finds.back().divergence.cause = i % 2 == 0 ? "isolation append view" : "isolation fork view";
    result.finds.back().trace.steps[0].pages = 2 + static_cast<uint32_t>(i);
  }
  const auto news = part(report_page(sample_run({result}), {}, {}), "new");
  size_t groups = 0;
  for (auto at = news.find("<details"); at != std::string::npos; at = news.find("<details", at + 1)) ++groups;
  EXPECT_EQ(groups, 2u);
  EXPECT_TRUE(has(news, "11 counterexamples"));
  EXPECT_FALSE(has(news, "<details class=\"group finds\" open"));  // many are folded
}

TEST(ReportPage, LinksToThePagesThatThereAreAndGivesTheCommandOfOthers) {
  const auto run = sample_run({with_find()});
  const auto folder = counterexample_folder(run.results[0], run.results[0].finds[0]);
  EXPECT_TRUE(has(report_page(run, {}, {folder}), "href=\"" + folder + "/index.html\""));
  const auto without = report_page(run, {}, {});
  EXPECT_FALSE(has(without, "href=\"counterexamples"));
  EXPECT_TRUE(has(without, "lockstep fuzz --model v5-intended --target spec:v5-posted --seed 7 --traces 43"));
}

TEST(ReportPage, CoverageNamesWhatNeverCameUp) {
  auto result = sample_result();
  result.generated = {.branches = {{"owner_exits", true, true, false}, {"owned_by_other", false, true, true}}};
  result.statistics.push_back({"branch", "owned_by_other: never taken"});
  const auto coverage = part(report_page(sample_run({result}), {}, {}), "coverage");
  EXPECT_TRUE(has(coverage, "4 of 5 possible outcomes came up; 1 of 2 branches went both ways, 1 believed not to"));
  EXPECT_TRUE(has(coverage, "fork fail=alloc:1 -&gt; ENOMEM"));
  EXPECT_TRUE(has(coverage, "owned_by_other: never taken"));
}

TEST(ReportPage, EveryResultHasItsSeedItsSwitchesAndTheProvenance) {
  auto result = sample_result();
  result.notes = {"probed: exit drops a dead task's filter (seccomp)"};
  const auto page = report_page(sample_run({result}), {}, {});
  const auto results = part(page, "results");
  EXPECT_TRUE(has(results, "<code>7</code>"));
  EXPECT_TRUE(has(results, "probed: exit drops"));
  EXPECT_TRUE(has(results, "href=\"#provenance\""));
  EXPECT_FALSE(has(part(page, "gaps"), "probed:"));
  EXPECT_TRUE(has(part(page, "provenance"), "6.18.5 x86_64"));
  EXPECT_TRUE(has(part(page, "provenance"), "b7f"));
  EXPECT_TRUE(has(page, "1 h 2 min"));
}

TEST(ReportPage, FolderNamesAreSafeAndSayTheJob) {
  auto result = with_find();
  result.job = "../../" + kHostile + std::string(1000, 'x');
  const auto folder = counterexample_folder(result, result.finds[0]);
  EXPECT_EQ(folder.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-", std::string("counterexamples/").size()),
            std::string::npos);
  EXPECT_TRUE(folder.starts_with("counterexamples/______a_b"));
  EXPECT_LT(folder.size(), 100u);
  result.job = "other";
  EXPECT_NE(counterexample_folder(result, result.finds[0]), folder);
}

}  // namespace
}  // namespace lockstep
