// SPDX-License-Identifier: GPL-2.0-or-later
// The corpus holds what it says: each trace runs on its model as recorded, and carries a mark that no other carries.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "model/trace_text.h"
#include "oracle/conform.h"
#include "oracle/marks.h"

namespace lockstep {
namespace {

std::map<std::string, Trace> corpus() {
  std::map<std::string, Trace> all;
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

TEST(Corpus, EveryTraceEarnsAMarkThatNoOtherCarries) {
  std::map<std::string, std::string> carrier;
  for (const auto& [file, trace] : corpus()) {
    EXPECT_TRUE(marks_of(trace).contains(trace.mark)) << file << " does not earn: " << trace.mark;
    const auto [other, fresh] = carrier.emplace(trace.mark, file);
    EXPECT_TRUE(fresh) << file << " and " << other->second << " carry the same mark: " << trace.mark;
  }
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
