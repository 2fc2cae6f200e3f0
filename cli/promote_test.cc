// SPDX-License-Identifier: GPL-2.0-or-later
// corpus promote, on a copy of the corpus.
#include <grp.h>

#include "cli/test_run.h"
#include "model/trace_text.h"
#include "oracle/conform.h"
#include "oracle/marks.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;
using test::Ran;

class Promote : public test::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    fs::copy(LOCKSTEP_SOURCE_DIR "/corpus", copy(), fs::copy_options::recursive);
    before_ = files();
  }
  fs::path copy() const { return folder_ / "corpus"; }
  std::set<fs::path> files() const {
    std::set<fs::path> all;
    for (const auto& entry : fs::recursive_directory_iterator(copy()))
      if (entry.is_regular_file()) all.insert(entry.path());
    return all;
  }
  // The file that is there and was not; empty if there is none, or more than one.
  std::string added() const {
    std::string name;
    for (const auto& file : files())
      if (!before_.contains(file)) name = name.empty() ? file.string() : "";
    return name;
  }
  Ran promote(const std::string& trace, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"corpus", "promote", trace, "--corpus", copy().string()});
    return run(more);
  }
  // As fuzz leaves it: a find on sim:v6, for the corpus has none there.
  std::string find() {
    run({"fuzz", "--model", "v5-intended", "--target", "sim:v6", "--traces", "300", "--seed", "1", "--no-faults"});
    for (const auto& entry : fs::directory_iterator(folder_ / "state/lockstep/finds"))
      if (entry.path().string().find("inheritance") != std::string::npos) return entry.path().string();
    return "";
  }
  std::set<fs::path> before_;
};

const std::string kLong =
    "lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\nP1 exec\nP1 fork -> P2\nP2 exec\nP1 append event=0 -> "
    "R2\n";

TEST_F(Promote, AFindOfFuzzBecomesATraceLikeTheOthers) {
  const auto found = find();
  ASSERT_FALSE(found.empty());
  const auto ran = promote(found);
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto file = added();
  const auto hash = found.substr(found.size() - 22);
  EXPECT_EQ(file, (copy() / "v5-intended/found-inheritance").string() + "-" + hash);
  EXPECT_EQ(ran.out, "written to " + file + ":\n" + test::slurp(file));

  const auto trace = read_trace(file);
  ASSERT_EQ(trace.shows.size(), 2u);
  EXPECT_TRUE(trace.shows[0].starts_with("sim:v6 breaks inheritance at step 3: P2 did not get R2")) << trace.shows[0];
  EXPECT_TRUE(trace.shows[1].starts_with("Found by seed 1 trace ")) << trace.shows[1];
  EXPECT_EQ(trace.expectations, (std::vector<Expectation>{{"sim:v6", true, "inheritance", 3}}));
  EXPECT_EQ(run({"replay", file, "--target", "sim:v6"}).code, 0);

  // What oracle/corpus_test.cc asks of the tree's own.
  Corpus corpus;
  for (const auto& each : files()) corpus.emplace(each.string(), read_trace(each.string()));
  EXPECT_EQ(mark_problems(corpus), std::vector<std::string>{});
  EXPECT_FALSE(Conformer(trace.model, nullptr).run(trace).divergence);
  EXPECT_EQ(write_trace(trace), test::slurp(file));
}

TEST_F(Promote, TheSameAgainIsRefusedByName) {
  const auto found = find();
  promote(found);
  const auto file = added(), text = test::slurp(file);
  const auto again = promote(found);
  EXPECT_EQ(again.code, 2);
  EXPECT_NE(again.err.find(file + " has these very steps"), std::string::npos) << again.err;
  EXPECT_EQ(added(), file);
  EXPECT_EQ(test::slurp(file), text);
}

