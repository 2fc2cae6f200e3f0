// SPDX-License-Identifier: GPL-2.0-or-later
// `cmake --install`, and the installed program where nothing of this tree is to be seen.
#include <sched.h>
#include <sys/mount.h>

#include "cli/test_run.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;
using test::last_line;
using test::Ran;

size_t traces_in(const fs::path& folder) {
  size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) count += entry.path().extension() == ".trace";
  return count;
}

// The source tree and the build become empty folders, for this process and its children.
void hide_tree() {
  bool hidden = unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  for (const auto* folder : {LOCKSTEP_BUILD, LOCKSTEP_SOURCE_DIR})
    hidden = hidden && mount("none", folder, "tmpfs", 0, nullptr) == 0;
  if (!hidden || chdir("/") != 0) _exit(98);
}

class Install : public test::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    const auto ran =
        finish(start_program({LOCKSTEP_CMAKE, "--install", LOCKSTEP_BUILD, "--prefix", prefix(), "--strip"}));
    ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  }
  std::string prefix(const std::string& name = "") const { return (folder_ / "prefix" / name).string(); }
  // Without an environment and without this tree.
  Ran run_alone(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"/usr/bin/env", "-i", prefix("bin/lockstep")});
    return finish(start_program(std::move(arguments), hide_tree));
  }
};

TEST_F(Install, PutsEverythingInItsPlace) {
  for (const auto* name :
       {"bin/lockstep", "share/man/man1/lockstep.1", "share/man/man1/lockstep-replay.1",
        "share/bash-completion/completions/lockstep", "share/zsh/site-functions/_lockstep",
        "share/fish/vendor_completions.d/lockstep.fish", "share/doc/lockstep/README.md", "share/doc/lockstep/COPYING",
        "share/doc/lockstep/docs/cli.md", "share/doc/lockstep/docs/pictures/line.svg", "include/lockstep_sim.h",
        "share/doc/lockstep/harness/examples/sim_example/sim_example.c"})
    EXPECT_TRUE(fs::is_regular_file(prefix(name))) << name;
  EXPECT_EQ(traces_in(prefix("share/lockstep/corpus")), traces_in(LOCKSTEP_SOURCE_DIR "/corpus"));
  for (const auto& entry : fs::directory_iterator(prefix()))
    EXPECT_TRUE(entry.path().filename() == "bin" || entry.path().filename() == "share" ||
                entry.path().filename() == "include")
        << entry.path();
}

TEST_F(Install, TheProgramRunsFromThereAlone) {
  const auto models = run_alone({"models"});
  if (models.code == 98) {
    printf("\n!!! SKIPPED: mounting is not permitted here, so this tree cannot be hidden\n\n");
    GTEST_SKIP();
  }
  EXPECT_EQ(models.code, 0) << models.err;
  EXPECT_NE(models.out.find("v5-intended"), std::string::npos);
  const auto list = run_alone({"corpus", "list"});
  EXPECT_EQ(list.code, 0) << list.err;
  EXPECT_EQ(static_cast<size_t>(std::count(list.out.begin(), list.out.end(), '\n')),
            traces_in(LOCKSTEP_SOURCE_DIR "/corpus"));
  const auto check = run_alone({"check", prefix("share/lockstep/corpus/v5-intended/story.trace")});
  EXPECT_EQ(check.code, 0) << check.err;
  EXPECT_TRUE(last_line(check.out).starts_with("Verdict: CONFORMS")) << check.out;
  const auto nightly = run_alone({"nightly", "--for", "2s", "-o", prefix("night")});
  EXPECT_EQ(nightly.code, 0) << nightly.out << nightly.err;
  const fs::directory_iterator counterexamples(prefix("night/counterexamples"));
  EXPECT_TRUE(std::any_of(fs::begin(counterexamples), fs::end(counterexamples), [](const auto& folder) {
    return folder.path().filename().string().starts_with("canary-") && fs::exists(folder.path() / "step-01.svg");
  }));
  const auto gone = run_alone({"check", LOCKSTEP_SOURCE_DIR "/corpus/v5-intended/story.trace"});
  EXPECT_EQ(gone.code, 2) << "the tree is not hidden";
}

// Where it cannot be hidden, this says as much. A sanitizer puts the names of source files into what it instruments.
TEST_F(Install, TheProgramHoldsNoPathOfThisTree) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "in a build with a sanitizer";
#endif
  const auto program = test::slurp(prefix("bin/lockstep"));
  const auto at = program.find(LOCKSTEP_SOURCE_DIR "/");
  EXPECT_EQ(at, std::string::npos) << program.substr(at, 200).c_str();
}

TEST_F(Install, TheExampleBuildsAgainstTheInstalledHeader) {
  const auto library = (folder_ / "example.so").string();
  const auto gcc = finish(start_program({"gcc", "-std=c11", "-fPIC", "-shared", "-I", prefix("include"), "-o", library,
                                         prefix("share/doc/lockstep/harness/examples/sim_example/sim_example.c")}));
  ASSERT_EQ(gcc.code, 0) << gcc.err;
  const auto ran =
      finish(start_program({prefix("bin/lockstep"), "replay", "-q", "--observe", "results,views",
                            prefix("share/lockstep/corpus/v5-intended/story.trace"), "--target", "sim:" + library}));
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
}

TEST_F(Install, WithoutItsCorpusTheProgramSaysSo) {
  fs::remove_all(prefix("share/lockstep"));
  const auto ran = finish(start_program({prefix("bin/lockstep"), "corpus", "list"}));
  EXPECT_EQ(ran.code, 3);
  EXPECT_NE(ran.err.find("--corpus"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace lockstep
