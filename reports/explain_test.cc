// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/explain.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "reports/plain_text.h"
#include "reports/report_samples.h"

namespace lockstep {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Account told(const std::string& trace, const std::string& model, const std::string& target, const std::string& file) {
  auto made = target.empty() ? nullptr : make_spec(target);
  return account_of(parse_trace(trace, "t"), model, made.get(), file);
}

size_t widest(const std::string& text) {
  size_t most = 0;
  for (const auto& line : lines_of(text)) most = std::max(most, columns(line));
  return most;
}

TEST(Explain, IsolationInWords) {
  EXPECT_EQ(explanation_text(told(kIsolationTrace, "v5-intended", "v5-posted", "t.lock")),
            R"(Model v5-intended, target spec:v5-posted, 3 steps.

What is promised:
  The promise `node`: a rule reaches its caller, and every task that was forked from the caller
  after the caller's first rule, also where that fork came before this rule; it reaches nobody else.
  Example: P1 appends R1 and forks P2. R2, which P1 appends then, reaches P2 too. R3, which P2
  appends, does not reach P1: P1 has R1 and R2, P2 has R1, R2 and R3.

What happened, step by step:
  1  P1 append event=0 -> R1
     P1 appends R1 for event 0.
     v5-intended: P1's view of event 0 is now R1. Made: E1, N1, N2, R1 and R1.prog.
     spec:v5-posted: the same.
  2  P1 fork -> P2
     P1 forks P2.
     v5-intended: P2's view of event 0 is now R1. Counters: E1.usage 1 -> 2.
     spec:v5-posted: the same.
  3  P2 append event=0 -> R2
     P2 appends R2 for event 0.
     v5-intended: P2's view of event 0 is now R2 R1. Made: E2, N3, N4, R2 and R2.prog. Counters:
     E1.usage 2 -> 1, N1.usage 1 -> 2 and N2.usage 1 -> 2.
     spec:v5-posted: P1's view of event 0 is now R2 R1. P2's view of event 0 is now R2 R1. Made: R2
     and R2.prog.

What came out:
  isolation at step 3.
  Promised: an append changes no view but the caller's and those that the promise names.
  Happened: P1 got R2 from P2's append, which was not promised to it (P1's view of event 0 is R2 R1,
  expected R1).
  Only in spec:v5-posted does P1 reach R2, by P1.events -> E1.slot[0] -> N1.rule -> R2.
  v5-intended is expected to keep isolation: only the owner updates a node in place; everybody else
  gets nodes of its own.
  v5-posted is known to break isolation: owner is the address of a slot of events that fork shares,
  so a child counts as the owner of its parent's node.

To reproduce:
  lockstep replay t.lock --model v5-intended --target spec:v5-posted
)");
}

TEST(Explain, ModelAloneTellsWhatItIsKnownToBreak) {
  const auto text = explanation_text(told(kLeakTrace, "v5-posted", "", "leak.lock"));
  EXPECT_TRUE(has(text, "P1 tries to append a rule for event 0 and gets ENOMEM; allocation 2 of this step is made to"));
  EXPECT_TRUE(has(text, "  no-leak first at step 1."));
  EXPECT_TRUE(has(text, "R?1.usage is -1; no reference explains it."));
  EXPECT_TRUE(has(text, "lockstep check leak.lock\n"));
}

TEST(Explain, ARuleThatTheTraceDoesNotNameHasOneNameInAllSentences) {
  const auto text = explanation_text(told("lockstep 1\nP1 append event=0 = E2BIG\n", "v5-intended", "", "t.trace"));
  EXPECT_TRUE(has(text, "P1's view of event 0 is now R?1. Made: E1, N1, N2, R?1 and G1.")) << text;
  EXPECT_FALSE(has(text, "R0")) << text;
}

TEST(Explain, NamesTheReferenceThatOnlyOneOfTwoHas) {
  const auto account =
      told("lockstep 1\nP1 attach -> F1\nP1 fork -> P2\nP2 exit\n", "seccomp", "seccomp@6.1", "t.lock");
  EXPECT_EQ(account.subject, "spec:seccomp@6.1 differs from seccomp in views at step 3");
  EXPECT_EQ(account.finding.back(),
            "F1: refs 1, users 1 in seccomp, held by P1.filter; refs 2, users 2 in spec:seccomp@6.1, held by P1.filter "
            "and P2.filter.");
}

TEST(Explain, DifferentResultIsNotExplainedByWhatIsKnownOfTheTarget) {
  const auto text =
      explanation_text(told("lockstep 1\nP1 append event=0 pages=63 -> R1\nP1 fork -> P2\nP1 exit\n"
                            "P2 append event=0 = E2BIG\n",
                            "v5-intended", "v5-posted", "t"));
  EXPECT_TRUE(has(text, "The results differ: E2BIG in v5-intended, success in spec:v5-posted."));
  EXPECT_FALSE(has(text, "v5-posted is known to break"));
}

TEST(Explain, ConformingRunIsSaidToConform) {
  const auto account = told(kLeakTrace, "v5-posted", "v5-posted", "t.lock");
  EXPECT_EQ(account.subject, "spec:v5-posted conforms to v5-posted in 2 steps");
  EXPECT_EQ(account.finding,
            std::vector<std::string>{"spec:v5-posted does what v5-posted predicts, in all 2 steps compared."});
}

TEST(Explain, ForeseenDivergenceIsSaidToBe) {
  std::string trace = kIsolationTrace;
  EXPECT_FALSE(has(explanation_text(told(trace, "v5-intended", "v5-posted", "t")), "foresees"));
  trace.insert(trace.find("P1 append"), "expect spec:v5-posted DIVERGES isolation step=3\n");
  EXPECT_TRUE(
      has(explanation_text(told(trace, "v5-intended", "v5-posted", "t")), "The trace foresees this divergence."));
}

TEST(ExplainMail, Is72ColumnsOfAscii) {
  std::string trace = kIsolationTrace;
  trace.insert(
      11, "# Ein Blick, der länger ist als eine Zeile in einer Mail es sein darf, und nicht in ASCII geschrieben.\n");
  trace += "P1 append event=0 pages=64 type=other arg=null fd=closed flags=4294967295 fail=alloc:9 = EFAULT\n";
  for (const auto* target : {"", "v5-posted"}) {
    auto account =
        told(trace, "v5-intended", target, "a/very/long/path/with a space/" + std::string(90, 'x') + ".lock");
    account.subject += kHostile + std::string(100, 's');
    account.finding.push_back(kHostile);
    const auto mail = explanation_mail(account);
    EXPECT_TRUE(mail.starts_with("Subject: "));
    EXPECT_LE(widest(mail), 72u);
    for (const unsigned char c : mail) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << int(c);
    EXPECT_TRUE(has(mail, "\nlockstep 1\n"));
    EXPECT_LE(widest(explanation_text(account)), 200u);
  }
}

TEST(ExplainMail, ItsTraceCanBeReadBack) {
  const auto mail = explanation_mail(told(kIsolationTrace, "v5-intended", "v5-posted", "t.lock"));
  const auto begin = mail.find("lockstep 1\n"), end = mail.find("\n\n", begin);
  EXPECT_EQ(write_trace(parse_trace(mail.substr(begin, end + 1 - begin), "mail")), kIsolationTrace);
}

}  // namespace
}  // namespace lockstep
