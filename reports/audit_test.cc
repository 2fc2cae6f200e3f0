// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/audit.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "oracle/audit.h"
#include "reports/audit_holders.h"
#include "reports/audit_watch.h"

namespace lockstep {
namespace {

// Three processes share F1, a fourth extends it to F2, which has a listener.
HostSnapshot host(int32_t refs_too_many = 0, int32_t users_too_many = 0) {
  HostSnapshot s;
  s.tasks_seen = 9;
  s.filters = {
      {.id = 1, .refs = 5, .users = 5, .len = 20},
      {.id = 2, .prev = 0, .refs = 2 + refs_too_many, .users = 1 + users_too_many, .len = 8, .listened = true}};
  for (uint32_t pid = 10; pid < 13; ++pid) s.tasks.push_back({.pid = pid, .process = pid, .comm = "make", .filter = 0});
  s.tasks.push_back({.pid = 14, .process = 12, .exited = true, .comm = "thread", .filter = 0});
  s.tasks.push_back({.pid = 20, .process = 20, .comm = "ev\x1b]0;il<b>", .filter = 1});
  s.descriptors = {{.file = 7, .process = 10, .fd = 3, .comm = "make", .filter = 1},
                   {.file = 7, .process = 10, .fd = 5, .comm = "make", .filter = 1}};
  return s;
}

AuditReport report_of(const HostSnapshot& snapshot, FilterNames& names, int looks = 200) {
  Auditor auditor({});
  for (int i = 0; i < looks && !auditor.settled(); ++i) auditor.add(snapshot, i * 0.02);
  return auditor.report(names);
}
AuditReport report_of(const HostSnapshot& snapshot, int looks = 200) {
  FilterNames names;
  return report_of(snapshot, names, looks);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(AuditReports, HoldersAreGatheredByProgram) {
  const auto report = report_of(host());
  const auto holders = holders_of(report.filters[0].view);
  ASSERT_EQ(holders.size(), 1u);
  EXPECT_EQ(words_for(holders[0]), "make ×3 [10, 11, 12] 4 threads (1 dead, not reaped)");
  EXPECT_EQ(listener_words(report.filters[1].view), "a listener in make [10] fd 3, 5");
}

TEST(AuditReports, TextShowsTheTreeAndWhatWasNotLookedAt) {
  const auto text = audit_text(report_of(host()));
  EXPECT_TRUE(
      has(text, "\n  F1         20        5        5  make ×3 [10, 11, 12] 4 threads (1 dead, not reaped) and F2\n"))
      << text;
  EXPECT_TRUE(
      has(text, "\n    F2        8        2        1  ev\\x1b]0;il<b> [20] and a listener in make [10] fd 3, 5\n"))
      << text;
  EXPECT_TRUE(has(text, "\nNOT LOOKED AT: files registered with io_uring"));
  EXPECT_FALSE(has(text, "SUSPECT"));
  EXPECT_TRUE(text.ends_with("expected=0 unobserved=0 skipped=0\n"));
}

TEST(AuditReports, SuspectsComeFirstAndTheGravestBeforeAll) {
  auto s = host(1);
  s.filters[0].users = 4;
  const auto text = audit_text(report_of(s));
  const auto below = text.find("USE-AFTER-FREE SUSPECT  F1\n  F1.users is 4 but 5 references explain it");
  const auto above = text.find("LEAK SUSPECT  F2\n  F2.refs is 3 but only 2 references explain it\n");
  ASSERT_NE(below, std::string::npos) << text;
  ASSERT_NE(above, std::string::npos) << text;
  EXPECT_LT(below, above);
  EXPECT_LT(above, text.find("held by"));
  EXPECT_TRUE(has(text, "     3≠2 ")) << text;
  EXPECT_TRUE(has(text, "\nVerdict: DIVERGES model=seccomp target=live "));
  EXPECT_TRUE(has(audit_text(report_of(s), {.color = true}), "\x1b[1;31mLEAK SUSPECT"));
}

TEST(AuditReports, WhatWasNotSettledIsSaid) {
  const auto text = audit_text(report_of(host(1), 3));
  EXPECT_TRUE(has(text, "UNSETTLED  F2: ")) << text;
  EXPECT_TRUE(has(text,
                  "Verdict: INCONCLUSIVE model=seccomp target=live traces=3 steps=9 divergences=0 expected=0 "
                  "unobserved=1 skipped=0"))
      << text;
}

TEST(AuditReports, JsonHoldsEveryHolder) {
  const auto json = nlohmann::json::parse(audit_json(report_of(host(1))));
  const auto& f2 = json["audit"]["filters"][1];
  EXPECT_EQ(f2["name"], "F2");
  EXPECT_EQ(f2["refs"], 3);
  EXPECT_EQ(f2["refs_explained"], 2);
  EXPECT_EQ(f2["finding"], "leak suspect");
  EXPECT_EQ(f2["tasks"][0]["comm"], "ev\x1b]0;il<b>");
  EXPECT_EQ(json["audit"]["filters"][0]["children"][0], "F2");
  EXPECT_EQ(json["audit"]["filters"][0]["tasks"].size(), 4u);
  EXPECT_EQ(json["results"][0]["exit_code"], 1);
  EXPECT_EQ(json["results"][0]["finds"][0]["reproduce"], "lockstep audit");
  auto s = host();
  s.tasks.back().comm = "\xff";
  EXPECT_TRUE(nlohmann::json::accept(audit_json(report_of(s), {}, -1))) << "JSON is UTF-8, comm need not be";
}

TEST(AuditReports, ThePictureMarksWhatIsWrong) {
  const auto right = audit_dot(report_of(host())), wrong = audit_dot(report_of(host(1)));
  EXPECT_TRUE(has(right, "F2 -> F1;"));
  EXPECT_TRUE(has(right, "&lt;b&gt;")) << right;
  EXPECT_FALSE(has(right, "\x1b"));
  EXPECT_FALSE(has(right, "explained"));
  EXPECT_TRUE(has(wrong, "refs 3 / explained 2")) << wrong;
}

TEST(AuditReports, AWatchTellsWhatChangesAndKeepsTheGravest) {
  FilterNames names;
  AuditWatch watch;
  EXPECT_EQ(watch.round(report_of(host(), names)), "round 1: 2 filters, 5 tasks, all explained\n");
  EXPECT_EQ(watch.code(), 0);
  for (int32_t i = 1; i < 4; ++i)
    EXPECT_EQ(watch.round(report_of(host(i), names)), "round " + std::to_string(i + 1) +
                                                          ": 2 filters, 5 tasks, F2 leak suspect: F2.refs " +
                                                          std::to_string(i + 1) + "→" + std::to_string(i + 2) + "\n");
  auto s = host();
  s.filters[1].id = 3;
  EXPECT_EQ(watch.round(report_of(s, names)), "round 5: 2 filters, 5 tasks, all explained: +F3, -F2\n");
  EXPECT_EQ(watch.code(), 1);
  const auto summary = watch.summary({});
  EXPECT_TRUE(has(summary, "LEAK SUSPECT  F2\n  F2.refs is 5 but only 2 ")) << summary;
  EXPECT_TRUE(has(summary, "\nVerdict: DIVERGES"));
}

TEST(AuditReports, ACounterThatOnlyRisesIsSaidInTheEnd) {
  FilterNames names;
  AuditWatch watch;
  for (int32_t i = 0; i < 5; ++i) watch.round(report_of(host(i), names));
  EXPECT_TRUE(watch.summary({}).starts_with("\nF2.refs 2→6 in 5 rounds: rose in 4, fell in 0; it never falls\n"));
}

}  // namespace
}  // namespace lockstep
