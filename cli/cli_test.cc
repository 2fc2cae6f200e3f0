// SPDX-License-Identifier: GPL-2.0-or-later
// The program as its users meet it: exit codes, what is written and what is not, signals.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "cli/jobs.h"
#include "cli/test_run.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;
using test::Cli;
using test::last_line;
using test::Ran;
using test::says_live_is_available;
using test::slurp;

TEST_F(Cli, HelpFitsOneScreenAndNamesEverySubcommand) {
  const auto help = run({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_LE(std::count(help.out.begin(), help.out.end(), '\n'), 40);
  std::istringstream lines(help.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  for (const auto* name : {"check", "replay", "shrink", "fuzz", "explore", "graph", "explain", "mutants", "nightly",
                           "audit", "models", "targets", "properties"}) {
    EXPECT_NE(help.out.find(name), std::string::npos) << name;
    EXPECT_NE(run({name, "--help"}).out.find(std::string("lockstep ") + name), std::string::npos) << name;
  }
}

TEST_F(Cli, BadUsageIsTwo) {
  const auto trace = corpus("v5-intended/story.trace");
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {},
           {"prove", "--model", "v7"},
           {"prove", "--property", "linearizable"},
           {"prove", "--jobs", "0"},
           {"prove", "--timeout", "-1"},
           {"fuzz"},
           {"fuzz", "--model", "v7", "--target", "sim:v5"},
           {"fuzz", "--model", "v5-posted", "--target", "vm:v9"},
           {"fuzz", "--model", "v5-posted", "--target", "sim:v9"},
           {"fuzz", "--model", "v5-posted", "--target", "sim:v5", "--for", "soon"},
           {"fuzz", "--model", "v5-posted", "--target", "sim:v5", "--shard", "3/2"},
           {"fuzz", "--model", "v5-posted", "--target", "sim:v5", "--traces", "many"},
           {"replay", trace, "--target", "sim:v5", "--observe", "moods"},
           {"check", trace, "--model", "seccomp"},
           {"check", "/nonexistent.trace"},
           {"properties", "beauty"},
           {"explore"},
           {"explore", "--model", "v7"},
           {"explore", "--model", "v5-posted", "--tasks", "0"},
           {"explore", "--model", "v5-posted", "--events", "3"},
           {"explore", "--model", "v5-posted", "--memory", "lots"},
           {"fuzz", "--model", "v5-posted", "--target", "sim:v5", "--traces", "-1"},
           {"fuzz", "--model", "v5-posted", "--target", "sim:v5", "--seed", "-1"},
           {"fuzz", "--model", "v5-posted", "--target", "sim:v5", "--traces", "010"},
           {"fuzz", "--model", "v5-posted", "--target", "sim:v5", "--traces", "99999999999999999999999"},
           {"fuzz", "--model", "v5-posted", "--target", ""},
           {"mutants", "--seed", "-1"},
           {"mutants", "--traces", "0"},
           {"nightly", "--traces", "-1"},
           {"nightly", "--traces", "18446744073709551616"},
           {"replay", trace, "--target", ""},
           {"replay", trace, "--target", "sim:v5", "--against", ""},
           {"explore", "--model", "v5-posted", "--jobs", "257"},
           {"explore", "--model", "v5-posted", "--interleave", "--jobs", "257"},
           {"explore", "--model", "v5-posted", "--sizes", "65"},
           {"explore", "--model", "v5-posted", "--sizes", "0"},
           {"explore", "--model", "seccomp", "--interleave", "--sizes", "99999"},
           {"audit", "--interval", "3s"},
           {"audit", "--pid", "abc"},
           {"nightly", "--for", "-3s"}}) {
    const auto ran = run(arguments);
    EXPECT_EQ(ran.code, 2) << (arguments.empty() ? "" : arguments[0]) << " " << ran.err;
    EXPECT_FALSE(ran.err.empty() && ran.out.empty());
    EXPECT_LE(ran.err.size(), 400u) << ran.err;
  }
}

TEST_F(Cli, NothingThatATerminalObeysIsShown) {
  const std::string evil = "e\x1b[31mvil";
  const auto named = file(evil + ".trace", slurp(corpus("v5-intended/story.trace")));
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"check", named},
                                             {"check", named, "--model", evil},
                                             {"check", (folder_ / evil).string()},
                                             {"replay", named, "--target", "spec:" + evil},
                                             {"replay", named, "--target", "sim:" + evil + ".so"},
                                             {"properties", evil},
                                             {evil},
                                             {"check", named, "--" + evil}}) {
    const auto ran = run(arguments);
    EXPECT_EQ((ran.out + ran.err).find('\x1b'), std::string::npos) << arguments[0] << " " << ran.out << ran.err;
    EXPECT_NE((ran.out + ran.err).find("\\x1b[31mvil"), std::string::npos) << arguments[0] << " " << ran.out << ran.err;
  }
}

