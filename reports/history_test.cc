// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/history.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <fstream>

#include "model/target.h"
#include "model/utf8.h"
#include "reports/news_text.h"
#include "reports/report_samples.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;

class HistoryFile : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/lockstep-history-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
    file_ = folder_ / "history.sqlite";
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string bytes() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // What opening it throws.
  std::string refusal() const {
    try {
      const History history(file_);
      return "opened";
    } catch (const Unavailable& why) {
      return why.what();
    }
  }
  int count(const std::string& from) const {
    SQLite::Database database(file_.string());
    return database.execAndGet("SELECT count(*) FROM " + from);
  }
  RunHistory recorded(const lockstep::Run& run) const {
    History history(file_);
    history.record(run);
    return history.of(run);
  }

  fs::path folder_, file_;
};

Find other_find() {
  auto find = sample_find();
  find.divergence.cause = "isolation fork view";
  return find;
}

lockstep::Run night(int day, std::vector<Find> finds) {
  lockstep::Run run{.id = "2026112" + std::to_string(day) + "T010000Z-1",
                    .started = "2026-11-2" + std::to_string(day) + " 01:00:00 UTC",
                    .command = "lockstep nightly",
                    .shard = "1/1",
                    .seed = ~uint64_t{0},
                    .seconds = 2};
  run.provenance.kernel = "6.18 x86_64";
  run.results = {sample_result()};
  run.results[0].finds = std::move(finds);
  return run;
}

TEST_F(HistoryFile, TheFirstRunKnowsNoOther) {
  const auto known = recorded(night(1, {sample_find()}));
  EXPECT_TRUE(known.earlier.empty());
  EXPECT_TRUE(known.gone.empty());
  ASSERT_EQ(known.sightings.size(), 1u);
  const auto& [identity, sighting] = *known.sightings.begin();
  EXPECT_EQ(identity, finding_identity(sample_find()));
  EXPECT_EQ(sighting.first_seen, sighting.last_seen);
  EXPECT_EQ(sighting.runs, 1u);
}

TEST_F(HistoryFile, TellsWhatIsNewWhatIsGoneAndWhatCameBack) {
  const auto a = finding_identity(sample_find()), b = finding_identity(other_find());
  recorded(night(1, {sample_find()}));
  const auto second = night(2, {sample_find(), other_find()});
  auto known = recorded(second);
  ASSERT_EQ(known.earlier.size(), 1u);
  EXPECT_EQ(known.earlier[0].steps, 1234u);
  EXPECT_EQ(known.earlier[0].unexpected, 1u);
  EXPECT_FALSE(known.sightings.at(a).is_new);
  EXPECT_EQ(known.sightings.at(a).first_seen, "2026-11-21 01:00:00 UTC");
  EXPECT_EQ(known.sightings.at(a).runs, 2u);
  EXPECT_TRUE(known.sightings.at(b).is_new);
  EXPECT_EQ(news_text(second, known),
            "Since the run of 2026-11-21 01:00:00 UTC:\n  new    " + b + "  fuzz, isolation fork view\n");
  const auto third = night(3, {other_find()});
  known = recorded(third);
  ASSERT_EQ(known.gone.size(), 1u);
  EXPECT_EQ(known.gone[0].identity, a);
  EXPECT_EQ(known.gone[0].job, "fuzz");
  EXPECT_EQ(known.gone[0].last_seen, "2026-11-22 01:00:00 UTC");
  EXPECT_EQ(news_text(third, known),
            "Since the run of 2026-11-22 01:00:00 UTC:\n  gone   " + a + "  fuzz, isolation append view\n");
  const auto fourth = night(4, {sample_find(), other_find()});
  known = recorded(fourth);
  EXPECT_TRUE(known.sightings.at(a).is_new);
  EXPECT_EQ(news_text(fourth, known), "Since the run of 2026-11-23 01:00:00 UTC:\n  again  " + a +
                                          "  fuzz, isolation append view, first seen 2026-11-21 01:00:00 UTC\n");
  const auto fifth = night(5, {sample_find(), other_find()});
  EXPECT_EQ(news_text(fifth, recorded(fifth)),
            "Since the run of 2026-11-24 01:00:00 UTC: nothing is new, and nothing is gone.\n");
}

