// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/run.h"

#include <gtest/gtest.h>

#include "reports/report_samples.h"
#include "reports/sha256.h"

namespace lockstep {
namespace {

TEST(Sha256, IsTheStandards) {  // FIPS 180-2, appendix B
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Identity, DependsOnTraceAndCauseAlone) {
  const auto find = sample_find();
  const auto identity = finding_identity(find);
  EXPECT_EQ(identity.size(), 16u);
  EXPECT_EQ(identity.find_first_not_of("0123456789abcdef"), std::string::npos);
  auto same = find;
  same.name = "/elsewhere/x.trace";
  same.seed = 8;
  same.index = same.times = 9;
  same.expected = true;
  same.divergence.text = "in other words";
  same.trace.shows = {"Found by seed 8 trace 9"};
  same.trace.mark = "m";
  same.trace.expectations = {{"sim:v5", true, "isolation", 3}};
  for (auto& step : same.trace.steps) step.line += 7;
  EXPECT_EQ(finding_identity(same), identity);
  same.trace.model = "v5-intended@6.1";
  EXPECT_EQ(finding_identity(same), identity);
}

TEST(Identity, TellsFindsApart) {
  const auto identity = finding_identity(sample_find());
  auto other = sample_find();
  other.divergence.cause = "isolation fork view";
  EXPECT_NE(finding_identity(other), identity);
  other = sample_find();
  other.trace.steps.pop_back();
  EXPECT_NE(finding_identity(other), identity);
  other = sample_find();
  other.trace.start.cap = false;
  EXPECT_NE(finding_identity(other), identity);
  other = sample_find();
  other.trace.model = "v5-posted";
  EXPECT_NE(finding_identity(other), identity);
}

TEST(NamedOf, LeavesOutWhatIsEmpty) {
  lockstep::Run run{.provenance = {.tool_version = "1", .more = {{"Boost", "1_74"}}}};
  auto named = named_of(run);
  ASSERT_EQ(named.size(), 2u);
  EXPECT_EQ(named[1].name, "Boost");
  run.id = "20261124T013518Z-1";
  named = named_of(run);
  EXPECT_EQ(named.at(2).name, "seed");
}

}  // namespace
}  // namespace lockstep
