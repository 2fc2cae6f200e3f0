// SPDX-License-Identifier: GPL-2.0-or-later
// The corpus holds what it says: each trace runs on its model as recorded, and carries a mark that no other carries.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "model/trace_text.h"
#include "oracle/conform.h"
#include "oracle/marks.h"

namespace lockstep {
namespace {

Corpus corpus() {
  Corpus all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(LOCKSTEP_SOURCE_DIR "/corpus"))
    if (entry.path().extension() == ".trace") all.emplace(entry.path().string(), read_trace(entry.path().string()));
  return all;
}

TEST(Corpus, IsLargeEnoughAndEveryTraceSaysWhatItShows) {
  const auto all = corpus();
  EXPECT_GE(all.size(), 40u);
  for (const auto& [file, trace] : all) EXPECT_FALSE(trace.shows.empty()) << file;
}

TEST(Corpus, EveryTraceComesOutOnItsModelAsItIsRecorded) {
  for (const auto& [file, trace] : corpus()) {
    const auto result = Conformer(trace.model, nullptr).run(trace);
    EXPECT_FALSE(result.divergence) << file << ": " << result.divergence->text;
  }
}

TEST(Corpus, EveryTraceEarnsAMarkThatNoOtherCarries) { EXPECT_EQ(mark_problems(corpus()), std::vector<std::string>{}); }

// Where mechanisms of the same story part: each has these, with the outcome that its own promise gives them.
TEST(Corpus, EachMechanismHasATraceOfEachConsequence) {
  const std::filesystem::path folder = LOCKSTEP_SOURCE_DIR "/corpus";
  for (const std::string model : {"v5-intended", "v5-posted", "v6-posted", "seccomp"})
    for (const std::string name : {"story", "before-anything", "cloned-too-early", "grandchild-first", "middle-of-view",
                                   "owner-exits", "other-event"}) {
      if (model == "seccomp" && name == "other-event") continue;  // it has no events
      const auto file = folder / model / (name + ".trace");
      ASSERT_TRUE(std::filesystem::exists(file)) << file;
      EXPECT_EQ(read_trace(file.string()).model, model) << file;
    }
}

TEST(Corpus, AMarkThatIsNotEarnedOrCarriedTwiceIsNamed) {
  auto one = parse_trace("lockstep 1\nmodel seccomp\nP1 attach -> F1\n", "one");
  one.mark = own_mark(one, {});
  EXPECT_EQ(mark_problems({{"a", one}}), std::vector<std::string>{});
  EXPECT_EQ(mark_problems({{"a", one}, {"b", one}}),
            std::vector<std::string>{"b and a carry the same mark: " + one.mark});
  one.mark = "seccomp reap not a child -> ECHILD";
  EXPECT_EQ(mark_problems({{"a", one}}), std::vector<std::string>{"a does not earn: " + one.mark});
}

TEST(Corpus, TheMarkOfANewTraceIsOneThatNoOtherCarries) {
  const auto all = corpus();
  auto fresh = parse_trace("lockstep 1\nmodel v5-intended\nP1 fork -> P2\nP1 append event=0 -> R1\n", "fresh");
  std::set<std::string> carried;
  for (const auto& [file, trace] : all) carried.insert(trace.mark);
  fresh.mark = own_mark(fresh, all);
  EXPECT_FALSE(carried.contains(fresh.mark)) << fresh.mark;
  EXPECT_TRUE(marks_of(fresh).contains(fresh.mark)) << fresh.mark;
  Corpus every;
  for (const auto& mark : marks_of(fresh)) every[mark].model = "v5-intended", every[mark].mark = mark;
  EXPECT_EQ(own_mark(fresh, every), "");
}

TEST(Corpus, AMarkThatIsNotEarnedIsNoticed) {
  const auto trace = parse_trace("lockstep 1\nmodel seccomp\nP1 attach -> F1\n", "one");
  EXPECT_FALSE(marks_of(trace).contains("seccomp reap not a child -> ECHILD"));
  EXPECT_TRUE(marks_of(trace).contains("seccomp branch fork_shares taken") == false);
}

TEST(Corpus, EveryTraceIsWrittenAsItWouldBeWrittenAgain) {
  for (const auto& [file, trace] : corpus()) {
    std::ifstream in(file, std::ios::binary);
    EXPECT_EQ(write_trace(trace), std::string(std::istreambuf_iterator<char>(in), {})) << file;
  }
}

}  // namespace
}  // namespace lockstep