TEST_F(Cli, FindsThatCannotBeKeptAreKnownBeforeTheRun) {
  const auto taken = file("taken", "a file, no folder");
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"fuzz", "--model", "v5-intended", "--target", "sim:v5"},
                                             {"explore", "--model", "v5-posted", "--tasks", "2", "--ops", "1"}}) {
    auto with = arguments;
    with.insert(with.end(), {"--corpus", taken + "/finds"});
    const auto ran = run(with);
    EXPECT_EQ(ran.code, 3) << ran.err;
    EXPECT_NE(ran.err.find("name another folder with --corpus"), std::string::npos) << ran.err;
  }
}

TEST_F(Cli, APipeIsWrittenToAndStays) {
  const auto pipe = (folder_ / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  const auto found = corpus("v5-intended/found-isolation-90b9fd43.trace");
  const auto ran = run({"shrink", found, "--target", "sim:v5", "-o", pipe});
  EXPECT_EQ(ran.code, 0) << ran.err;
  char text[64] = {};
  EXPECT_GT(read(reader, text, sizeof text), 0);
  close(reader);
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(Cli, ASignalEndsTheWaitForATrace) {
  const auto pipe = (folder_ / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const bool opened : {false, true}) {
    const int writer = opened ? open(pipe.c_str(), O_RDWR) : -1;
    const auto pid = start({"check", pipe});
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    kill(pid, SIGTERM);
    const auto ran = finish(pid);
    EXPECT_EQ(ran.code, 128 + SIGTERM) << opened;
    EXPECT_EQ(ran.err, "");
    if (opened) close(writer);
  }
}

TEST_F(Cli, AnInterruptedFuzzWithoutFindsSaysWhatItDid) {
  const auto pid = start({"fuzz", "--model", "v6-posted", "--target", "sim:v6", "--for", "60s", "--seed", "77"});
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  kill(pid, SIGINT);
  const auto ran = finish(pid);
  EXPECT_EQ(ran.code, 128 + SIGINT);
  EXPECT_NE(ran.out.find("77"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("interrupted"), std::string::npos) << ran.out;
  EXPECT_TRUE(last_line(ran.out).starts_with("Verdict: INCONCLUSIVE model=v6-posted target=sim:v6")) << ran.out;
}

TEST_F(Cli, AMissingTargetIsThree) {
  const auto ran =
      run({"replay", corpus("v5-intended/story.trace"), "--target", "sim:" + (folder_ / "none.so").string()});
  EXPECT_EQ(ran.code, 3) << ran.err;
}

TEST_F(Cli, NothingRunIsFour) {
  const auto ran = run({"fuzz", "--model", "v5-posted", "--target", "sim:v5", "--traces", "0"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_TRUE(last_line(ran.out).starts_with("Verdict: INCONCLUSIVE model=v5-posted target=sim:v5 traces=0"));
}

// Thirty ways to break a trace. Each: exit 2, a place, and nothing written.
TEST_F(Cli, BrokenTracesAreRefused) {
  const std::string good = "lockstep 1\nP1 append event=0 -> R1\n";
  std::string many = "lockstep 1\n";
  for (int i = 0; i < 100000; ++i) many += "P1 exec\n";
  const std::vector<std::pair<std::string, std::string>> broken = {
      {"empty", ""},
      {"truncated", "lockstep 1\nP1 append event=0 -> R"},
      {"no-final-newline", "lockstep 1\nP1 exec"},
      {"binary", std::string("\x7f"
                             "ELF\x02\x01\x01\0\0\0\0\0",
                             12)},
      {"unknown-version", "lockstep 2\nP1 exec\n"},
      {"no-version", "P1 exec\n"},
      {"huge-name", "lockstep 1\nP1 fork -> P99999999999999999999999999\n"},
      {"huge-value", "lockstep 1\nP1 append event=99999999999999999999 -> R1\n"},
      {"huge-task", "lockstep 1\nP251 exec\n"},
      {"steps", many},
      {"reused-task", "lockstep 1\nP1 fork -> P2\nP1 fork -> P2\n"},
      {"reused-rule", good + "P1 append event=1 -> R1\n"},
      {"cyclic", "lockstep 1\nP2 fork -> P1\n"},
      {"own-parent", "lockstep 1\nP1 fork -> P1\n"},
      {"nul", std::string("lockstep 1\nP1 exec\0\n", 20)},
      {"crlf", "lockstep 1\r\nP1 exec\r\n"},
      {"tab", "lockstep 1\nP1\texec\n"},
      {"utf8", "lockstep 1\n# \xff\xfe\nP1 exec\n"},
      {"overlong-utf8", "lockstep 1\nP1 exec # \xc0\xaf\n"},
      {"bom", "\xef\xbb\xbflockstep 1\nP1 exec\n"},
      {"unknown-op", "lockstep 1\nP1 dance\n"},
      {"unknown-argument", "lockstep 1\nP1 append evnt=0 -> R1\n"},
      {"twice", "lockstep 1\nP1 append event=0 event=1 -> R1\n"},
      {"out-of-range", "lockstep 1\nP1 append event=2 -> R1\n"},
      {"no-result", "lockstep 1\nP1 append event=0\n"},
      {"two-results", "lockstep 1\nP1 append event=0 -> R1 = EINVAL\n"},
      {"unknown-error", "lockstep 1\nP1 append event=0 = EWHATEVER\n"},
      {"dead-task", "lockstep 1\nP1 fork -> P2\nP2 exit\nP2 exec\n"},
      {"no-such-task", "lockstep 1\nP3 exec\n"},
      {"unknown-model", "lockstep 1\nmodel v9\nP1 exec\n"},
      {"foreign-op", "lockstep 1\nmodel seccomp\nP1 append event=0 -> R1\n"},
      {"leading-zero", "lockstep 1\nP01 exec\n"},
      {"negative", "lockstep 1\nP1 append event=-1 -> R1\n"},
  };
  EXPECT_GE(broken.size(), 30u);
  for (const auto& [name, text] : broken) {
    const auto path = file(name + ".trace", text);
    for (const auto& arguments :
         std::vector<std::vector<std::string>>{{"check", path},
                                               {"shrink", path, "--target", "sim:v5", "-o", (folder_ / "out").string()},
                                               {"graph", path, "-o", (folder_ / "out.svg").string()}}) {
      const auto ran = run(arguments);
      EXPECT_EQ(ran.code, 2) << name << " " << arguments[0];
      EXPECT_TRUE(ran.err.starts_with(path + ":1:") || ran.err.starts_with(path + ":2:") ||
                  ran.err.starts_with(path + ":3:") || ran.err.starts_with(path + ":4:") ||
                  ran.err.starts_with(path + ":10002:"))
          << name << ": " << ran.err;
      EXPECT_EQ(ran.out, "") << name;
      EXPECT_FALSE(fs::exists(folder_ / "out") || fs::exists(folder_ / "out.svg")) << name;
    }
  }
  EXPECT_FALSE(fs::exists(folder_ / "state"));
}

TEST_F(Cli, CheckShowsEachStepAndEndsWithTheVerdict) {
  const auto ran = run({"check", corpus("v5-intended/story.trace")});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("P2 append event=0 -> R3"), std::string::npos);
  EXPECT_EQ(
      last_line(ran.out),
      "Verdict: CONFORMS model=v5-intended target=- traces=1 steps=4 divergences=0 expected=0 unobserved=0 skipped=0");
}

TEST_F(Cli, FormatsHoldTheVerdictAndNothingElse) {
  const auto trace = corpus("v5-intended/story.trace");
  const auto json = nlohmann::json::parse(run({"check", trace, "--format", "json"}).out);
  EXPECT_EQ(json["results"][0]["verdict"], "CONFORMS");
  EXPECT_TRUE(run({"check", trace, "--format", "junit"}).out.starts_with("<?xml"));
  const auto ktap = run({"check", trace, "--format", "ktap"}).out;
  EXPECT_TRUE(ktap.starts_with("KTAP version 1"));
  EXPECT_NE(ktap.find("# Verdict: CONFORMS"), std::string::npos);
}

TEST_F(Cli, AnExpectedDivergenceIsZeroAndAnUnexpectedOneIsOne) {
  const auto expected = run({"replay", corpus("v5-intended/story.trace"), "--target", "sim:v5"});
  EXPECT_EQ(expected.code, 0) << expected.out;
  EXPECT_TRUE(last_line(expected.out).starts_with("Verdict: DIVERGES"));
  const auto unexpected = run({"replay", corpus("v5-intended/story.trace"), "--target", "spec:v5-posted"});
  EXPECT_EQ(unexpected.code, 1);
  const auto missing = file("m.trace", "lockstep 1\nmodel v5-posted\nexpect sim:v5 DIVERGES isolation\nP1 exec\n");
  EXPECT_EQ(run({"replay", missing, "--target", "sim:v5"}).code, 1);
}

TEST_F(Cli, ATraceExpectsOnlyOfTheModelThatItNames) {
  const auto found = corpus("v5-intended/found-isolation-90b9fd43.trace");
  EXPECT_EQ(run({"replay", found, "--target", "sim:v5"}).code, 0);
  EXPECT_EQ(run({"replay", found, "--model", "v5-posted", "--target", "sim:v5"}).code, 0);
  EXPECT_EQ(run({"replay", found, "--model", "v6-posted", "--target", "sim:v5"}).code, 1);
}

TEST_F(Cli, EachExpectationIsJudgedByItself) {
  const auto expecting = [&](const std::string& line) {
    return run({"replay",
                file("two.trace", "lockstep 1\nmodel v5-intended\nexpect spec:v5-posted DIVERGES isolation step=3\n" +
                                      line + "P1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n"),
                "--target", "spec:v5-posted"});
  };
  EXPECT_EQ(expecting("").code, 0);
  const auto missing = expecting("expect spec:v5-posted DIVERGES no-leak\n");
  EXPECT_EQ(missing.code, 1);
  EXPECT_TRUE(last_line(missing.out).ends_with(" expected=1 unobserved=0 skipped=0 missing=1")) << missing.out;
}

// One step can break several properties; a run names one of them first.
TEST_F(Cli, AnExpectationIsMetByWhatTheSameStepBreaksToo) {
  const auto both = file("both.trace",
                         "lockstep 1\nmodel v5-intended\nexpect sim:v5 DIVERGES no-use-after-free\n"
                         "expect sim:v5 DIVERGES no-leak\nP1 append event=0 fail=alloc:2 = ENOMEM\n");
  const auto ran = run({"replay", both, "--target", "sim:v5"});
  EXPECT_EQ(ran.code, 0) << ran.out;
}

TEST_F(Cli, WhatWasNotComparedIsNoPass) {
  const auto cut = file(
      "cut.trace",
      "lockstep 1\nmodel v6-posted\nP1 append event=0 fail=alloc:3 -> R1\nP1 fork -> P2\nP1 append event=0 -> R2\n");
  const auto ran = run({"replay", cut, "--target", "sim:v5-intended"});
  EXPECT_EQ(ran.code, 4) << ran.out;
  EXPECT_NE(ran.out.find("compared up to step 1 only"), std::string::npos) << ran.out;
  const auto fine = corpus("v5-intended/before-anything.trace");
  EXPECT_EQ(run({"replay", fine, corpus("seccomp/story.trace"), "--target", "spec:v5-intended"}).code, 4);
  const auto foreign = run({"replay", corpus("seccomp/story.trace"), "--target", "spec:v5-intended"});
  EXPECT_EQ(foreign.code, 4) << foreign.err;
  EXPECT_TRUE(last_line(foreign.out).starts_with("Verdict: INCONCLUSIVE model=seccomp target=spec:v5-intended"))
      << foreign.out;
  EXPECT_EQ(
      run({"replay", fine, file("empty.trace", "lockstep 1\nmodel v5-intended\n"), "--target", "spec:v5-intended"})
          .code,
      4);
}

TEST_F(Cli, ResultsThatCannotBeWrittenAreNoSuccess) {
  const auto pid = fork();
  if (pid == 0) {
    dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    execl(LOCKSTEP_BINARY, LOCKSTEP_BINARY, "models", nullptr);
    _exit(99);
  }
  EXPECT_EQ(finish(pid).code, 3);
  EXPECT_EQ(run({"graph", corpus("seccomp/story.trace"), "-o", (folder_ / "no/such/folder.svg").string()}).code, 3);
  EXPECT_FALSE(fs::exists(folder_ / "no"));
}

TEST_F(Cli, WhoeverReadsNoFurtherHearsNothing) {
  for (const auto* command : {"models", "properties"}) {
    const auto pid = start_program({LOCKSTEP_BINARY, command}, [] {
      int ends[2];
      if (pipe(ends) != 0) _exit(98);
      close(ends[0]);
      dup2(ends[1], STDOUT_FILENO);
    });
    const auto ran = finish(pid);
    EXPECT_EQ(ran.code, 128 + SIGPIPE);
    EXPECT_EQ(ran.err, "");
  }
}

TEST_F(Cli, NightlyRefusesAnEmptyCorpus) {
  fs::create_directories(folder_ / "none");
  EXPECT_EQ(
      run({"nightly", "--for", "1s", "--corpus", (folder_ / "none").string(), "-o", (folder_ / "n").string()}).code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "n"));
}

TEST_F(Cli, ATargetThatIsTakenIsALoudSkipOfTheNightly) {
  if (!says_live_is_available(run({"targets"}).out)) {
    printf("\n!!! SKIPPED: no live target here\n\n");
    GTEST_SKIP();
  }
  const auto holder = start({"fuzz", "--model", "seccomp", "--target", "live", "--for", "1h"});
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  const auto skipped = run({"nightly", "--for", "1s", "-o", (folder_ / "n").string()});
  EXPECT_EQ(skipped.code, 0) << skipped.err;
  EXPECT_NE(skipped.out.find("fuzz-seccomp             SKIPPED"), std::string::npos) << skipped.out;
  EXPECT_NE(skipped.out.find("SKIPPED: 1 trace"), std::string::npos) << skipped.out;
  EXPECT_EQ(run({"nightly", "--for", "1s", "--no-skips", "-o", (folder_ / "n").string()}).code, 3);
  EXPECT_EQ(run({"replay", corpus("seccomp/story.trace"), "--target", "live"}).code, 3);
  kill(holder, SIGTERM);
  finish(holder);
}

TEST_F(Cli, AnInterruptedRunKeepsWhatItFound) {
  const auto pid = start({"fuzz", "--model", "v5-intended", "--target", "sim:v5", "--for", "60s"});
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  kill(pid, SIGINT);
  const auto ran = finish(pid);
  EXPECT_EQ(ran.code, 128 + SIGINT);
  EXPECT_NE(ran.out.find("isolation at step 3"), std::string::npos);
  EXPECT_FALSE(fs::is_empty(folder_ / "state/lockstep/finds"));
}

TEST_F(Cli, FuzzKeepsItsFindAndTheFindComesBack) {
  const auto ran =
      run({"fuzz", "--model", "v5-intended", "--target", "sim:v5", "--traces", "200", "--seed", "3", "--no-faults"});
  EXPECT_EQ(ran.code, 1);
  std::vector<std::string> finds;
  for (const auto& entry : fs::directory_iterator(folder_ / "state/lockstep/finds"))
    finds.push_back(entry.path().string());
  ASSERT_FALSE(finds.empty());
  EXPECT_EQ(run({"replay", finds[0], "--target", "sim:v5"}).code, 1);
  EXPECT_EQ(run({"replay", finds[0], "--target", "sim:v5-intended"}).code, 0);
  const auto words = run({"explain", finds[0], "--target", "sim:v5"});
  EXPECT_EQ(words.code, 0) << words.err;
  EXPECT_FALSE(words.out.empty());
  EXPECT_EQ(run({"graph", finds[0], "-o", (folder_ / "g.svg").string()}).code, 0);
  EXPECT_NE(slurp(folder_ / "g.svg").find("<svg"), std::string::npos);
}

TEST_F(Cli, TheSameFindHasOneFileAndOneIdentity) {
  std::set<std::string> names, identities;
  for (const auto* seed : {"1", "2", "3"}) {
    const auto ran = run({"fuzz", "--model", "v5-intended", "--target", "sim:v5", "--traces", "50", "--seed", seed,
                          "--no-faults", "--format", "json"});
    const auto report = nlohmann::json::parse(ran.out);
    for (const auto& find : report["results"][0]["finds"]) {
      if (find["cause"] != "isolation append view") continue;
      names.insert(find["name"].get<std::string>());
      identities.insert(find["identity"].get<std::string>());
    }
  }
  ASSERT_EQ(names.size(), 1u);
  ASSERT_EQ(identities.size(), 1u);
  EXPECT_TRUE(names.begin()->ends_with("-isolation-" + *identities.begin() + ".trace")) << *names.begin();
}

TEST_F(Cli, ShrinkWritesTheSmallestTrace) {
  const auto longer =
      file("long.trace",
           "lockstep 1\nmodel v5-intended\nP1 exec\nP1 append event=1 pages=9 -> R1\nP1 fork -> P2\nP1 fork -> P3\n"
           "P3 append event=1 -> R2\nP3 exec\nP2 exit\n");
  const auto ran = run({"shrink", longer, "--target", "sim:v5", "-o", (folder_ / "short.trace").string()});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(slurp(folder_ / "short.trace"),
            "lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n");
}

TEST_F(Cli, ListsSayWhatThereIs) {
  EXPECT_NE(run({"models"}).out.find("v5-intended"), std::string::npos);
  EXPECT_NE(run({"targets"}).out.find("live"), std::string::npos);
  EXPECT_NE(run({"properties", "isolation"}).out.find("broken"), std::string::npos);
  EXPECT_EQ(run({"corpus", "list"}).code, 0);
}

TEST_F(Cli, MutantsAreCountedAndKilled) {
  const auto ran = run({"mutants", "--model", "v6-posted", "--format", "json"});
  EXPECT_EQ(ran.code, 0) << ran.out;
  const auto json = nlohmann::json::parse(ran.out);
  EXPECT_EQ(json["verdict"], "CONFORMS");
  EXPECT_GT(json["models"][0]["killed"], 70);
  for (const auto& mutant : json["models"][0]["mutants"])
    EXPECT_TRUE(mutant["fate"] != "killed" || mutant["trials"]["prove"].contains("open")) << mutant;
  EXPECT_EQ(json["models"][0]["seed"], 1u);
}

TEST_F(Cli, MutantsThatAShortSearchLeavesAreInconclusive) {
  const auto ran = run({"mutants", "--model", "seccomp", "--detector", "fuzz", "--traces", "1"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_TRUE(last_line(ran.out).starts_with("Verdict: INCONCLUSIVE model=seccomp target=-")) << ran.out;
  EXPECT_EQ(run({"mutants", "--model", "nobody's"}).code, 2);
  EXPECT_EQ(run({"mutants", "--detector", "nobody"}).code, 2);
  EXPECT_EQ(run({"mutants", "--jobs", "0"}).code, 2);
}

TEST_F(Cli, InterruptedMutantsAreShown) {
  const auto pid = start({"mutants", "--traces", "1000000"});
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  kill(pid, SIGINT);
  const auto ran = finish(pid);
  EXPECT_EQ(ran.code, 128 + SIGINT);
  EXPECT_NE(ran.out.find("INCONCLUSIVE: interrupted"), std::string::npos) << ran.out;
}

// Processes whose program is ours, workers included.
std::vector<std::string> ours_running() {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    if (entry.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code error;
    const auto exe = fs::read_symlink(entry.path() / "exe", error).string();
    const bool exec_image = exe.find("lockstep") != std::string::npos && exe.find("memfd") != std::string::npos;
    if (exec_image || exe == fs::canonical(LOCKSTEP_BINARY)) all.push_back(entry.path().string() + " " + exe);
  }
  return all;
}

class Signal : public Cli, public testing::WithParamInterface<int> {};

TEST_P(Signal, InTheMiddleOfALiveRunLeavesNoProcess) {
  if (!says_live_is_available(run({"targets"}).out)) {
    printf("\n!!! SKIPPED: no live target here\n\n");
    GTEST_SKIP();
  }
  for (int milliseconds : {150, 700, 1300}) {
    const auto pid = start({"fuzz", "--model", "seccomp", "--target", "live", "--for", "60s"});
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    kill(pid, GetParam());
    EXPECT_EQ(finish(pid).code, 128 + GetParam());
    for (int wait = 0; wait < 50 && !ours_running().empty(); ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_EQ(ours_running(), std::vector<std::string>{});
    const auto finds = folder_ / "state/lockstep/finds";  // made before the run, to know that it can be
    EXPECT_TRUE(!fs::exists(finds) || fs::is_empty(finds));
  }
}
INSTANTIATE_TEST_SUITE_P(By, Signal, testing::Values(SIGINT, SIGTERM, SIGKILL));

TEST_F(Cli, AKilledNightlyGoesOnWhereItWas) {
  const auto folder = (folder_ / "night").string();
  const auto pid = start({"nightly", "--for", "6s", "-o", folder});
  for (int wait = 0; wait < 300 && slurp(folder + "/journal.json").find("canary") == std::string::npos; ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  kill(pid, SIGKILL);
  EXPECT_EQ(finish(pid).code, 128 + SIGKILL);
  file("night/report.txt.part-AbC123", "half");
  const auto again = run({"nightly", "--for", "6s", "-o", folder, "--format", "json"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find("going on with the nightly"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder + "/report.txt.part-AbC123"));
  EXPECT_FALSE(fs::exists(folder + "/journal.json"));
  const auto report = nlohmann::json::parse(slurp(folder + "/report.json"));
  EXPECT_EQ(report["results"].size(), cli::nightly_jobs().size());
  const fs::directory_iterator drawn(folder + "/counterexamples");
  ASSERT_NE(drawn, fs::directory_iterator());
  EXPECT_TRUE(fs::exists(drawn->path() / "step-01.svg"));
}

TEST_F(Cli, InterleavingsAreSearchedAndShown) {
  const std::vector<std::string> scope{"explore", "--interleave", "--ops", "1", "--model"};
  auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), scope.begin(), scope.end());
    return run(more);
  };
  const auto posted = with({"v5-posted"});
  EXPECT_EQ(posted.code, 0);
  EXPECT_NE(posted.out.find("EXPECTED 1 of 2"), std::string::npos);
  EXPECT_NE(posted.out.find("\n55                                                   publish N1.rule = R3\n"),
            std::string::npos);
  const auto v6 = with({"v6-posted"});
  EXPECT_EQ(v6.code, 0);
  EXPECT_NE(v6.out.find("linearizable: holds in this scope\n"), std::string::npos);
  EXPECT_EQ(last_line(v6.out).find("Verdict: CONFORMS model=v6-posted "), 0u);
  const auto json = nlohmann::json::parse(with({"v5-posted", "--format", "json"}).out);
  const auto& find = json["results"][0]["finds"][0];
  EXPECT_EQ(find["cause"], "linearizable lost rule");
  EXPECT_EQ(find["step"], 56);
  EXPECT_NE(find["schedule"].get<std::string>().find("publish N1.rule = R2"), std::string::npos);
  EXPECT_EQ(find["reproduce"],
            "lockstep explore --model v5-posted --interleave --tasks 2 --ops 1 --start-rules 1 --events 1");
  EXPECT_EQ(with({"v5-posted", "--tasks", "9"}).code, 2);
  EXPECT_EQ(with({"v5-posted", "--no-symmetry"}).code, 2);
  EXPECT_EQ(with({"v7"}).code, 2);
  EXPECT_EQ(run({"explore", "--model", "v5-posted", "--every-step"}).code, 2);
  EXPECT_EQ(with({"v5-intended", "--tasks", "3", "--no-reduction", "--memory", "1M"}).code, 4);
}

TEST_F(Cli, AnInterleavingSearchThatIsInterruptedSaysWhatItHas) {
  const auto pid = start({"explore", "--interleave", "--model", "v5-intended", "--tasks", "3", "--ops", "2"});
  std::this_thread::sleep_for(std::chrono::seconds(1));
  kill(pid, SIGINT);
  const auto ran = finish(pid);
  EXPECT_EQ(ran.code, 128 + SIGINT);
  EXPECT_NE(ran.out.find("stopped: not every program was searched"), std::string::npos);
}

TEST_F(Cli, ExploreShowsWhatIsBrokenAndWhereElse) {
  const auto ran = run({"explore", "--model", "v5-posted", "--tasks", "2", "--ops", "2", "--corpus", folder_.string()});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("isolation: violated, as expected: after 3 steps"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("also on sim:v5\n"), std::string::npos);
  EXPECT_NE(ran.out.find("owner-valid: holds in this scope\n"), std::string::npos);
  EXPECT_NE(last_line(ran.out).find("Verdict: DIVERGES model=v5-posted target=-"), std::string::npos);
  int written = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().extension() != ".trace") continue;
    ++written;
    EXPECT_EQ(run({"check", entry.path().string()}).code, 0);
  }
  EXPECT_EQ(written, 6);

  const auto sound = run({"explore", "--model", "seccomp", "--tasks", "2", "--ops", "2", "--format", "json"});
  EXPECT_EQ(sound.code, 0);
  EXPECT_EQ(nlohmann::json::parse(sound.out)["results"][0]["verdict"], "CONFORMS");
}

TEST_F(Cli, ExploreThatRunsOutOfMemoryIsInconclusive) {
  const auto ran = run({"explore", "--model", "v5-intended", "--ops", "4", "--no-symmetry", "--memory", "2M"});
  EXPECT_EQ(ran.code, 4) << ran.out;
  EXPECT_NE(ran.out.find("INCONCLUSIVE: the memory for states is used up: traces of up to"), std::string::npos);
}

TEST_F(Cli, ExploreThatIsInterruptedShowsWhatItHas) {
  const auto pid = start({"explore", "--model", "v5-posted", "--tasks", "8", "--ops", "9"});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  kill(pid, SIGINT);
  const auto ran = finish(pid);
  EXPECT_EQ(ran.code, 128 + SIGINT);
  EXPECT_NE(ran.out.find("INCONCLUSIVE: stopped: traces of up to"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("no-leak: violated, as expected: after 1 step"), std::string::npos);
}

}  // namespace
}  // namespace lockstep