TEST_F(Promote, WhatTheCorpusShowsAlreadyIsRefusedByName) {
  const auto ran = promote(corpus("v5-intended/story.trace"), {"--target", "sim:v5"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("shows this already"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("v5-intended/"), std::string::npos) << ran.err;
  EXPECT_EQ(files(), before_);
}

TEST_F(Promote, ALongTraceIsShrunkAndThatIsSaid) {
  const auto ran = promote(file("long.trace", kLong), {"--target", "sim:v6"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(ran.out.starts_with("shrunk: 5 steps became 3\n")) << ran.out;
  EXPECT_EQ(read_trace(added()).steps.size(), 3u);
}

TEST_F(Promote, OnesOwnWordsStayAndTheOptionReplacesThem) {
  auto mine = kLong;
  mine.insert(11, "# What I saw.\n");
  EXPECT_EQ(promote(file("mine.trace", mine), {"--target", "sim:v6"}).code, 0);
  EXPECT_EQ(read_trace(added()).shows, std::vector<std::string>{"What I saw."});
  fs::remove(added());
  EXPECT_EQ(promote(file("mine.trace", mine), {"--target", "sim:v6", "--shows", "Seen by me."}).code, 0);
  EXPECT_EQ(read_trace(added()).shows, std::vector<std::string>{"Seen by me."});
  fs::remove(added());
  for (const auto* hostile : {"a\nP1 exec", "a\x1b[31m", "\xff"})
    EXPECT_EQ(promote(file("mine.trace", mine), {"--target", "sim:v6", "--shows", hostile}).code, 2) << hostile;
  EXPECT_EQ(files(), before_);
}

TEST_F(Promote, WhatConformsAndShowsNothingNewIsRefused) {
  const auto quiet = file("quiet.trace",
                          "lockstep 1\nmodel v6-posted\nP1 append event=0 fail=alloc:1 = ENOMEM\nP1 fork -> P2\n"
                          "P1 append event=0 -> R1\n");
  const auto ran = promote(quiet, {"--target", "sim:v6"});
  EXPECT_EQ(ran.code, 2) << ran.out;
  EXPECT_NE(ran.err.find("shows nothing new"), std::string::npos) << ran.err;
  EXPECT_EQ(files(), before_);
}

TEST_F(Promote, WhatAFindExpectsSaysMoreThanItsWords) {
  auto found = test::slurp(corpus("v5-intended/found-isolation-90b9fd43.trace"));
  fs::remove(copy() / "v5-intended/found-isolation-90b9fd43.trace");
  before_ = files();
  const auto ran = promote(file("old.trace", found));
  EXPECT_EQ(ran.err.find("no such target"), std::string::npos) << ran.err;
  EXPECT_EQ(ran.err.find("--target"), std::string::npos) << ran.err;
}

TEST_F(Promote, WhatConformsIsExpectedToGoOnDoingSo) {
  const auto quiet = file("quiet.trace", "lockstep 1\nmodel v6-posted\nP1 append event=1 fail=alloc:9 -> R1\n");
  const auto ran = promote(quiet, {"--target", "sim:v6"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(read_trace(added()).expectations, (std::vector<Expectation>{{"sim:v6", false, "", 0}}));
  EXPECT_NE(added().find("/v6-posted/found-conforms-"), std::string::npos);
}

TEST_F(Promote, WhatIsThereIsNeverOverwritten) {
  const auto found = find();
  const auto taken = copy() / "v5-intended" / ("found-inheritance-" + found.substr(found.size() - 22));
  std::ofstream(taken) << "lockstep 1\nmodel v5-posted\nmark v5-posted nothing\nP1 exec\n";
  const auto text = test::slurp(taken);
  const auto ran = promote(found);
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("is there already"), std::string::npos) << ran.err;
  EXPECT_EQ(test::slurp(taken), text);
}

TEST_F(Promote, ACorpusThatCannotBeWrittenIsThreeWithTheRemedy) {
  const auto trace = file("long.trace", kLong);
  for (const auto* part : {"", "v5-intended"}) fs::permissions(copy() / part, fs::perms(0555));
  fs::permissions(folder_, fs::perms(0755));
  const auto ran = finish(start_program(
      {LOCKSTEP_BINARY, "corpus", "promote", trace, "--target", "sim:v6", "--corpus", copy().string()}, [] {
        constexpr uid_t kNobody = 65534;
        if (geteuid() == 0 && (setgroups(0, nullptr) != 0 || setuid(kNobody) != 0)) _exit(98);
      }));
  EXPECT_EQ(ran.code, 3) << ran.err;
  EXPECT_NE(ran.err.find("--corpus"), std::string::npos) << ran.err;
  EXPECT_EQ(files(), before_);
  for (const auto* part : {"", "v5-intended"}) fs::permissions(copy() / part, fs::perms(0755));
}

TEST_F(Promote, WhatSaysNotEnoughIsRefused) {
  EXPECT_EQ(promote(file("t.trace", kLong)).code, 2);                          // on what?
  EXPECT_EQ(promote(file("t.trace", kLong), {"--target", "sim:v9"}).code, 2);  // no such target
  EXPECT_EQ(promote(file("t.trace", kLong), {"--target", "spec:seccomp"}).code, 3);
  EXPECT_EQ(promote(file("t.trace", "lockstep 1\nP1 exec\n"), {"--target", "sim:v6"}).code, 2);  // of which model?
  EXPECT_EQ(promote(file("t.trace", "lockstep 1\nmodel v6-posted\n"), {"--target", "sim:v6"}).code, 2);
  const auto wrong = file("t.trace", "lockstep 1\nmodel v6-posted\nP1 append event=0 = E2BIG\n");
  EXPECT_EQ(promote(wrong, {"--target", "sim:v6"}).code, 2);
  EXPECT_EQ(run({"corpus", "promote", wrong, "--corpus", (folder_ / "none").string()}).code, 2);
  EXPECT_EQ(files(), before_);
}

TEST_F(Promote, NoFileSaysWhichLibraryIsLoaded) {
  auto hostile = kLong;
  hostile.insert(11, "# Found by seed 1 trace 1 on sim:./evil.so: isolation append view\n");
  const auto ran = promote(file("t.trace", hostile));
  EXPECT_EQ(ran.code, 2);
  EXPECT_NE(ran.err.find("say with --target"), std::string::npos) << ran.err;
}

TEST_F(Promote, WhatConcludesNothingIsFour) {
  const auto cut =
      file("t.trace", "lockstep 1\nmodel v6-posted\nP1 append event=0 fail=alloc:3 -> R1\nP1 fork -> P2\n");
  const auto ran = promote(cut, {"--target", "sim:v5-intended"});
  EXPECT_EQ(ran.code, 4) << ran.err;
  EXPECT_NE(ran.out.find("compared up to step 1 only"), std::string::npos) << ran.out;
  EXPECT_EQ(files(), before_);
}

}  // namespace
}  // namespace lockstep
