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
            (std::set<std::string>{"counterexample.trace", "explain.txt", "explain-mail.txt", "step-00.dot",
                                   "step-00.svg", "step-01.dot", "step-01.svg", "step-02.dot", "step-02.svg",
                                   "step-03.dot", "step-03.svg"}));
  EXPECT_EQ(content(folder_ / "a/b/counterexample.trace"), kIsolationTrace);
  EXPECT_NE(content(folder_ / "a/b/explain-mail.txt").find("lockstep replay counterexample.trace"), std::string::npos);
  const auto svg = content(folder_ / "a/b/step-03.svg");
  EXPECT_NE(svg.find("isolation: P1 got R2"), std::string::npos);
  EXPECT_NE(svg.find("expected R1"), std::string::npos);
  EXPECT_NE(svg.find("model v5&#45;intended"), std::string::npos);
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
  EXPECT_THROW(write_counterexample(sample_find(), "v5-intended", nullptr, folder_), Unavailable);
  setenv("PATH", path.c_str(), 1);
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
