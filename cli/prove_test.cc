// SPDX-License-Identifier: GPL-2.0-or-later
// prove as its users meet it: exit codes, refutations that come back elsewhere, and a cache that is believed with care.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/test_run.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;
using test::Cli;
using test::last_line;
using test::slurp;

class Prove : public Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    setenv("LOCKSTEP_CACHE", (folder_ / "cache").c_str(), 1);
  }
  void TearDown() override {
    unsetenv("LOCKSTEP_CACHE");
    Cli::TearDown();
  }
  fs::path cache() const { return folder_ / "cache" / "proofs"; }
  static nlohmann::json result_in(const test::Ran& ran) { return nlohmann::json::parse(ran.out)["results"][0]; }
  // Of the obligations of all rows and lemmas, how many came from the cache.
  static std::pair<int, int> cached(const nlohmann::json& result) {
    std::pair<int, int> count{0, 0};
    auto lists = nlohmann::json::array({result["lemmas"]});
    for (const auto& row : result["proofs"]) lists.push_back(row["obligations"]);
    for (const auto& list : lists)
      for (const auto& each : list) ++(each["cached"].get<bool>() ? count.first : count.second);
    return count;
  }
  const std::vector<std::string> kSmall = {"prove", "--model", "v6-posted", "--format", "json"};
};

TEST_F(Prove, WhatIsProvedIsNotProvedAgain) {
  const auto first = run(kSmall);
  ASSERT_EQ(first.code, 0) << first.out << first.err;
  EXPECT_GT(cached(result_in(first)).second, 20);
  const auto again = result_in(run(kSmall));
  // Not quite all: how the solver orders the arguments of a sum depends on what its thread did before, and so does the
  // key.
  EXPECT_GT(cached(again).first, 20);
  EXPECT_LT(cached(again).second * 5, cached(again).first);
  auto anew = kSmall;
  anew.emplace_back("--no-cache");
  EXPECT_EQ(cached(result_in(run(anew))).first, 0);
}

TEST_F(Prove, ADamagedCacheIsSaidAndNotBelieved) {
  ASSERT_EQ(run(kSmall).code, 0);
  auto text = slurp(cache());
  text.replace(text.find(" proved "), 8, " open 00");
  std::ofstream(cache(), std::ios::binary) << text;
  const auto ran = run(kSmall);
  EXPECT_EQ(ran.code, 0) << ran.out;
  const auto result = result_in(ran);
  EXPECT_GE(cached(result).second, 1);
  EXPECT_NE(result["notes"].dump().find("1 damaged line is not believed"), std::string::npos) << result["notes"];
}

TEST_F(Prove, UnrollingComesToTheSameAsTheSearch) {
  auto unrolled = kSmall;
  unrolled.insert(unrolled.end(), {"--unroll", "1"});
  const auto ran = run(unrolled);
  ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
  int refuted = 0, reached = 0;
  const auto result = result_in(ran);
  for (const auto& row : result["proofs"]) {
    if (row["status"] != "refuted" || row["property"] == "reachable-branches") continue;
    ++refuted;
    const auto reason = row["reason"].get<std::string>();
    EXPECT_NE(reason.find("shortest by unrolling: 1 step, "), std::string::npos) << reason;
    EXPECT_NE(reason.find("; by search: 1 step"), std::string::npos) << reason;
    for (const auto& each : row["obligations"]) {
      if (each["answer"] != "open") continue;
      ++reached;
      EXPECT_TRUE(each["counterexample"].get<std::string>().starts_with("reached: P1 append")) << each;
    }
  }
  EXPECT_EQ(refuted, 4);
  EXPECT_GT(reached, 0);
}

TEST_F(Prove, ARefutationComesBackOnTheModelAndOnOurC) {
  const auto ran = run({"prove", "--model", "v5-posted", "--property", "isolation", "--obligations"});
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  for (const auto* part : {"isolation           refuted, as expected", "also on sim:v5", "EXPECTED 1 of 1  isolation"})
    EXPECT_NE(ran.out.find(part), std::string::npos) << part << "\nin\n" << ran.out;
  EXPECT_TRUE(last_line(ran.out).starts_with("Verdict: DIVERGES model=v5-posted target=- traces=1")) << ran.out;
  std::vector<fs::path> finds;
  for (const auto& entry : fs::directory_iterator(folder_ / "state/lockstep/finds")) finds.push_back(entry.path());
  ASSERT_EQ(finds.size(), 1u);
  const auto check = run({"check", finds[0].string()});
  EXPECT_NE(check.out.find("isolation"), std::string::npos) << check.out;
}

TEST_F(Prove, WhatIsNotAnsweredInTimeIsUnknownAndNoPass) {
  const auto ran = run({"prove", "--model", "v5-intended", "--timeout", "0.001", "--no-cache"});
  EXPECT_EQ(ran.code, 4) << ran.out;
  EXPECT_NE(ran.out.find("unknown"), std::string::npos);
  EXPECT_NE(ran.out.find("INCONCLUSIVE:"), std::string::npos);
}

TEST_F(Prove, EveryFormatEndsInTheSame) {
  for (const auto* format : {"text", "junit", "ktap"}) {
    const auto ran = run({"prove", "--model", "v6-posted", "--format", format});
    EXPECT_EQ(ran.code, 0) << format << ran.out;
    EXPECT_NE(ran.out.find("Verdict: DIVERGES model=v6-posted"), std::string::npos) << format;
    EXPECT_NE(ran.out.find("append-only"), std::string::npos) << format;
  }
}

TEST_F(Prove, AnInterruptedRunIsInconclusiveAndEndsAsTheSignalSays) {
  const auto pid = start({"prove", "--no-cache"});
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  kill(pid, SIGINT);
  const auto ran = finish(pid);
  EXPECT_EQ(ran.code, 128 + SIGINT) << ran.err;
  EXPECT_NE(ran.out.find("interrupted"), std::string::npos) << ran.out;
}

}  // namespace
}  // namespace lockstep
