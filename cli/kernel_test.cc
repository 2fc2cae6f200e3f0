// SPDX-License-Identifier: GPL-2.0-or-later
// The subcommand `kernel`, as far as it needs neither network nor compiler: kernel_test.py does the rest.
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "cli/test_run.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;
using test::last_line;

class Kernel : public test::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    setenv("LOCKSTEP_CACHE", (folder_ / "cache").c_str(), 1);
    path_ = std::getenv("PATH");
  }
  void TearDown() override {
    setenv("PATH", path_.c_str(), 1);
    unsetenv("LOCKSTEP_CACHE");
    Cli::TearDown();
  }
  // In the place of the machine's own.
  void program(const std::string& name, const std::string& text) {
    fs::create_directory(folder_ / "bin");
    chmod(file("bin/" + name, "#!/bin/sh\n" + text + "\n").c_str(), 0755);
    setenv("PATH", ((folder_ / "bin:").string() + path_).c_str(), 1);
  }
  std::string path_;
};

TEST_F(Kernel, NamesThatAreNoneAreBadUsage) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"fetch"},
                                                                 {"fetch", "six"},
                                                                 {"fetch", "6.1.2"},
                                                                 {"fetch", "../6.1"},
                                                                 {"build"},
                                                                 {"build", "v7"},
                                                                 {"build", "6.1"},
                                                                 {"build", "v5", "--flavour", "sweet"},
                                                                 {"list", "6.1"}}) {
    std::vector<std::string> line = {"kernel"};
    line.insert(line.end(), words.begin(), words.end());
    EXPECT_EQ(run(line).code, 2) << words.back();
  }
  EXPECT_FALSE(fs::exists(folder_ / "cache"));
}

TEST_F(Kernel, AnEmptyCacheIsListedWithWhatFillsIt) {
  const auto ran = run({"kernel", "list"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const auto* command :
       {"lockstep kernel fetch 6.1\n", "lockstep kernel fetch 6.12\n", "lockstep kernel fetch newest\n",
        "lockstep kernel build v5\n", "lockstep kernel build v5 --flavour sanitizers\n"})
    EXPECT_NE(ran.out.find(command), std::string::npos) << ran.out;
}

TEST_F(Kernel, WhatTheMachineDoesNotHaveIsOneSentenceAndThree) {
  program("apt-cache", "exit 0");
  program("apt-get", "echo 'E: no network here'; exit 100");
  auto ran = run({"kernel", "fetch", "6.1"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.err,
            "lockstep: this machine's apt knows no Debian mirror; as root: apt-get update, on a Debian system\n");
  program("apt-get", "[ $1 = indextargets ] && echo Debian Debian here:/ || { echo 'E: no network here'; exit 100; }");
  ran = run({"kernel", "fetch", "6.1"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(last_line(ran.err), "lockstep: the package lists of sid: E: no network here; is there a network?");
}

TEST_F(Kernel, ACacheThatCannotBeWrittenIsSaid) {
  program("apt-cache", "case $* in *policy*) echo ' Candidate: 1';; *) echo linux-image-6.1.0-1-cloud-amd64;; esac");
  setenv("LOCKSTEP_CACHE", file("occupied", "").c_str(), 1);
  const auto ran = run({"kernel", "fetch", "6.1"});
  EXPECT_EQ(ran.code, 3);
  EXPECT_NE(ran.err.find("LOCKSTEP_CACHE"), std::string::npos) << ran.err;
}

TEST_F(Kernel, ASignalEndsItAndWhatItStarted) {
  program("apt-cache", "case $* in *policy*) echo ' Candidate: 1';; *) echo linux-image-6.1.0-1-cloud-amd64;; esac");
  program("apt-get", "echo $$ > " + (folder_ / "pid").string() + "; exec sleep 1000");
  const auto pid = start({"kernel", "fetch", "6.1"});
  await_text("pid");
  kill(pid, SIGINT);
  EXPECT_EQ(finish(pid).code, 128 + SIGINT);
  EXPECT_NE(kill(std::stoi(test::slurp(folder_ / "pid")), 0), 0);
  EXPECT_FALSE(fs::exists(folder_ / "cache/kernels/.work"));
}

}  // namespace
}  // namespace lockstep
