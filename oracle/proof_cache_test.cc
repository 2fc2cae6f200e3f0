// SPDX-License-Identifier: GPL-2.0-or-later
// What is kept comes back; what is damaged, unknown or contradicts itself never does.
#include "oracle/proof_cache.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace lockstep {
namespace {

namespace fs = std::filesystem;

class ProofCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/lockstep-cache-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    file_ = folder_ / "below" / "proofs";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string text() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void set_text(const std::string& text) const {
    fs::create_directories(file_.parent_path());
    std::ofstream(file_, std::ios::binary) << text;
  }
  std::string answer(const std::string& key) const {
    const auto entry = ProofCacheFile(file_).find(key);
    return entry ? name_of(entry->answer) : "none";
  }

  fs::path folder_, file_;
};

TEST_F(ProofCacheTest, WhatIsKeptComesBack) {
  {
    ProofCacheFile cache(file_);
    EXPECT_EQ(cache.find("a"), std::nullopt);
    cache.put("a", {ProofAnswer::proved, 0.25});
    cache.put("b", {ProofAnswer::open, 1e-9});
    cache.put("c", {ProofAnswer::unknown, 20});
    EXPECT_EQ(cache.size(), 2u);
  }
  ProofCacheFile cache(file_);
  ASSERT_TRUE(cache.find("a"));
  EXPECT_EQ(cache.find("a")->answer, ProofAnswer::proved);
  EXPECT_EQ(cache.find("a")->seconds, 0.25);
  EXPECT_EQ(cache.find("b")->answer, ProofAnswer::open);
  EXPECT_EQ(cache.find("c"), std::nullopt);
  EXPECT_EQ(cache.warnings(), std::vector<std::string>{});
}

// Whatever single byte is changed, in a key, an answer or a checksum.
TEST_F(ProofCacheTest, ADamagedLineIsNeverBelieved) {
  ProofCacheFile(file_).put("key", {ProofAnswer::open, 0.5});
  const auto good = text();
  for (size_t i = 0; i + 1 < good.size(); ++i)
    for (const char other : {'x', '1', ' ', '\n', '\0', '\xff'}) {
      auto bad = good;
      if (bad[i] == other) continue;
      bad[i] = other;
      set_text(bad);
      ProofCacheFile cache(file_);
      EXPECT_EQ(cache.size(), 0u) << bad;
      EXPECT_EQ(cache.warnings().size(), 1u) << bad;
    }
}

TEST_F(ProofCacheTest, AnAnswerThatWasChangedByHandIsNotBelieved) {
  ProofCacheFile(file_).put("key", {ProofAnswer::open, 0.5});
  auto bad = text();
  bad.replace(bad.find("open"), 4, "proved");
  set_text(bad);
  EXPECT_EQ(answer("key"), "none");
}

TEST_F(ProofCacheTest, TwoAnswersToOneQuestionAreNone) {
  ProofCacheFile(file_).put("key", {ProofAnswer::open, 0.5});
  const auto first = text();
  fs::remove(file_);
  ProofCacheFile(file_).put("key", {ProofAnswer::proved, 0.5});
  set_text(first + text());
  ProofCacheFile cache(file_);
  EXPECT_EQ(cache.find("key"), std::nullopt);
  EXPECT_EQ(cache.warnings().size(), 1u);
  cache.put("key", {ProofAnswer::proved, 0.5});
  EXPECT_EQ(answer("key"), "none");
}

// Whoever was killed while it wrote leaves the beginning of a line: the next one does not go on with it.
TEST_F(ProofCacheTest, ATornLineTakesNoOtherWithIt) {
  ProofCacheFile(file_).put("one", {ProofAnswer::proved, 0.5});
  const auto whole = text();
  for (size_t length = 0; length < whole.size(); ++length) {
    set_text(whole + whole.substr(0, length));
    ProofCacheFile(file_).put("two", {ProofAnswer::open, 0.5});
    EXPECT_EQ(answer("one"), "proved") << length;
    EXPECT_EQ(answer("two"), "open") << length;
  }
}

TEST_F(ProofCacheTest, AFileOfAnotherKindIsLeftOutAndSaid) {
  set_text(std::string("\x7f"
                       "ELF\0\0\n\n",
                       8) +
           std::string(5000, 'w'));
  ProofCacheFile cache(file_);
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(cache.warnings().size(), 1u);
  cache.put("one", {ProofAnswer::proved, 0.5});
  EXPECT_EQ(answer("one"), "proved");
}

TEST_F(ProofCacheTest, OneThatHasGrownTooLargeBeginsAnew) {
  set_text(std::string(17u << 20, 'w'));
  ProofCacheFile cache(file_);
  EXPECT_EQ(cache.warnings().size(), 1u);
  cache.put("one", {ProofAnswer::proved, 0.5});
  EXPECT_LT(fs::file_size(file_), 100u);
}

TEST_F(ProofCacheTest, WhereNothingCanBeKeptProofsGoOn) {
  fs::create_directories(file_.parent_path());
  std::ofstream(folder_ / "no-folder") << "a file";
  ProofCacheFile cache(folder_ / "no-folder" / "proofs");
  cache.put("one", {ProofAnswer::proved, 0.5});
  cache.put("two", {ProofAnswer::proved, 0.5});
  EXPECT_TRUE(cache.find("one"));
  EXPECT_EQ(cache.warnings().size(), 1u);
}

TEST_F(ProofCacheTest, ManyThreadsAndProcessesShareIt) {
  constexpr int kProcesses = 4, kEach = 500;
  for (int p = 0; p < kProcesses; ++p)
    if (fork() == 0) {
      ProofCacheFile cache(file_);
      std::vector<std::thread> threads;
      for (int t = 0; t < 2; ++t)
        threads.emplace_back([&cache, p, t] {
          for (int i = 0; i < kEach; ++i)
            cache.put("key-" + std::to_string(p) + "-" + std::to_string(t) + "-" + std::to_string(i),
                      {i % 2 == 0 ? ProofAnswer::proved : ProofAnswer::open, 0.001 * i});
        });
      for (auto& thread : threads) thread.join();
      _exit(0);
    }
  for (int p = 0; p < kProcesses; ++p) wait(nullptr);
  ProofCacheFile cache(file_);
  EXPECT_EQ(cache.size(), static_cast<size_t>(kProcesses) * 2 * kEach);
  EXPECT_EQ(cache.warnings(), std::vector<std::string>{});
  EXPECT_EQ(answer("key-3-1-499"), "open");
}

TEST_F(ProofCacheTest, AKilledProgramLeavesWhatItHadKept) {
  for (int round = 0; round < 5; ++round) {
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
      ProofCacheFile cache(file_);
      for (int i = 0;; ++i) {
        cache.put("r" + std::to_string(round) + "-" + std::to_string(i), {ProofAnswer::proved, 0});
        if (i == 100 && write(ready[1], "x", 1) != 1) _exit(1);
      }
    }
    char byte = 0;
    ASSERT_EQ(read(ready[0], &byte, 1), 1);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ready[0]), close(ready[1]);
    EXPECT_EQ(answer("r" + std::to_string(round) + "-100"), "proved");
    EXPECT_EQ(ProofCacheFile(file_).warnings(), std::vector<std::string>{});
  }
}

}  // namespace
}  // namespace lockstep
