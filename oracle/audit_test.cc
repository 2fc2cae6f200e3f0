// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/audit.h"

#include <gtest/gtest.h>

#include <limits>

namespace lockstep {
namespace {

constexpr int32_t kSaturated = std::numeric_limits<int32_t>::min() / 2;  // as refcount_t has it
using Strings = std::vector<std::string>;

// F1 is held by task 100 and F2; F2 by tasks 101 and 102 and its listener, which has two descriptors; F3 by its
// listener alone, and so it is no user of F1.
HostSnapshot small_host() {
  HostSnapshot s;
  s.tasks_seen = 50;
  s.filters = {{.id = 7, .refs = 3, .users = 2, .len = 10},
               {.id = 5, .prev = 0, .refs = 3, .users = 2, .len = 20, .listened = true},
               {.id = 6, .prev = 0, .refs = 1, .users = 0, .len = 30, .listened = true}};
  s.tasks = {{.pid = 100, .process = 100, .start = 1, .comm = "a", .filter = 0},
             {.pid = 101, .process = 101, .start = 2, .comm = "b", .filter = 1},
             {.pid = 102, .process = 101, .start = 3, .comm = "b", .filter = 1}};
  s.descriptors = {{.file = 1, .process = 90, .fd = 3, .comm = "c", .filter = 1},
                   {.file = 1, .process = 101, .fd = 4, .comm = "b", .filter = 1},
                   {.file = 2, .process = 90, .fd = 5, .comm = "c", .filter = 2}};
  return s;
}

// The names of what was found about F1, F2, F3 …
Strings findings(const AuditReport& report) {
  Strings names;
  for (const auto& filter : report.filters) names.emplace_back(name_of(filter.finding));
  return names;
}

class Audit : public testing::Test {
 protected:
  // A look each 20 ms, for so many seconds; `change` may differ from look to look.
  AuditReport run(const std::function<void(HostSnapshot&, int look)>& change, double seconds,
                  const AuditOptions& options = {}) {
    Auditor auditor(options);
    double now = 1000;
    for (int look = 0; look * 0.02 <= seconds && !auditor.settled(); ++look, now += 0.02) {
      auto s = small_host();
      change(s, look);
      auditor.add(s, now);
    }
    return auditor.report(names_);
  }
  FilterNames names_;
};

TEST_F(Audit, TwoEqualLooksExplainAll) {
  const auto report = run([](auto&, int) {}, 60);
  EXPECT_EQ(report.looks, 2u);
  EXPECT_EQ(findings(report), (Strings{"explained", "explained", "explained"}));
  EXPECT_EQ(verdict_line(result_of(report)),
            "Verdict: CONFORMS model=seccomp target=live traces=2 steps=50 divergences=0 expected=0 unobserved=0 "
            "skipped=0");
  EXPECT_EQ(report.filters[1].prev, 1u);
  EXPECT_EQ(report.filters[1].depth, 1u);
  EXPECT_EQ(report.filters[0].view.facts.len, 10u);
}

TEST_F(Audit, NamesFollowTheTreeAndStay) {
  // F3's holder, 90, is the oldest process, so its tree and then its branch come first.
  EXPECT_EQ(run([](auto&, int) {}, 60).filters[1].view.facts.len, 20u);
  const auto again = run(
      [](HostSnapshot& s, int) {
        s.tasks[0].filter = 3;  // it has appended one
        s.filters.push_back({.id = 9, .prev = 0, .refs = 1, .users = 1, .len = 5});
        s.descriptors[0].process = 95;
      },
      60);
  Strings names;
  for (const auto& filter : again.filters) names.push_back(filter.name());
  EXPECT_EQ(names, (Strings{"F1", "F3", "F2", "F4"}));
  EXPECT_EQ(again.with(Finding::explained).size(), 4u);
}

TEST_F(Audit, OneAboveIsALeakSuspectAfterThreeStableLooks) {
  auto above = [](HostSnapshot& s, int) { ++s.filters[1].refs; };
  EXPECT_EQ(findings(run(above, 1.5)), (Strings{"explained", "unsettled", "explained"})) << "too early";
  const auto report = run(above, 60);
  EXPECT_GE(report.seconds, 2);
  ASSERT_EQ(findings(report), (Strings{"explained", "leak suspect", "explained"}));
  EXPECT_EQ(residuals_of(report.filters[1]), (Strings{"F2.refs is 4 but only 3 references explain it"}));
  const auto result = result_of(report);
  EXPECT_EQ(exit_code(result), 1);
  ASSERT_EQ(result.finds.size(), 1u);
  EXPECT_EQ(result.finds[0].divergence.property, "no-leak");
}

TEST_F(Audit, OneBelowIsAUseAfterFreeSuspectAndComesFirst) {
  const auto report = run(
      [](HostSnapshot& s, int) {
        ++s.filters[0].users;
        --s.filters[2].refs;
      },
      60);
  ASSERT_EQ(findings(report), (Strings{"leak suspect", "explained", "use-after-free suspect"}));
  ASSERT_EQ(report.suspects().size(), 2u);
  EXPECT_EQ(report.suspects()[0]->name(), "F3");
  EXPECT_EQ(residuals_of(*report.suspects()[0]),
            (Strings{"F3.refs is 0 but 1 reference explains it: it will come to 0 too early"}));
  EXPECT_EQ(result_of(report).finds[0].divergence.property, "no-use-after-free");
}

TEST_F(Audit, ASaturatedCounterIsFoundWhateverItsHoldersDo) {
  const auto report = run(
      [](HostSnapshot& s, int look) {
        s.filters[1].refs = kSaturated;
        s.filters[1].births_after = look + 1;
        s.filters[1].births_before = look;
      },
      60);
  ASSERT_EQ(findings(report), (Strings{"explained", "saturated", "explained"}));
  EXPECT_EQ(report.looks, 2u);
  EXPECT_EQ(exit_code(result_of(report)), 1);
}

TEST_F(Audit, APointerToNoMemoryIsAUseAfterFreeSuspect) {
  const auto report = run([](HostSnapshot& s, int) { s.filters[2].unreadable = true; }, 60);
  EXPECT_EQ(findings(report), (Strings{"explained", "explained", "use-after-free suspect"}));
}

// The listener's file is open and no table shows it: on its way over a socket, or registered with io_uring.
TEST_F(Audit, AListenerInNoTableStillExplainsItsReference) {
  const auto report = run([](HostSnapshot& s, int) { s.descriptors.resize(2); }, 60);
  EXPECT_EQ(report.with(Finding::explained).size(), 3u);
}

TEST_F(Audit, AKindOfReferenceThatItDoesNotKnowIsASuspectAndNothingElseIs) {
  const auto report = run([](auto&, int) {}, 60, {.ignore_listeners = true});
  EXPECT_EQ(findings(report), (Strings{"explained", "leak suspect", "leak suspect"}));
}

// A shell that always has one child: each look comes too late to see it, and its reference is in each counter.
TEST_F(Audit, BirthsBetweenLooksAreNoResidual) {
  const auto report = run(
      [](HostSnapshot& s, int look) {
        ++s.filters[1].refs;
        ++s.filters[1].users;
        s.filters[1].births_before = look;
        s.filters[1].births_after = look + 1;
      },
      60);
  EXPECT_EQ(findings(report), (Strings{"explained", "unsettled", "explained"}));
  EXPECT_EQ(exit_code(result_of(report)), 4);
}

TEST_F(Audit, AnythingThatChangesIsNotStable) {
  const std::vector<std::function<void(HostSnapshot&, int)>> changes = {
      [](auto& s, int look) { s.tasks[1].start += look; },
      [](auto& s, int look) { s.tasks[1].pid += look; },
      [](auto& s, int look) { s.filters[1].refs += look % 2; },
      [](auto& s, int look) { s.filters[1].users += look % 2; },
      [](auto& s, int look) { s.descriptors[0].file = s.descriptors[1].file = 10 + look; },
      [](auto& s, int look) { s.filters[1].listened = look % 2 != 0; },
      [](auto& s, int look) {
        if (look % 2 == 0) return;
        s.filters.push_back({.id = 9, .prev = 1, .refs = 1, .users = 0, .len = 5, .listened = true});
      },
  };
  for (size_t i = 0; i < changes.size(); ++i)
    EXPECT_EQ(run(changes[i], 3).filters[1].finding, Finding::unsettled) << "change " << i;
}

TEST_F(Audit, OneLookInWhichItIsExplainedStartsTheCountAnew) {
  const auto report = run([](HostSnapshot& s, int look) { s.filters[1].refs += look % 40 != 0; }, 10);
  EXPECT_EQ(findings(report), (Strings{"explained", "unsettled", "explained"}));
}

TEST_F(Audit, AnExitingTaskThatMayHoldOneIsNoLeak) {
  auto above = [](HostSnapshot& s, int) {
    ++s.filters[1].refs;
    s.between = 1;
  };
  EXPECT_EQ(findings(run(above, 10)), (Strings{"explained", "unsettled", "explained"}));
  // It cannot make a counter too small.
  auto below = [](HostSnapshot& s, int) {
    --s.filters[1].refs;
    s.between = 1;
  };
  EXPECT_EQ(findings(run(below, 10)), (Strings{"explained", "use-after-free suspect", "explained"}));
}

TEST_F(Audit, FiltersThatGoAreCountedAndLaterOnesAreNotJudged) {
  const auto report = run(
      [](HostSnapshot& s, int look) {
        s.filters[1].refs += look == 0;  // keeps it unsettled
        if (look == 0) return;
        s.filters[2].id = 60;  // freed, and the next one has its place
        s.filters[2].len = 31;
      },
      60);
  EXPECT_EQ(report.gone, 1u);
  EXPECT_EQ(findings(report), (Strings{"explained", "explained"}));
}

TEST_F(Audit, TheMemoryOfAFreedFilterMayBeAnother) {
  const auto report = run([](HostSnapshot& s, int look) { s.filters[2].len += look; }, 60);
  EXPECT_EQ(report.gone, 1u);
}

TEST_F(Audit, OnlyTheFiltersOfOneProcess) {
  EXPECT_EQ(run([](auto&, int) {}, 60, {.process = 100}).filters.size(), 1u);
  EXPECT_EQ(run([](auto&, int) {}, 60, {.process = 102}).filters.size(), 2u);
  EXPECT_EQ(run([](auto&, int) {}, 60, {.process = 99}).filters.size(), 0u);
}

TEST_F(Audit, AHostWithoutFiltersIsExplained) {
  const auto report = run(
      [](HostSnapshot& s, int) {
        s = {};
        s.tasks_seen = 3;
      },
      60);
  EXPECT_EQ(report.looks, 2u);
  EXPECT_EQ(exit_code(result_of(report)), 0);
}

TEST_F(Audit, AChainThatLeadsRoundIsShownAndEnds) {
  const auto report = run([](HostSnapshot& s, int) { s.filters[0].prev = 1; }, 60);
  EXPECT_EQ(report.filters.size(), 3u);
}

TEST_F(Audit, AViewOfFourThousandFiltersOnOnePath) {
  const auto report = run(
      [](HostSnapshot& s, int) {
        s = {};
        for (uint32_t i = 0; i < 4000; ++i)
          s.filters.push_back({.id = i + 1, .prev = i == 0 ? kNoFilter : i - 1, .refs = 1, .users = 1, .len = 5});
        s.tasks = {{.pid = 1, .process = 1, .filter = 3999}};
      },
      60);
  EXPECT_EQ(report.with(Finding::explained).size(), 4000u);
  EXPECT_EQ(report.filters.back().depth, 3999u);
}

TEST_F(Audit, ItLooksUntilPatienceIsOver) {
  int looks = 0;
  const auto report = audit(
      [&] {
        auto s = small_host();
        s.filters[1].refs += ++looks;
        return s;
      },
      {.patience_s = 0.05}, names_);
  EXPECT_EQ(report.looks, uint32_t(looks));
  EXPECT_GT(looks, 2);
  EXPECT_EQ(report.with(Finding::unsettled).size(), 1u);
  EXPECT_EQ(audit(small_host, {}, names_, [] { return true; }).looks, 1u);
}

}  // namespace
}  // namespace lockstep
