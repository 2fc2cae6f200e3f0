// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/step_table.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "reports/plain_text.h"
#include "reports/report_samples.h"

namespace lockstep {
namespace {

std::string table(const std::string& trace, const std::string& model, const std::string& target) {
  auto made = target.empty() ? nullptr : make_spec(target);
  StepTable table(made ? made->name() : "");
  std::string out;
  Conformer(model, made.get()).run(parse_trace(trace, "t"), [&](const StepRecord& record) {
    out += table.add(record);
  });
  return out;
}

TEST(StepTable, MarksChangesAndWhatIsUnexplained) {
  EXPECT_EQ(table(kLeakTrace, "v5-posted", ""),
            R"(start
  views       P1: none
step 1  P1 append event=0 fail=alloc:2 = ENOMEM
  views       P1: none
  counters    *!R?1=-1(explained 0) leaked  *!G1=1 leaked
  !no-use-after-free: R?1.usage is -1, below 0
  !refcount-exact: R?1.usage is -1 but 0 references explain it
  !no-leak: R?1 is still there although nothing leads to it
  !no-leak: G1 is still there although nothing leads to it
  !error-atomic: the failed append left a trace: R?1 exists, unexpected
step 2  P1 append event=1 -> R2
  views       *P1: e1 R2
  counters    *E1=1  *N1=1  *N2=1  *R2=1  *R2.prog=1  !R?1=-1(explained 0) leaked  !G2=1 leaked
)");
}

TEST(StepTable, OfTwoTargetsEachIsShownWhereItDiffersFromTheModel) {
  const auto one = make_spec("v5-posted"), other = make_spec("v6-posted");
  StepTable table(one->name(), false, other->name());
  std::string last;
  const auto trace = parse_trace("lockstep 1\nP1 append event=0 -> R1\n", "t");
  Conformer("v5-intended", one.get(), {}, other.get()).run(trace, [&](const StepRecord& record) {
    last = table.add(record);
  });
  EXPECT_EQ(last, R"(step 1  P1 append event=0 -> R1
  model
  views       *P1: e0 R1
  counters    *E1=1  *N1=1  *N2=1  *R1=1  *R1.prog=1
  spec:v5-posted: the same
  spec:v6-posted
  views       *P1: e0 R1
  counters    *E1=1  *R1=1  *R1.prog=1
)");
}

TEST(StepTable, TargetIsShownWhereItDiffers) {
  EXPECT_EQ(table(kIsolationTrace, "v5-intended", "v5-posted"),
            R"(start
  model
  views       P1: none
  spec:v5-posted: the same
step 1  P1 append event=0 -> R1
  model
  views       *P1: e0 R1
  counters    *E1=1  *N1=1  *N2=1  *R1=1  *R1.prog=1
  spec:v5-posted: the same
step 2  P1 fork -> P2
  model
  views       P1: e0 R1  *P2: e0 R1
  counters    *E1=2  N1=1  N2=1  R1=1  R1.prog=1
  spec:v5-posted: the same
step 3  P2 append event=0 -> R2
  model
  views       P1: e0 R1  *P2: e0 R2 R1
  counters    *E1=1  *N1=2  *N2=2  R1=1  R1.prog=1  *E2=1  *N3=1  *N4=1  *R2=1  *R2.prog=1
  spec:v5-posted
  views       *P1: e0 R2 R1  *P2: e0 R2 R1
  counters    E1=2  N1=1  N2=1  *R2=1  R1=1  *R2.prog=1  R1.prog=1
)");
}

TEST(StepTable, DifferentResultIsSaid) {
  EXPECT_NE(table("lockstep 1\nP1 append event=0 fail=alloc:3 -> R1\n", "v6-posted", "v5-posted")
                .find("fail=alloc:3 -> R1: expected success, spec:v5-posted gave ENOMEM\n"),
            std::string::npos);
}

TEST(StepTable, LongStatesAreWrapped) {
  std::string trace = "lockstep 1\n";
  for (int i = 1; i <= 60; ++i) trace += "P1 append event=0 -> R" + std::to_string(i) + "\n";
  for (int i = 2; i <= 20; ++i) trace += "P1 fork -> P" + std::to_string(i) + "\n";
  const auto text = table(trace, "v5-intended", "");
  for (const auto& line : lines_of(text)) ASSERT_LE(columns(line), 100u) << line;
  EXPECT_NE(text.find("*P20: e0 R60 R59 R58 R57 R56 R55 ... R1 (60 in all)"), std::string::npos);
}

}  // namespace
}  // namespace lockstep
