// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/presets.h"

#include <gtest/gtest.h>

#include "cli/test_run.h"
#include "harness/spec.h"
#include "model/trace_text.h"
#include "oracle/test_doubles.h"

namespace lockstep::cli {
namespace {

class Presets : public test::Cli {
 protected:
  std::unique_ptr<Target> honest_ = make_spec("seccomp@6.1");
  test::LyingTarget target_{*honest_};
};

TEST_F(Presets, WhatTheTargetDoesNamesThePreset) {
  PresetProbe presets(target_);
  Result result;
  EXPECT_EQ(presets.of("seccomp"), "seccomp@6.1");
  EXPECT_EQ(presets.of("v5-posted"), "v5-posted");
  presets.tell("seccomp@6.1", result, folder_);
  EXPECT_TRUE(result.finds.empty());
}

// A kernel that warns at the very first attach, say.
TEST_F(Presets, ATargetThatBreaksAsItIsAskedIsAFindThatCanBeReplayed) {
  target_.change_outcome = [](Outcome outcome, uint32_t step) {
    if (step == 2) throw TargetFault("WARNING: refcount_t: underflow");
    return outcome;
  };
  PresetProbe presets(target_);
  Result result{.finds = {{.divergence = {.property = "views"}, .expected = true}}};
  EXPECT_EQ(presets.of("seccomp"), "seccomp");
  presets.tell("seccomp", result, folder_);
  presets.tell("seccomp", result, folder_);
  ASSERT_EQ(result.finds.size(), 2u);
  const auto& find = result.finds[0];
  EXPECT_EQ(result.unexpected(), 1u);
  EXPECT_EQ(find.divergence.property, "target");
  EXPECT_EQ(find.divergence.step, 2u);
  EXPECT_NE(find.divergence.text.find("WARNING: refcount_t: underflow"), std::string::npos) << find.divergence.text;
  EXPECT_EQ(parse_trace(test::slurp(find.name), find.name).steps.size(), 3u);
  EXPECT_EQ(exit_code(result), 1);
}

TEST_F(Presets, WhatBreaksAsTheProbesTasksEndIsAFindToo) {
  struct Ends : test::LyingTarget {
    using LyingTarget::LyingTarget;
    void end() override { throw TargetFault("KASAN: use-after-free"); }
  } target(*honest_);
  PresetProbe presets(target);
  Result result;
  presets.of("seccomp");
  presets.tell("seccomp", result, folder_);
  EXPECT_EQ(result.unexpected(), 1u);
}

}  // namespace
}  // namespace lockstep::cli
