// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_matrix.h"

#include <gtest/gtest.h>

#include "oracle/mutant_excuses.h"

namespace lockstep {
namespace {

MutantRow judged(const std::string& name, bool reached, bool killed) {
  MutantRow row{.mutant = {.model = "v5-posted", .name = name, .reached = reached}, .trials = {std::nullopt, Trial{}}};
  if (killed) row.trials[1]->kill = {"results", 1};
  judge(row);
  return row;
}
const char* kNobodys = "put_node inc#99 doubled";
const char* kExcused = "put_events store#1 skipped";

TEST(MutantMatrix, WhatBecomesOfAMutant) {
  EXPECT_EQ(judged(kNobodys, true, true).fate, Fate::killed);
  EXPECT_EQ(judged(kNobodys, true, false).fate, Fate::hole);
  EXPECT_EQ(judged(kNobodys, false, false).fate, Fate::unreached);
  EXPECT_EQ(judged(kNobodys, false, true).fate, Fate::killed);
  EXPECT_EQ(judged(kExcused, true, false).fate, Fate::equivalent);
  EXPECT_FALSE(judged(kExcused, true, false).argument.empty());
  EXPECT_EQ(judged(kExcused, true, true).fate, Fate::excuse_refuted);
}

// An open obligation has no trace: it refutes no argument, and kills nobody.
TEST(MutantMatrix, AnOpenObligationIsNoKill) {
  const auto left_open = [](const char* name, bool reached, bool killed) {
    auto row = judged(name, reached, killed);
    row.trials.push_back(Trial{.open = "no-leak"});
    judge(row);
    return row;
  };
  EXPECT_EQ(left_open(kExcused, true, false).fate, Fate::equivalent);
  EXPECT_EQ(left_open(kExcused, true, true).fate, Fate::excuse_refuted);
  EXPECT_EQ(left_open(kNobodys, true, true).fate, Fate::killed);
  EXPECT_EQ(left_open(kNobodys, true, false).fate, Fate::unproved);
  const MutantMatrix matrix{.rows = {left_open(kNobodys, true, false)}};
  EXPECT_EQ(matrix.verdict(), Verdict::inconclusive);
  EXPECT_EQ(matrix.killed(), 0u);
}

TEST(MutantMatrix, TheVerdict) {
  auto verdict = [](std::vector<MutantRow> rows, bool full = true, bool interrupted = false) {
    return MutantMatrix{.rows = std::move(rows), .full_search = full, .interrupted = interrupted}.verdict();
  };
  const auto killed = judged(kNobodys, true, true), hole = judged(kNobodys, true, false),
             equivalent = judged(kExcused, true, false), refuted = judged(kExcused, true, true);
  EXPECT_EQ(verdict({killed, equivalent}), Verdict::conforms);
  EXPECT_EQ(verdict({killed, hole}), Verdict::diverges);
  EXPECT_EQ(verdict({killed, refuted}, false), Verdict::diverges);
  EXPECT_EQ(verdict({killed, hole}, false), Verdict::inconclusive);  // who knows what a whole search had found
  EXPECT_EQ(verdict({killed}, true, true), Verdict::inconclusive);
  EXPECT_EQ(verdict({}), Verdict::inconclusive);
}

TEST(MutantMatrix, OfSeveralTheWorstCounts) {
  const MutantMatrix good{.model = "a", .rows = {judged(kNobodys, true, true)}},
      bad{.model = "b", .rows = {judged(kNobodys, true, false)}}, cut{.model = "c"};
  const std::vector<MutantMatrix> all = {good, bad, cut}, unsure = {good, cut, good};
  EXPECT_EQ(verdict_of(all), Verdict::diverges);
  EXPECT_EQ(verdict_of(unsure), Verdict::inconclusive);
  EXPECT_EQ(verdict_of({}), Verdict::inconclusive);
  EXPECT_EQ(verdict_line(all),
            "Verdict: DIVERGES model=- target=- traces=- steps=0 divergences=1 expected=0 unobserved=- skipped=- "
            "mutants=2 killed=1 equivalent=0 unreached=0");
}

TEST(MutantExcuses, BelongToTheModelsThatTheyName) {
  EXPECT_NE(find_excuse("v6-posted exit store#1 skipped"), nullptr);
  EXPECT_EQ(find_excuse("v6 exit store#1 skipped"), nullptr);
  EXPECT_EQ(find_excuse("seccomp take_filter store#1 skipped"), nullptr);
  EXPECT_NE(find_excuse("seccomp@6.1 take_filter store#1 skipped"), nullptr);
  EXPECT_EQ(find_excuse(""), nullptr);
}

}  // namespace
}  // namespace lockstep
