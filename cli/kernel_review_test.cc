// SPDX-License-Identifier: GPL-2.0-or-later
// A small tree that looks like a kernel's: what is as reviewed, changed or missing is said so, and of a change of
// comments nothing.
#include "cli/kernel_review.h"

#include <gtest/gtest.h>

#include "cli/common.h"
#include "cli/test_run.h"
#include "oracle/function_text.h"
#include "reports/sha256.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;
using test::Cli;
using test::last_line;

constexpr const char* kSeccomp = "static void put(struct filter *f)\n{\n\t/* one } */\n\tdrop(f, \"}\");\n}\n";
constexpr const char* kOldExit = "void do_exit(long code)\n{\n}\n";
constexpr const char* kNewExit = "void do_exit(long code)\n{\n\trelease(current);\n}\n";

class KernelReviewTest : public Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    digests_ = {sha256(*function_text(kSeccomp, "put")), sha256(*function_text(kOldExit, "do_exit")),
                sha256(*function_text(kNewExit, "do_exit"))};
    functions_ = {{"kernel/seccomp.c", "put", {digests_[0], digests_[0]}},
                  {"kernel/exit.c", "do_exit", {digests_[1], digests_[2]}}};
    write("Makefile", "# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 200\nEXTRAVERSION =\n");
    write("kernel/seccomp.c", kSeccomp);
    write("kernel/exit.c", kNewExit);
  }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((tree() / name).parent_path());
    std::ofstream(tree() / name) << text;
  }
  fs::path tree() const { return folder_ / "cache" / "6.12" / "linux"; }
  cli::KernelReview review() const { return cli::review_kernel(tree(), functions_); }
  std::string warning() const { return cli::warning_of(review(), "tree"); }

  std::vector<std::string> digests_;
  std::vector<ReviewedFunction> functions_;
};

TEST_F(KernelReviewTest, WhatIsAsReviewedBelongsToItsRelease) {
  EXPECT_EQ(review().version, "6.12.200");
  EXPECT_EQ(review().release, 1u);
  EXPECT_EQ(review().changed(), 0u);
  EXPECT_EQ(warning(), "");
  write("kernel/exit.c", kOldExit);
  EXPECT_EQ(review().release, 0u);
  EXPECT_EQ(warning(), "");
}

TEST_F(KernelReviewTest, ACommentIsNoChangeAndABraceInItNoEnd) {
  write("kernel/seccomp.c",
        "/* void put(struct filter *f) { */\nstatic void put(struct filter *f) { drop(f, \"}\"); }");
  EXPECT_EQ(warning(), "");
}

TEST_F(KernelReviewTest, AChangedFunctionIsNamed) {
  write("kernel/seccomp.c", "static void put(struct filter *f)\n{\n\tdrop(f, \"{\");\n}\n");
  EXPECT_EQ(review().changed(), 1u);
  EXPECT_EQ(warning(),
            "tree (Linux 6.12.200) is not the text that was reviewed at 6.12.117-1~deb12u1: put; docs/transitions.md "
            "says what rests on it");
}

TEST_F(KernelReviewTest, AMissingFunctionAndAMissingFileAreSaidToBeMissing) {
  write("kernel/seccomp.c", "static void put(struct filter *f);\n");
  EXPECT_NE(warning().find("put (missing)"), std::string::npos);
  fs::remove(tree() / "kernel/exit.c");
  EXPECT_NE(warning().find("put (missing) and do_exit (missing)"), std::string::npos);
  EXPECT_EQ(review().changed(), 2u);
}

TEST_F(KernelReviewTest, WhatIsNoKernelIsRefused) {
  EXPECT_THROW(cli::review_kernel(folder_), cli::UsageError);
  EXPECT_EQ(run({"transitions", folder_.string()}).code, 2);
}

TEST_F(KernelReviewTest, WhatIsInTheCacheIsHeldAgainstWhatWasReviewed) {
  const auto warnings = [&] { return cli::review_cache(folder_ / "kernels", folder_ / "cache"); };
  const auto make = [&](const std::string& name, const std::string& package) {
    fs::create_directories(folder_ / "kernels" / name);
    std::ofstream(folder_ / "kernels" / name / "made-from") << package << "\n";
  };
  EXPECT_EQ(warnings(), std::vector<std::string>{});
  make("6.1", "linux-image-6.1.0-49-amd64 6.1.192-2");
  EXPECT_EQ(warnings(), std::vector<std::string>{});
  make("6.18", "linux-image-6.18.5-amd64 6.18.5-1");
  ASSERT_EQ(warnings().size(), 1u);
  EXPECT_NE(
      warnings()[0].find("/kernels/6.18 is made from 6.18.5-1, which nobody reviewed; lockstep transitions 6.18 "),
      std::string::npos)
      << warnings()[0];
  // Its source is there, and is another text: that is said instead.
  fs::rename(tree(), folder_ / "cache/6.18");
  std::ofstream(folder_ / "cache/6.18/made-from") << "linux-source-6.18 6.18.5-1\n";
  ASSERT_EQ(warnings().size(), 1u);
  EXPECT_NE(warnings()[0].find("is not the text that was reviewed"), std::string::npos) << warnings()[0];
}

TEST_F(KernelReviewTest, TheCommandListsAndCompares) {
  const auto list = run({"transitions"});
  EXPECT_EQ(list.code, 0);
  EXPECT_NE(list.out.find("walk_refs          kernel/seccomp.c: __put_seccomp_filter"), std::string::npos) << list.out;
  const auto compared = run({"transitions", tree().string()});
  EXPECT_EQ(compared.code, 1);
  EXPECT_NE(compared.out.find("do_exit                      CHANGED, now " + digests_[2]), std::string::npos);
  EXPECT_TRUE(last_line(compared.out).starts_with("0 of 24 functions of Linux 6.12.200 are as reviewed"))
      << compared.out;
}

}  // namespace
}  // namespace lockstep
