// SPDX-License-Identifier: GPL-2.0-or-later
// What the solver finds by itself is as short as what the search finds.
#include "oracle/unroll.h"

#include <gtest/gtest.h>

#include "model/model.h"
#include "oracle/explore.h"
#include "oracle/explore_result.h"
#include "oracle/mutant_explorer.h"
#include "oracle/mutants.h"
#include "oracle/prove_model.h"

namespace lockstep {
namespace {

constexpr std::chrono::minutes kPatience{60};

// By property: how many steps break it, of those that at most so many do.
std::map<Property, size_t> by_search(const std::string& model, size_t most) {
  std::map<Property, size_t> lengths;
  for (const auto& [property, broken] : explore(model, {.scope = mutant_scope(model), .jobs = 1}).broken)
    if (broken.trace.steps.size() <= most) lengths[property] = broken.trace.steps.size();
  return lengths;
}

void as_short_as_by_search(const std::string& model, size_t most) {
  const auto expected = by_search(model, most);
  UnrollOptions options{.steps = most, .timeout = kPatience};
  for (const auto& [property, length] : expected) options.goals.push_back({property});
  EXPECT_FALSE(expected.empty());
  for (const auto& each : unroll(*model_proofs(model, {}), options)) {
    const auto what = model + " " + name_of(*each.property) + ": " + words_of(each);
    ASSERT_TRUE(each.trace) << what;
    EXPECT_EQ(each.trace->steps.size(), expected.at(*each.property)) << what;
    EXPECT_EQ(each.kept, expected.at(*each.property) - 1) << what;
    EXPECT_EQ(replay_violation(*each.trace, model, *each.property, nullptr).shown, Shown::confirmed) << what;
  }
}

TEST(Unroll, FindsWhatV6PostedBreaks) { as_short_as_by_search("v6-posted", 2); }
TEST(Unroll, FindsWhatV5PostedBreaks) { as_short_as_by_search("v5-posted", 4); }

// What holds is not broken, and how far was looked is told.
TEST(Unroll, SaysHowFarItLooked) {
  const auto all = unroll(*model_proofs("v5-intended", {}),
                          {.goals = {{Property::isolation}, {Property::error_atomic}, {Property::limit}},
                           .steps = 2,
                           .timeout = kPatience});
  ASSERT_EQ(all.size(), 3u);
  for (const auto& each : all) {
    EXPECT_FALSE(each.trace) << name_of(*each.property);
    EXPECT_EQ(each.kept, 2u);
    EXPECT_EQ(each.why, "nothing breaks it in 2 steps");
  }
}
TEST(Unroll, WithoutTimeItIsUnknown) {
  const auto all =
      unroll(*model_proofs("v5-posted", {}), {.goals = {{Property::limit}}, .timeout = std::chrono::milliseconds(0)});
  EXPECT_FALSE(all.at(0).trace);
  EXPECT_EQ(all.at(0).kept, 0u);
  EXPECT_EQ(all.at(0).why, "unknown beyond 0 steps, one more took over 0 s");
}

}  // namespace
}  // namespace lockstep
