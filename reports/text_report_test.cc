// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "model/utf8.h"
#include "reports/format.h"
#include "reports/plain_text.h"
#include "reports/report_samples.h"

namespace lockstep {
namespace {

std::string text_of(const Result& r, bool color = false) { return render({&r, 1}, Format::text, {.color = color}); }
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(TextReport, ConformingRun) {
  EXPECT_EQ(text_of(sample_result()),
            "fuzz  v5-intended → spec:v5-posted\n"
            "  100 traces, 1234 steps in 0.2 s, seed 7\n"
            "\n"
            "  operation    ok  EINVAL  ENOMEM\n"
            "  append     1000      75       .\n"
            "  fork        164       .       0\n"
            "  never: fork fail=alloc:1 -> ENOMEM\n"
            "  mean length: 12.3 steps\n"
            "Verdict: CONFORMS model=v5-intended target=spec:v5-posted traces=100 steps=1234 divergences=0 expected=0 "
            "unobserved=0 skipped=0\n");
}

TEST(TextReport, FindsNewsBeforeExpectedOnes) {
  auto r = sample_result();
  r.statistics.clear();
  r.outcomes.clear();
  r.finds = {sample_find(), sample_find()};
  r.finds[1].expected = true;
  r.finds[1].name = "corpus/known one.lock";
  EXPECT_EQ(text_of(r),
            "fuzz  v5-intended → spec:v5-posted\n"
            "  100 traces, 1234 steps in 0.2 s, seed 7\n"
            "\n"
            "DIVERGENCE 1 of 1  isolation at step 3, seen 5 times\n"
            "  P1 got R2 from P2's append\n"
            "  the same step also breaks: inheritance\n"
            "\n"
            "    lockstep 1\n"
            "    model v5-intended\n"
            "    P1 append event=0 -> R1\n"
            "    P1 fork -> P2\n"
            "    P2 append event=0 -> R2\n"
            "\n"
            "  found as:   seed 7 trace 42\n"
            "  reproduce:  lockstep fuzz --model v5-intended --target spec:v5-posted --seed 7 --traces 43\n"
            "\n"
            "EXPECTED 1 of 1  isolation at step 3, seen 5 times\n"
            "  P1 got R2 from P2's append\n"
            "  the same step also breaks: inheritance\n"
            "\n"
            "    lockstep 1\n"
            "    model v5-intended\n"
            "    P1 append event=0 -> R1\n"
            "    P1 fork -> P2\n"
            "    P2 append event=0 -> R2\n"
            "\n"
            "  found as:   corpus/known one.lock\n"
            "  reproduce:  lockstep replay 'corpus/known one.lock' --model v5-intended --target spec:v5-posted\n"
            "Verdict: DIVERGES model=v5-intended target=spec:v5-posted traces=100 steps=1234 divergences=2 expected=1 "
            "unobserved=0 skipped=0\n");
}

TEST(TextReport, FlakyFindSaysHowOften) {
  auto r = sample_result();
  r.finds = {sample_find()};
  EXPECT_FALSE(has(text_of(r), "FLAKY"));
  r.finds[0].repeated = 1;
  EXPECT_TRUE(has(text_of(r), "\n  FLAKY: the trace as it was found diverged in 1 of 3 runs"));
}

TEST(TextReport, WhatIsMissingBeginsItsLine) {
  auto r = sample_result();
  r.skipped = 2;
  r.unobserved = 9;
  r.missing = {"expect live DIVERGES"};
  r.shortcomings = {"mean length 3.0 steps, at least 10 wanted"};
  r.notes = {"skipped: live cannot inject faults", "unobserved: no BPF here", "stopped early"};
  const auto text = text_of(r);
  EXPECT_TRUE(has(text,
                  "\nnote: stopped early\n"
                  "MISSING: expected and did not appear: expect live DIVERGES\n"
                  "SKIPPED: 2 traces: live cannot inject faults\n"
                  "UNOBSERVED: 9 facts: no BPF here\n"
                  "INCONCLUSIVE: mean length 3.0 steps, at least 10 wanted\n"
                  "Verdict: INCONCLUSIVE "));
}

TEST(TextReport, ProofsAreATable) {
  const auto proofs = sample_proofs();
  const auto text = render({&proofs, 1}, Format::text);
  for (const auto* line :
       {"  1 trace, 6 obligations in 3.0 s\n",
        "  property            outcome               scope      obligations  cached  seconds\n",
        "  append-only         proved                unbounded            2       1      0.6\n"
        "      a list only grows at its head\n",
        "  refcount-exact      refuted, as expected  bounded              2       1      0.6\n"
        "      1 step: a failed append leaves a rule at -1\n",
        "  acyclic             unknown               unbounded            2       1      0.6\n",
        "  invariants: 1 obligation, on which all of these rest\n",
        "  branches, each way: 1 reachable, 1 dead\n    owner_put, taken: dead: no events own their slot there\n",
        "  solver: Z3 4.8.12\n", "EXPECTED 1 of 1  refcount-exact at step 1", "INCONCLUSIVE: acyclic is not decided",
        "Verdict: DIVERGES model=v5-posted target=- traces=1 steps=6 divergences=1 expected=1 unobserved=0 "
        "skipped=0\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\nin\n" << text;
  EXPECT_EQ(text.find("walk round"), std::string::npos);
  const auto all = render({&proofs, 1}, Format::text, {.obligations = true});
  EXPECT_NE(all.find("      - exit, 2: exit_puts, walk round: acyclic: proved in 0.12 s, from the cache\n"),
            std::string::npos)
      << all;
}

TEST(TextReport, HostileNamesDoNotReachTheTerminal) {
  auto r = sample_result();
  r.job = r.model = r.target = kHostile;
  r.notes = r.missing = r.shortcomings = {kHostile};
  r.statistics = {{kHostile, kHostile}};
  r.outcomes = {{kHostile, kHostile, kHostile, 0}};
  r.finds = {sample_find()};
  r.finds[0].name = r.finds[0].trace.model = kHostile;
  r.finds[0].divergence = {kHostile, 1, kHostile, kHostile, {kHostile}};
  const auto text = text_of(r);
  EXPECT_EQ(shown_lines(text), text);
  EXPECT_TRUE(has(text, "\\x1b[31m"));
  EXPECT_TRUE(has(text, "\\xff"));
}

TEST(TextReport, ColorsOnlyWhenAskedFor) {
  auto r = sample_result();
  r.finds = {sample_find()};
  EXPECT_FALSE(has(text_of(r), "\x1b"));
  EXPECT_TRUE(has(text_of(r, true), "\x1b[1;31mDIVERGENCE 1 of 1\x1b[0m"));
  EXPECT_EQ(lines_of(text_of(r, true)).back(), verdict_line(r));
}

TEST(TextReport, ManyResultsEndInASummary) {
  std::vector<Result> results(3, sample_result());
  results[1].finds = {sample_find()};
  results[2].steps = 0;
  results[2].skipped = 1;
  EXPECT_EQ(lines_of(render(results, Format::text)).back(), "3 results: 1 passed, 1 failed, 1 skipped, 0 inconclusive");
  EXPECT_EQ(lines_of(render({}, Format::text)).back(), "0 results: 0 passed, 0 failed, 0 skipped, 0 inconclusive");
}

}  // namespace
}  // namespace lockstep