TEST_F(HistoryFile, WhatAJobThatDidNotRunWouldFindIsNotGone) {
  recorded(night(1, {sample_find()}));
  auto skipped = night(2, {});
  skipped.results[0].steps = 0;
  EXPECT_TRUE(recorded(skipped).gone.empty());
}

TEST_F(HistoryFile, RecordingAgainDoublesNothingAndKeepsThePlace) {
  const auto first = night(1, {sample_find()});
  recorded(first);
  recorded(night(2, {other_find()}));
  const auto known = recorded(first);
  EXPECT_TRUE(known.earlier.empty());
  EXPECT_EQ(count("runs"), 2);
  EXPECT_EQ(count("results"), 2);
  EXPECT_EQ(count("sightings"), 2);
  EXPECT_EQ(count("provenance"), 4);
  History history(file_);
  EXPECT_TRUE(history.has(first.id));
  EXPECT_FALSE(history.has("20261129T010000Z-1"));
}

TEST_F(HistoryFile, WhatFailsHalfWayLeavesNothing) {
  recorded(night(1, {}));
  {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    database.exec("CREATE TRIGGER t BEFORE INSERT ON sightings BEGIN SELECT raise(ABORT, 'no more'); END");
  }
  EXPECT_THROW(recorded(night(2, {sample_find()})), Unavailable);
  EXPECT_EQ(count("runs"), 1);
  EXPECT_EQ(count("results"), 1);
  EXPECT_EQ(count("findings"), 0);
}

TEST_F(HistoryFile, HostileNamesAreData) {
  auto run = night(1, {sample_find()});
  const std::string hostile = "'); DROP TABLE runs; --" + kHostile + std::string(1, '\0') + "end";
  run.command = run.shard = run.results[0].job = run.results[0].finds[0].divergence.cause = hostile;
  run.provenance.more = {{hostile, hostile}};
  recorded(run);
  auto next = night(2, {});
  next.results[0].job = hostile;
  const auto known = recorded(next);
  ASSERT_EQ(known.gone.size(), 1u);
  EXPECT_EQ(known.gone[0].cause, hostile);
  EXPECT_EQ(count("runs"), 2);
  EXPECT_EQ(shown(news_text(next, known)).find('\x1b'), std::string::npos);
}

TEST_F(HistoryFile, OfANewerVersionIsRefusedAndLeftAlone) {
  recorded(night(1, {}));
  {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
    database.exec("PRAGMA user_version = 2");
  }
  const auto before = bytes();
  EXPECT_NE(refusal().find(file_.string() + ": written by a newer lockstep"), std::string::npos) << refusal();
  EXPECT_NE(refusal().find("-o"), std::string::npos);
  EXPECT_EQ(bytes(), before);
}

TEST_F(HistoryFile, ADatabaseOfSomebodyElseIsRefused) {
  {
    SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("CREATE TABLE mine (a)");
  }
  const auto before = bytes();
  EXPECT_NE(refusal().find("not of lockstep"), std::string::npos) << refusal();
  EXPECT_EQ(bytes(), before);
}

TEST_F(HistoryFile, WhatIsDamagedIsRefusedAndLeftAlone) {
  for (int day = 1; day < 8; ++day) recorded(night(day, {sample_find(), other_find()}));
  const auto whole = bytes();
  ASSERT_GT(whole.size(), 8192u);
  std::string scrambled = whole;
  for (size_t i = 4096; i < whole.size(); i += 3) scrambled[i] = '?';
  for (const auto& damaged : {std::string("not a database, but long enough to look like one"), scrambled,
                              whole.substr(0, whole.size() / 2)}) {
    std::ofstream(file_, std::ios::binary | std::ios::trunc) << damaged;
    EXPECT_NE(refusal().find(file_.string() + ": the history is damaged"), std::string::npos) << refusal();
    EXPECT_NE(refusal().find("move it away"), std::string::npos);
    EXPECT_EQ(bytes(), damaged);
  }
}

TEST_F(HistoryFile, AFolderThatIsNotThereIsSaid) {
  file_ = folder_ / "none/history.sqlite";
  EXPECT_NE(refusal().find(file_.string()), std::string::npos);
}

}  // namespace
}  // namespace lockstep
