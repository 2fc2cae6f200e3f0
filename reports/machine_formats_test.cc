// SPDX-License-Identifier: GPL-2.0-or-later
// The formats that programs read, held against readers of their own: nlohmann's, expat's, and the rules of KTAP.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "reports/format.h"
#include "reports/pipe_through.h"
#include "reports/plain_text.h"
#include "reports/report_samples.h"

namespace lockstep {
namespace {

std::vector<Result> varied_results() {
  std::vector<Result> results(4, sample_result());
  results[0].finds = {sample_find(), sample_find()};
  results[0].finds[1].expected = true;
  results[1].job = "replay";
  results[1].steps = 0;
  results[1].skipped = 3;
  results[1].notes = {"skipped: no such kernel"};
  results[2].unobserved = 4;
  return results;
}

Result hostile_result() {
  auto r = sample_result();
  r.job = r.model = r.target = r.against = kHostile;
  r.notes = r.missing = r.shortcomings = {kHostile + "\xef\xbf\xbe"};
  r.finds = {sample_find(), sample_find()};
  for (auto& find : r.finds) {
    find.name = kHostile;
    find.divergence = {kHostile, 1, kHostile, kHostile, {kHostile}};
  }
  r.finds[1].expected = true;
  return r;
}

// What python3's parser makes of it: the counts of the root, or what it refuses.
std::string read_xml(const std::string& xml) {
  const auto piped = pipe_through({"python3", "-c",
                                   "import sys, xml.etree.ElementTree as t\n"
                                   "r = t.fromstring(sys.stdin.buffer.read())\n"
                                   "c = list(r.iter('testcase'))\n"
                                   "n = lambda tag: sum(1 for x in c if x.find(tag) is not None)\n"
                                   "print(r.tag, len(r), len(c), n('failure'), n('error'), n('skipped'),\n"
                                   "      *[r.get(k) for k in ('tests', 'failures', 'errors', 'skipped')])\n"},
                                  xml, 20000);
  return piped.status == 0 ? piped.out : piped.error;
}

TEST(JsonReport, HasEveryField) {
  const auto results = varied_results();
  const lockstep::Run run{
      .provenance = {.tool_version = "0.1.0", .kernel = "6.18 x86_64", .more = {{"Boost", "1.74"}}}};
  const auto json = nlohmann::json::parse(render(results, Format::json, {.run = &run}));
  EXPECT_EQ(json["schema_version"], 1);
  EXPECT_EQ(json["tool"]["version"], "0.1.0");
  EXPECT_EQ(json["provenance"]["kernel"], "6.18 x86_64");
  EXPECT_EQ(json["provenance"]["more"][0]["value"], "1.74");
  EXPECT_FALSE(json.contains("run"));  // has no id: not one that a history knows
  ASSERT_EQ(json["results"].size(), 4u);
  const auto& first = json["results"][0];
  EXPECT_EQ(first["verdict"], "DIVERGES");
  EXPECT_EQ(first["verdict_line"], verdict_line(results[0]));
  EXPECT_EQ(first["exit_code"], 1);
  EXPECT_EQ(first["statistics"][0], (nlohmann::json{{"name", "mean length"}, {"value", "12.3 steps"}}));
  EXPECT_EQ(first["outcomes"][0], (nlohmann::json{{"operation", "append"},
                                                  {"condition", "flags!=0"},
                                                  {"outcome", "EINVAL"},
                                                  {"count", 70},
                                                  {"possible", true}}));
  EXPECT_EQ(first["finds"][0]["trace"], kIsolationTrace);
  EXPECT_EQ(first["finds"][0]["times"], 5);
  EXPECT_EQ(first["finds"][1]["expected"], true);
  EXPECT_EQ(json["results"][1]["conclusion"], "skipped");
  EXPECT_EQ(json["results"][2]["conclusion"], "inconclusive");
  EXPECT_EQ(json["results"][3]["conclusion"], "passed");
}

TEST(JsonReport, SurvivesHostileNames) {
  const auto r = hostile_result();
  const auto text = render({&r, 1}, Format::json);
  EXPECT_EQ(shown_lines(text), text);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["results"][0]["model"], "a<b>&\"'\x1b[31m\nx\xef\xbf\xbd#y]]>");
}

TEST(JunitReport, IsWellFormedAndCountsAreRight) {
  EXPECT_EQ(read_xml(render(varied_results(), Format::junit)), "testsuites 2 6 2 1 1 6 2 1 1\n");
  EXPECT_EQ(read_xml(render({}, Format::junit)), "testsuites 0 0 0 0 0 0 0 0 0\n");
}

TEST(JunitReport, SurvivesHostileNames) {
  const auto r = hostile_result();
  const auto xml = render({&r, 1}, Format::junit);
  EXPECT_EQ(shown_lines(xml), xml);
  EXPECT_EQ(read_xml(xml), "testsuites 1 3 2 0 0 3 2 0 0\n");
}

TEST(JunitReport, ReaderRefusesWhatIsBroken) {  // the reader of these tests can fail
  EXPECT_NE(read_xml("<a>\x1b</a>").find("Error"), std::string::npos);
}

TEST(JunitReport, ExpectedFindPassesAndSkipSaysWhy) {
  const auto xml = render(varied_results(), Format::junit);
  EXPECT_NE(xml.find("<system-out>expected: P1 got R2"), std::string::npos);
  EXPECT_NE(xml.find("<skipped message=\"SKIPPED: 3 traces: no such kernel"), std::string::npos);
  EXPECT_NE(xml.find("<property name=\"verdict\" value=\"Verdict: CONFORMS "), std::string::npos);
}

// As the kernel's tools/testing/kunit/kunit_parser.py takes a result line apart.
struct KtapCounts {
  int plan = -1, ok = 0, not_ok = 0, skip = 0, strange = 0;
};
KtapCounts read_ktap(const std::string& text) {
  static const std::regex kResult("(ok|not ok) ([0-9]+) ?(- )?([^#]*)( # .*)?"), kPlan("1\\.\\.([0-9]+)");
  KtapCounts counts;
  std::smatch match;
  const auto lines = lines_of(text);
  for (size_t i = 1; i < lines.size(); ++i) {
    if (std::regex_match(lines[i], match, kPlan))
      counts.plan = std::stoi(match[1]);
    else if (std::regex_match(lines[i], match, kResult)) {
      ++(match[1] == "ok" ? counts.ok : counts.not_ok);
      counts.skip += match[5].str().starts_with(" # SKIP ");
      counts.strange += std::stoi(match[2]) != counts.ok + counts.not_ok;
    } else
      counts.strange += !lines[i].starts_with("#");
  }
  counts.strange += lines.at(0) != "KTAP version 1";
  return counts;
}

TEST(KtapReport, PlanAndNumbersAgree) {
  const auto counts = read_ktap(render(varied_results(), Format::ktap));
  EXPECT_EQ(counts.plan, 6);
  EXPECT_EQ(counts.ok, 3);  // the expected find, the skip, the run that conforms
  EXPECT_EQ(counts.not_ok, 3);
  EXPECT_EQ(counts.skip, 1);
  EXPECT_EQ(counts.strange, 0);
}

TEST(KtapReport, ExactForOneConformingRun) {
  const auto r = sample_result();
  EXPECT_EQ(
      render({&r, 1}, Format::ktap),
      "KTAP version 1\n"
      "1..1\n"
      "# Verdict: CONFORMS model=v5-intended target=spec:v5-posted traces=100 steps=1234 divergences=0 expected=0 "
      "unobserved=0 skipped=0\n"
      "ok 1 fuzz v5-intended → spec:v5-posted\n");
}

TEST(KtapReport, SurvivesHostileNames) {
  const auto r = hostile_result();
  const auto text = render({&r, 1}, Format::ktap);
  EXPECT_EQ(shown_lines(text), text);
  const auto counts = read_ktap(text);
  EXPECT_EQ(counts.plan, 3);
  EXPECT_EQ(counts.ok, 1);
  EXPECT_EQ(counts.not_ok, 2);
  EXPECT_EQ(counts.strange, 0);
}

TEST(Proofs, AreACaseEachInEveryFormat) {
  auto proofs = sample_proofs();
  proofs.proofs[2].reason = kHostile;
  const auto counts = read_ktap(render({&proofs, 1}, Format::ktap));
  EXPECT_EQ(counts.plan, 6);  // the result, four rows, the refutation's trace
  EXPECT_EQ(counts.ok, 3);
  EXPECT_EQ(counts.strange, 0);
  EXPECT_EQ(read_xml(render({&proofs, 1}, Format::junit)), "testsuites 1 6 0 3 0 6 0 3 0\n");
  const auto json = nlohmann::json::parse(render({&proofs, 1}, Format::json))["results"][0];
  const auto& row = json["proofs"][1];
  EXPECT_EQ(row["status"], "refuted");
  EXPECT_EQ(row["verdict"], "as expected");
  EXPECT_EQ(row["check"]["function"], "judge_objects");
  EXPECT_EQ(row["breaking"], nlohmann::json::array({"corpus/v5-posted/leak-alloc-2.trace"}));
  EXPECT_EQ(row["obligations"][1]["cached"], true);
  EXPECT_EQ(json["proofs"][2]["verdict"], "undecided");
  EXPECT_EQ(json["branches"][1]["status"], "dead");
  proofs.proofs[0].status = ProofStatus::refuted;
  EXPECT_EQ(read_xml(render({&proofs, 1}, Format::junit)), "testsuites 1 6 1 3 0 6 1 3 0\n");
}

TEST(Format, NamesGoBothWays) {
  for (auto format : {Format::text, Format::json, Format::junit, Format::ktap})
    EXPECT_EQ(find_format(name_of(format)), format);
  EXPECT_EQ(find_format("html"), std::nullopt);
}

}  // namespace
}  // namespace lockstep
