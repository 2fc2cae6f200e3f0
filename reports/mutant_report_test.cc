// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/mutant_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/run.h"

namespace lockstep {
namespace {

MutantRow row(const std::string& name, std::vector<std::optional<Trial>> trials, bool reached = true) {
  MutantRow row{.mutant = {.model = "v5-posted", .name = name, .place = "model/v5.h:7", .reached = reached},
                .trials = std::move(trials)};
  judge(row);
  return row;
}

std::vector<MutantMatrix> sample() {
  const Trial nothing{.steps = 900, .seconds = 0.5};
  auto killed = [](const char* property, uint64_t steps) {
    return Trial{.kill = Kill{property, 3}, .steps = steps, .seconds = 0.001};
  };
  return {{.model = "v5-posted",
           .detectors = {"fuzz", "sim"},
           .rows = {row("put_node inc#1 skipped", {killed("no-leak", 8), nothing}),
                    row("put_node inc#2 skipped", {killed("no-leak", 10), killed("results", 4)}),
                    row("put_node inc#3 skipped", {killed("isolation", 30), nothing}),
                    row("put_node inc#4 skipped", {nothing, nothing}),
                    row("put_node inc#5 skipped", {nothing, nothing}, false),
                    row("put_events store#1 skipped", {nothing, nothing})},
           .reach = "9 traces",
           .seed = 7}};
}

TEST(MutantReport, TextCountsWhoNoticesWhatAndNamesTheSurvivors) {
  const auto text = mutant_text(sample(), false, {});
  for (const auto* line :
       {"v5-posted  6 mutants in 0.0 s, seed 7", "3 of 4 faults killed (75.0 %), 1 equivalent, 1 unreached, 1 hole",
        "isolation                       1          0", "no-leak                         2          0",
        "results                         0          1", "noticed                         3          1",
        "median steps                   10          4", "hole: put_node inc#4 skipped (model/v5.h:7)",
        "equivalent: put_events store#1 skipped (model/v5.h:7): an owner",
        "never came to in 9 traces: put_node inc#5 skipped"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  EXPECT_EQ(text.find("put_node inc#1"), std::string::npos);
  EXPECT_LT(text.find("isolation"), text.find("no-leak"));  // the gravest first
  EXPECT_TRUE(text.ends_with(verdict_line(sample()) + "\n"));
}

TEST(MutantReport, TheWholeMatrixHasALineForEachMutant) {
  const auto text = mutant_text(sample(), true, {});
  EXPECT_NE(text.find("put_node inc#2 skipped"), std::string::npos);
  EXPECT_NE(text.find("fuzz no-leak (8 steps in 1.00 ms)"), std::string::npos) << text;
  EXPECT_NE(text.find("sim - (900 steps in 500.00 ms)"), std::string::npos) << text;
}

TEST(MutantReport, ADetectorThatThereIsNotForAModelSaysSo) {
  auto matrices = sample();
  for (auto& each : matrices[0].rows) each.trials[1].reset();
  EXPECT_NE(mutant_text(matrices, false, {}).find("noticed                         3        n/a"), std::string::npos);
  EXPECT_TRUE(nlohmann::json::parse(mutant_json(matrices, {}))["models"][0]["mutants"][0]["trials"]["sim"].is_null());
}

// The proofs' column: an open obligation is told apart from a kill.
std::vector<MutantMatrix> sample_with_proofs() {
  auto matrices = sample();
  auto& matrix = matrices[0];
  matrix.detectors.emplace_back("prove");
  const std::vector<Trial> said = {
      {.open = "no-leak", .steps = 2},      {.steps = 9}, {.out_of_time = true, .steps = 4},
      {.open = "an invariant", .steps = 1}, {.steps = 0}, {.open = "owner-valid", .steps = 7}};
  for (size_t i = 0; i < matrix.rows.size(); ++i) {
    matrix.rows[i].trials.emplace_back(said[i]);
    judge(matrix.rows[i]);
  }
  return matrices;
}

TEST(MutantReport, WhatTheProofsSayStandsBesideTheKills) {
  const auto matrices = sample_with_proofs();
  const auto text = mutant_text(matrices, true, {});
  for (const auto* line :
       {"3 of 3 faults killed (100.0 %), 1 equivalent, 1 unreached, 1 unproved",
        "noticed                         3          1          3",
        "unknown (time)                  0          0          1",
        "median trace                    3          3          -", "prove open: no-leak (2 steps in 0.00 ms)",
        "prove unknown (time) (4 steps in 0.00 ms)", "prove - (9 steps in 0.00 ms)",
        "killed, and no obligation is open: put_node inc#2 skipped and put_node inc#3 skipped",
        "the proofs: an invariant is open of it, and no"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  const auto ktap = mutant_ktap(matrices);
  EXPECT_NE(ktap.find("\nnot ok 4 mutants v5-posted put_node inc\\x234 skipped # ERROR unproved"), std::string::npos)
      << ktap;
  const auto trials = nlohmann::json::parse(mutant_json(matrices, {}))["models"][0]["mutants"];
  EXPECT_EQ(trials[0]["trials"]["prove"]["open"], "no-leak");
  EXPECT_FALSE(trials[0]["trials"]["prove"]["killed"].get<bool>());
  EXPECT_TRUE(trials[2]["trials"]["prove"]["out_of_time"].get<bool>());
  EXPECT_EQ(trials[3]["fate"], "unproved");
  EXPECT_EQ(trials[5]["fate"], "equivalent");
}

TEST(MutantReport, WhatIsMissingIsSaid) {
  auto matrices = sample();
  matrices[0].interrupted = true;
  matrices[0].full_search = false;
  const auto text = mutant_text(matrices, false, {});
  EXPECT_NE(text.find("INCONCLUSIVE: interrupted"), std::string::npos);
  EXPECT_NE(text.find("note: the search was cut down"), std::string::npos);
}

TEST(MutantReport, JUnitAndKtapHaveATestForEachMutant) {
  const auto xml = mutant_junit(sample(), {});
  EXPECT_NE(xml.find("<testsuite name=\"mutants.v5-posted\" tests=\"6\" failures=\"1\" errors=\"0\" skipped=\"1\""),
            std::string::npos)
      << xml;
  EXPECT_NE(xml.find("name=\"put_node inc#4 skipped\">\n      <failure message=\"hole (model/v5.h:7)\"/>"),
            std::string::npos)
      << xml;
  const auto ktap = mutant_ktap(sample());
  EXPECT_TRUE(ktap.starts_with("KTAP version 1\n1..6\nok 1 mutants v5-posted put_node inc\\x231 skipped\n")) << ktap;
  EXPECT_NE(ktap.find("\nnot ok 4 "), std::string::npos) << ktap;
  EXPECT_NE(ktap.find("\nok 5 mutants v5-posted put_node inc\\x235 skipped # SKIP unreached"), std::string::npos)
      << ktap;
  EXPECT_TRUE(ktap.ends_with("# " + verdict_line(sample()) + "\n")) << ktap;
}

TEST(MutantReport, WhatWasNotSearchedIsNoPassInJUnitAndKtapEither) {
  auto matrices = sample();
  matrices[0].interrupted = true;
  matrices[0].full_search = false;
  const auto xml = mutant_junit(matrices, {});
  EXPECT_NE(xml.find("tests=\"7\" failures=\"0\" errors=\"2\""), std::string::npos) << xml;
  EXPECT_NE(mutant_ktap(matrices).find("not ok 7 mutants v5-posted # ERROR interrupted"), std::string::npos);
}

TEST(MutantReport, JsonHoldsTheMatrixAndTheVerdict) {
  const lockstep::Run run{.provenance = {.tool_version = "1"}};
  const auto json = nlohmann::json::parse(mutant_json(sample(), {.run = &run}));
  EXPECT_EQ(json["tool"]["version"], "1");
  EXPECT_EQ(json["schema_version"], 1);
  EXPECT_EQ(json["verdict"], "DIVERGES");
  EXPECT_EQ(json["verdict_line"], verdict_line(sample()));
  const auto& model = json["models"][0];
  EXPECT_EQ(model["killed"], 3);
  EXPECT_EQ(model["faults"], 4);
  EXPECT_EQ(model["holes"], 1);
  const auto& mutant = model["mutants"][1];
  EXPECT_EQ(mutant["name"], "put_node inc#2 skipped");
  EXPECT_EQ(mutant["fate"], "killed");
  EXPECT_EQ(mutant["trials"]["sim"]["property"], "results");
  EXPECT_EQ(mutant["trials"]["fuzz"]["steps"], 10);
  EXPECT_FALSE(model["mutants"][3]["trials"]["fuzz"]["killed"].get<bool>());
}

}  // namespace
}  // namespace lockstep
