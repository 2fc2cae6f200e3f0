// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/counterexample.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "reports/report_samples.h"
#include "reports/whole_file.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;

class Counterexample : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "lockstep-counterexample.XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::set<std::string> files(const fs::path& folder) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
    return names;
  }
  static std::string content(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  fs::path folder_;
};

TEST_F(Counterexample, HasEveryStepAndNothingElse) {
  auto find = sample_find();
  find.name = "../../" + kHostile;
  auto target = make_spec("v5-posted");
  write_counterexample(find, "v5-intended", target.get(), folder_ / "a" / "b");
  EXPECT_EQ(files(folder_ / "a" / "b"),
            (std::set<std::string>{"counterexample.trace", "explain.txt", "explain-mail.txt", "index.html",
                                   "step-00.dot", "step-00.svg", "step-01.dot", "step-01.svg", "step-02.dot",
                                   "step-02.svg", "step-03.dot", "step-03.svg"}));
  EXPECT_EQ(content(folder_ / "a/b/counterexample.trace"), kIsolationTrace);
  EXPECT_NE(content(folder_ / "a/b/explain-mail.txt").find("lockstep replay counterexample.trace"), std::string::npos);
  const auto svg = content(folder_ / "a/b/step-03.svg");
  EXPECT_NE(svg.find("isolation: P1 got R2"), std::string::npos);
  EXPECT_NE(svg.find("expected R1"), std::string::npos);
  EXPECT_NE(svg.find("model v5&#45;intended"), std::string::npos);
}

TEST_F(Counterexample, PageSaysWhereItBelongsAndHowOften) {
  auto find = sample_find();
  find.repeated = 2;
  auto target = make_spec("v5-posted");
  const lockstep::Run run{.started = "2026-11-24 01:35:18 UTC", .seed = 7};
  const auto result = sample_result();
  EXPECT_EQ(write_counterexample(find, "v5-intended", target.get(), folder_,
                                 {.run = &run, .result = &result, .report = "../../index.html"}),
            "");
  const auto page = content(folder_ / "index.html");
  for (const char* part : {"href=\"../../index.html\"", "Report of 2026-11-24 01:35:18 UTC", "diverged in 2 of 3 runs",
                           "<h1>spec:v5-posted breaks isolation at step 3</h1>", "id=\"step-3\"", "class=\"graph\"",
                           "lockstep replay counterexample.trace --model v5-intended --target spec:v5-posted"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
  EXPECT_EQ(page.find("Not seen in these pictures"), std::string::npos);
}

TEST_F(Counterexample, PageOfARunThatDidNotDivergeSaysSo) {
  auto target = make_spec("v5-intended");
  write_counterexample(sample_find(), "v5-intended", target.get(), folder_);
  auto page = content(folder_ / "index.html");
  EXPECT_NE(page.find("The run that was drawn did not diverge like this."), std::string::npos);
  EXPECT_EQ(page.find("class=\"wrong\"><th"), std::string::npos);  // no step is called wrong
  const auto result = sample_result();
  write_counterexample(sample_find(), "v5-intended", nullptr, folder_, {.result = &result});
  page = content(folder_ / "index.html");
  EXPECT_NE(page.find("The target was not run again."), std::string::npos);
  EXPECT_NE(page.find("--target spec:v5-posted"), std::string::npos);
}

class DeadOnArrival : public Target {
 public:
  const std::string& name() const override { return name_; }
  const Capabilities& capabilities() const override { return none_; }
  void reset(const Trace&) override { throw TargetFault("it does not start"); }
  Outcome step(const Step&) override { return {}; }
  void observe(Snapshot&) override {}

 private:
  std::string name_ = "dead";
  Capabilities none_;
};

TEST_F(Counterexample, ATargetThatFailsBeforeTheFirstStepHasAPageToo) {
  DeadOnArrival target;
  EXPECT_EQ(write_counterexample(sample_find(), "v5-intended", &target, folder_), "");
  const auto page = content(folder_ / "index.html");
  EXPECT_NE(page.find("NO STEPS:"), std::string::npos);
  EXPECT_NE(page.find("P1 got R2"), std::string::npos);
}

TEST_F(Counterexample, LeavesNoPicturesOfAnEarlierOne) {
  auto find = sample_find();
  write_counterexample(find, "v5-intended", nullptr, folder_);
  find.trace.steps.pop_back();
  write_counterexample(find, "v5-intended", nullptr, folder_);
  EXPECT_FALSE(files(folder_).contains("step-03.svg"));
  EXPECT_TRUE(files(folder_).contains("step-02.svg"));
}

TEST_F(Counterexample, TextIsThereEvenWithoutDot) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  const auto why = write_counterexample(sample_find(), "v5-intended", nullptr, folder_);
  setenv("PATH", path.c_str(), 1);
  EXPECT_NE(why.find("`dot` cannot be run"), std::string::npos);
  EXPECT_NE(content(folder_ / "index.html").find("NO PICTURES:"), std::string::npos);
  EXPECT_NE(content(folder_ / "index.html").find("P1: e0 R1"), std::string::npos);
  EXPECT_TRUE(files(folder_).contains("explain.txt"));
  EXPECT_TRUE(files(folder_).contains("step-03.dot"));
  EXPECT_FALSE(files(folder_).contains("step-00.svg"));
}

TEST_F(Counterexample, SymbolicLinkIsReplacedAndNotFollowed) {
  write_whole_file(folder_ / "precious", "keep");
  fs::create_symlink(folder_ / "precious", folder_ / "counterexample.trace");
  write_whole_file(folder_ / "counterexample.trace", "new");
  EXPECT_EQ(content(folder_ / "precious"), "keep");
  EXPECT_EQ(content(folder_ / "counterexample.trace"), "new");
  EXPECT_THROW(write_whole_file(folder_ / "absent" / "x", "y"), std::system_error);
  EXPECT_EQ(files(folder_).size(), 2u);
}

}  // namespace
}  // namespace lockstep
