// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/read_json.h"

#include <gtest/gtest.h>

#include "model/trace_text.h"
#include "reports/format.h"

namespace lockstep {
namespace {

TEST(ReadJson, BringsBackWhatWasWritten) {
  Result result{.job = "canary",
                .model = "v5-intended",
                .target = "sim:v5",
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
  const auto text = render(std::span(&result, 1), Format::json);
  const auto back = read_json(text);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(render(back, Format::json), text);
  EXPECT_EQ(back[0].against, "sim:v6");
  EXPECT_FALSE(back[0].outcomes.at(2).possible);
  EXPECT_EQ(back[0].outcomes[0].count, 17u);
  EXPECT_EQ(back[0].finds[0].trace.steps, find.trace.steps);
}

TEST(ReadJson, RefusesWhatIsNotAReport) {
  EXPECT_THROW(read_json("{}"), std::exception);
  EXPECT_THROW(read_json("{\"schema_version\": 2, \"results\": []}"), std::exception);
  EXPECT_THROW(read_json("not json"), std::exception);
}

}  // namespace
}  // namespace lockstep
