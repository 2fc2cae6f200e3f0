// SPDX-License-Identifier: GPL-2.0-or-later
// replay --against and --bisect, as their users meet them.
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/test_run.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;
using test::last_line;
using test::says_live_is_available;

class Replay : public test::Cli {
 protected:
  // The exit code for `git bisect run`.
  int bisect(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"replay", "--bisect"});
    return run(std::move(arguments)).code;
  }
  // A replay on sim:v5 that is stopped half way: steps are shown already.
  test::Ran interrupted(const std::vector<std::string>& before) {
    std::vector<std::string> many = {"replay", "--target", "sim:v5"};
    many.insert(many.end(), before.begin(), before.end());
    std::string longest = "lockstep 1\nmodel v5-intended\n";
    for (int i = 0; i < 10000; ++i) longest += "P1 exec\n";
    many.insert(many.end(), 400, file("long.trace", longest));
    const auto pid = start(many);
    await_text(".out");
    kill(pid, SIGINT);
    return finish(pid);
  }
  std::string found() { return corpus("v5-intended/found-isolation-90b9fd43.trace"); }
};

TEST_F(Replay, OneTargetAgainstAnotherNamesBoth) {
  const auto ran = run({"replay", found(), "--target", "sim:v5", "--against", "sim:v5-intended"});
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_NE(ran.out.find("sim:v5-intended → sim:v5 (v5-intended)"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("v5-intended agrees with sim:v5-intended"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("--target sim:v5 --against sim:v5-intended"), std::string::npos) << ran.out;
  EXPECT_EQ(last_line(ran.out),
            "Verdict: DIVERGES model=v5-intended target=sim:v5 traces=1 steps=3 divergences=1 expected=0 unobserved=0 "
            "skipped=0 against=sim:v5-intended");
  const auto json = nlohmann::json::parse(
      run({"replay", found(), "--target", "sim:v5", "--against", "spec:v5-posted", "--format", "json"}).out);
  EXPECT_EQ(json["results"][0]["against"], "spec:v5-posted");
  EXPECT_EQ(json["results"][0]["verdict"], "CONFORMS");
}

TEST_F(Replay, WhatATraceExpectsItExpectsOfTheModel) {
  EXPECT_EQ(run({"replay", found(), "--target", "sim:v5", "--against", "sim:v5"}).code, 0);
  EXPECT_EQ(run({"replay", found(), "--target", "sim:v5"}).code, 0);
}

TEST_F(Replay, StepsThatAreNoLongerTheTargetsHistoryAreNoPass) {
  const auto ran = run({"replay",
                        file("t.trace",
                             "lockstep 1\nmodel v5-intended\nP1 append event=0 pages=63 -> R1\nP1 fork -> P2\nP1 exit\n"
                             "P2 append event=0 = E2BIG\nP2 exit\n"),
                        "--target", "sim:v5", "--against", "spec:v5-posted"});
  EXPECT_EQ(ran.code, 4) << ran.out;
  EXPECT_NE(ran.out.find("compared up to step 4 only"), std::string::npos) << ran.out;
}

TEST_F(Replay, AMissingSecondTargetIsThreeAndOneThatCannotRunTheTraceIsFour) {
  EXPECT_EQ(run({"replay", found(), "--target", "sim:v5", "--against", "sim:./none.so"}).code, 3);
  EXPECT_EQ(run({"replay", found(), "--target", "sim:v5", "--against", "spec:seccomp"}).code, 4);
  EXPECT_EQ(run({"replay", found(), "--target", "sim:v5", "--against", "sim:v9"}).code, 2);
}

TEST_F(Replay, FaultsFailEveryAllocationAndNameWhatBreaks) {
  const auto story = corpus("v5-posted/story.trace");
  const auto ran = run({"replay", story, "--target", "sim:v5", "--faults", "-q"});
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_NE(ran.out.find("failed allocations: 7; steps that have any: 4"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("no-leak at step 1, seen 3 times"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("lockstep replay " + story + " --target sim:v5 --faults"), std::string::npos) << ran.out;
  const auto narrowed = run({"replay", story, "--target", "sim:v5", "--faults", "-q", "--observe", "results,views"});
  EXPECT_NE(narrowed.out.find("--target sim:v5 --observe results,views --faults"), std::string::npos) << narrowed.out;
  EXPECT_EQ(run({"check", story, "--faults", "-q"}).code, 0);
  EXPECT_EQ(run({"replay", corpus("v5-intended/story.trace"), "--target", "sim:v5-intended", "--faults"}).code, 0);
  EXPECT_EQ(run({"replay", story, "--target", "sim:v5", "--against", "sim:v5", "--faults"}).code, 2);
}

TEST_F(Replay, FaultsFindADesignThatIsAnother) {
  const auto first = file("f.trace", "lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\n");
  EXPECT_EQ(run({"replay", first, "--target", "sim:v5"}).code, 0);
  EXPECT_EQ(run({"replay", first, "--target", "sim:v5", "--faults"}).code, 1);
}

TEST_F(Replay, WhatCanDeadlockAKernelIsForGuestsOnly) {
  for (const auto* target : {"live", "sim:v5", "spec:seccomp"}) {
    const auto ran = run({"replay", corpus("seccomp/story.trace"), "--target", target, "--no-drain"});
    EXPECT_EQ(ran.code, 2);
    EXPECT_NE(ran.err.find("it is for vm: targets only"), std::string::npos) << ran.err;
    for (const auto* flag : {"--no-drain", "--crowd"})
      EXPECT_EQ(run({"fuzz", "--model", "seccomp", "--target", target, flag}).code, 2) << target << flag;
  }
}

TEST_F(Replay, AKernelIsNotHeldAgainstAnotherKindOfKernel) {
  if (!says_live_is_available(run({"targets"}).out)) {
    printf("\n!!! SKIPPED: no live target here\n\n");
    GTEST_SKIP();
  }
  const auto older = corpus("seccomp/zombie-holds-until-reap.trace");
  const auto ran = run({"replay", older, corpus("seccomp/story.trace"), "--target", "live"});
  if (ran.code == 0) return;  // this is such a kernel
  EXPECT_EQ(ran.code, 4) << ran.out;
  EXPECT_NE(ran.out.find("it is of kernels like seccomp@6.1, and this one is like seccomp;"), std::string::npos)
      << ran.out;
  EXPECT_EQ(ran.out.find("the reap drops"), std::string::npos) << ran.out;
  EXPECT_EQ(run({"replay", older, "--target", "live", "--model", "seccomp@6.1"}).code, 1);
}

TEST_F(Replay, BisectIsZeroOneOrSkip) {
  EXPECT_EQ(bisect({found(), "--target", ""}), 125);
  EXPECT_EQ(bisect({found(), "--target", "sim:v5-intended"}), 0);
  EXPECT_EQ(bisect({found(), "--target", "sim:v5"}), 1);  // although the trace expects it
  EXPECT_EQ(bisect({found(), "--target", "sim:v5", "--against", "sim:v5-intended"}), 1);
  EXPECT_EQ(bisect({found(), found(), "--target", "sim:v5"}), 1);
  EXPECT_EQ(bisect({found(), "--target", "spec:v5-posted", "--format", "json"}), 1);
}

TEST_F(Replay, AnExpectedDivergenceThatIsGoneIsAGoodRevision) {
  const auto gone = file("g.trace", "lockstep 1\nmodel v5-intended\nexpect sim:v5 DIVERGES isolation\nP1 exec\n");
  EXPECT_EQ(run({"replay", gone, "--target", "sim:v5"}).code, 1);
  EXPECT_EQ(bisect({gone, "--target", "sim:v5"}), 0);
}

TEST_F(Replay, WhatJudgesNothingIsSkippedByBisect) {
  const auto empty = file("empty.trace", "lockstep 1\nmodel v5-intended\n");
  const auto broken = file("broken.trace", "lockstep 1\nP1 dance\n");
  const auto wrong = file("wrong.trace", "lockstep 1\nmodel v5-intended\nP1 append event=0 = E2BIG\n");
  EXPECT_EQ(bisect({found()}), 125);                                                       // usage
  EXPECT_EQ(bisect({found(), "--target", "sim:v5", "--observe", "moods"}), 125);           // usage
  EXPECT_EQ(run({"replya", found(), "--target", "sim:v5", "--bisect"}).code, 125);         // usage
  EXPECT_EQ(run({"replay", "--bisect=yes", "--bisect", "--target", "sim:v5"}).code, 125);  // usage
  EXPECT_EQ(bisect({broken, "--target", "sim:v5"}), 125);                                  // input
  EXPECT_EQ(bisect({found(), "--target", "sim:./none.so"}), 125);                          // environment
  EXPECT_EQ(bisect({corpus("seccomp/story.trace"), "--target", "sim:v5"}), 125);           // the target cannot
  EXPECT_EQ(bisect({empty, "--target", "sim:v5-intended"}), 125);                          // nothing ran
  EXPECT_EQ(bisect({found(), empty, "--target", "sim:v5-intended"}), 125);                 // inconclusive
  EXPECT_EQ(bisect({wrong, "--target", "sim:v5-intended"}), 125);                          // no trace of its model
  EXPECT_EQ(bisect({"--help"}), 0);
}

TEST_F(Replay, ASignalEndsTheBisection) { EXPECT_EQ(interrupted({"--bisect"}).code, 128 + SIGINT); }

TEST_F(Replay, AnInterruptedReplayShowsWhatItFound) {
  const auto ran = interrupted({found()});
  EXPECT_EQ(ran.code, 128 + SIGINT);
  EXPECT_NE(ran.out.find("isolation at step 3"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("INCONCLUSIVE: interrupted"), std::string::npos) << ran.out;
  EXPECT_TRUE(last_line(ran.out).starts_with("Verdict: DIVERGES model=v5-intended target=sim:v5")) << ran.out;
}

// It breaks at a rule of seven pages, and does not come back.
TEST_F(Replay, WhatWasFoundBeforeTheTargetWasGoneIsShown) {
  auto code = test::slurp(LOCKSTEP_SOURCE_DIR "/harness/examples/sim_example/sim_example.c");
  const auto gone = (folder_ / "gone").string();
  const auto put = [&](const std::string& after, const std::string& line) {
    ASSERT_NE(code.find(after), std::string::npos);
    code.insert(code.find(after) + after.size(), line);
  };
  put("#include <errno.h>\n", "#include <fcntl.h>\n#include <unistd.h>\n");
  put("create(void) {", " if (access(\"" + gone + "\", F_OK) == 0) return NULL;");
  put("append(struct lockstep_sim* sim, const struct lockstep_sim_step* step) {",
      " if (step->pages == 7) close(creat(\"" + gone + "\", 0600)), abort();");
  const auto source = file("gone.c", code), library = (folder_ / "gone.so").string();
  ASSERT_EQ(finish(start_program({"gcc", "-std=gnu11", "-fPIC", "-shared", "-I", LOCKSTEP_SOURCE_DIR "/harness", "-o",
                                  library, source}))
                .code,
            0);
  const auto good = file("good.trace", "lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\n"),
             bad = file("bad.trace", "lockstep 1\nmodel v5-intended\nP1 append event=0 pages=7 -> R1\n");
  const auto replay = [&](std::vector<std::string> traces) {
    traces.insert(traces.begin(), {"replay", "-q", "--target", "sim:" + library, "--observe", "results,views"});
    return run(traces);
  };
  const auto ran = replay({good, bad, good});
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_NE(ran.out.find("the run ended early, after " + good), std::string::npos) << ran.out;
  EXPECT_TRUE(last_line(ran.out).starts_with("Verdict: DIVERGES model=v5-intended")) << ran.out;
  EXPECT_EQ(replay({good}).code, 3);
}

// The example of docs/cli.md: five revisions of somebody's library. The fourth breaks it, the second is none at all.
TEST_F(Replay, GitBisectFindsTheRevision) {
  if (std::system("git --version >/dev/null") != 0) {
    printf("\n!!! SKIPPED: no git here\n\n");
    GTEST_SKIP();
  }
  const auto script = file("bisect.sh", R"(set -eu
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x GIT_CONFIG_GLOBAL=/dev/null
mkdir "$1/repository" && cd "$1/repository"
git init -q -b main .
cp "$2/harness/examples/sim_example/sim_example.c" nodes.c
git add . && git commit -qm one
mv nodes.c kept.c && echo 'int nothing;' > nodes.c && git add . && git commit -qm two
mv kept.c nodes.c && git add . && git commit -qm three
sed -i 's/child->base_count += parent->base_count;/child->base_count += 0;/' nodes.c && git commit -qam four
echo '/* five */' >> nodes.c && git commit -qam five
cat > "$1/try" <<END
#!/bin/sh
gcc -std=c11 -fPIC -shared -I "$2/harness" -o "$1/nodes.so" nodes.c || exit 125
exec "$3" replay "$4" --target "sim:$1/nodes.so" --observe results,views --bisect -q
END
chmod +x "$1/try"
git bisect start main main~4
git bisect run "$1/try" && echo
git show -s --format=%s refs/bisect/bad
)");
  const auto lost = file("lost.trace",
                         "lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 fork -> P3\n"
                         "P1 exec\n");
  const auto ran = finish(start_program({"sh", script, folder_.string(), LOCKSTEP_SOURCE_DIR, LOCKSTEP_BINARY, lost}));
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_EQ(last_line(ran.out), "four") << ran.out << ran.err;
}

}  // namespace
}  // namespace lockstep
