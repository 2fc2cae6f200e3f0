// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/vm/console.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace lockstep::vm {
namespace {

TEST(VmConsoleTest, ChatterIsNoComplaint) {
  Console console;
  console.add("[    0.672011] mtrr: your CPUs had inconsistent MTRRdefType settings\r\nhello\r\n");
  EXPECT_EQ(console.complaint(), "");
  EXPECT_EQ(console.excerpt().size(), 2u);
  EXPECT_EQ(console.excerpt()[1], "hello");
}

TEST(VmConsoleTest, APanicIsToldWithItsPlace) {
  Console console;
  // In pieces, as a serial line gives them.
  for (int i = 0; i < 100; ++i) console.add("chatter\n");
  console.add("[    4.100000] sysrq: Trigger a crash\r\n[    4.1000");
  console.add("01] Kernel panic - not syncing: sysrq triggered crash\r\n");
  console.add("[    4.100002][    T1] CPU: 1 PID: 1 Comm: init Not tainted 6.12 #1\r\n");
  console.add("[    4.100003] Call Trace:\r\n[    4.1] <TASK>\r\n[    4.1]  panic+0x123/0x456\r\n");
  console.add("[    4.1]  sysrq_handle_crash+0x1/0x2\r\n[    4.1]  ? stale+0x1/0x2\r\n");
  console.add("[    4.1] ---[ end Kernel panic - not syncing: sysrq triggered crash ]---\r\n");
  EXPECT_EQ(console.complaint(), "Kernel panic - not syncing: sysrq triggered crash; in panic < sysrq_handle_crash");
  for (int i = 0; i < 100; ++i) console.add("RIP: 0033:0x60f990 RSP: 002b:00007fff774c31b8\n");
  const auto excerpt = console.excerpt();
  EXPECT_EQ(excerpt.size(), 8u);
  EXPECT_NE(excerpt.front().find("Kernel panic"), std::string::npos);
}

// The guest may be in the next trace before its host is: so the trace before stays.
TEST(VmConsoleTest, OldNewsMakeRoom) {
  Console console;
  const auto warn = [&](int line) {
    console.add(
        fmt::format("[ 1.5] WARNING: CPU: 0 PID: 1 at nodes.c:{} put+0x1/0x2\r\n[ 1.5] Call Trace:\r\n"
                    "[ 1.5] <TASK>\r\n[ 1.5]  put+0x1/0x2\r\n[ 1.5] ---[ end trace 0 ]---\r\n",
                    line));
  };
  for (int line = 1; line <= 40; ++line) warn(line);
  EXPECT_NE(console.complaint().find("nodes.c:8 "), std::string::npos) << "of one trace, the first";
  EXPECT_EQ(console.complaint().find("nodes.c:9 "), std::string::npos);
  console.begin();
  warn(41);
  EXPECT_NE(console.complaint().find("nodes.c:41 "), std::string::npos) << "for which old ones made room";
  EXPECT_NE(console.excerpt().front().find("nodes.c:41 "), std::string::npos);
  console.begin();
  EXPECT_NE(console.complaint().find("nodes.c:41 "), std::string::npos);
  console.begin();
  EXPECT_EQ(console.complaint(), "");
}

TEST(VmConsoleTest, AReportThatWasCutShortIsToldToo) {
  Console console;
  console.add("[    1.5] BUG: kernel NULL pointer dereference, address: 0000000000000008\n[    1.5] #PF: superv");
  EXPECT_EQ(console.complaint(), "BUG: kernel NULL pointer dereference, address: (address)");
}

TEST(VmConsoleTest, BlockedTasksAreToldWithTheirStacks) {
  Console console;
  console.add(
      "[   31.1] sysrq: Show Blocked State\r\n"
      "[   31.1] task:kworker/0:1     state:D stack:0     pid:9     tgid:9     ppid:2      flags:0x00004000\r\n"
      "[   31.1] Workqueue: events bpf_prog_free_deferred\r\n"
      "[   31.1] Call Trace:\r\n[   31.1]  <TASK>\r\n[   31.1]  __schedule+0x1/0x2\r\n"
      "[   31.1]  schedule+0x1/0x2\r\n[   31.1]  flush_work+0x1/0x2\r\n[   31.1]  vfree+0x1/0x2\r\n"
      "[   31.1] task:init            state:S stack:0     pid:1\r\n[   31.1]  not_this+0x1/0x2\r\n"
      "[   31.1] task:lockstep worker state:D stack:0     pid:33\r\n[   31.1]  mutex_lock+0x1/0x2\r\n");
  const auto blocked = console.blocked();
  ASSERT_EQ(blocked.size(), 2u);
  EXPECT_EQ(blocked[0], "kworker/0:1 9: in flush_work < vfree");
  EXPECT_EQ(blocked[1], "lockstep worker 33: in mutex_lock");
}

TEST(VmConsoleTest, WhoWaitsInOnePlaceIsToldOnce) {
  Console console;
  for (int pid = 2; pid <= 300; ++pid)
    console.add(fmt::format("task:kworker/0:{} state:D stack:0 pid:{}\n bpf_prog_pack_free+0x1/0x2\n{}", pid, pid,
                            pid == 250 ? " vfree+0x1/0x2\n" : ""));
  const auto blocked = console.blocked();
  ASSERT_EQ(blocked.size(), 2u);
  EXPECT_EQ(blocked[0], "kworker/0:2 2 and 297 more: in bpf_prog_pack_free");
  EXPECT_EQ(blocked[1], "kworker/0:250 250: in bpf_prog_pack_free < vfree");
}

TEST(VmConsoleTest, AFloodIsCountedAndForgotten) {
  Console console;
  const std::string noise(1 << 16, 'x');
  for (int i = 0; i < 64; ++i) console.add(noise);
  for (int i = 0; i < 1000; ++i) console.add("\nline");
  EXPECT_EQ(console.bytes(), (64u << 16) + 5000u);
  size_t kept = 0;
  for (const auto& line : console.excerpt()) kept += line.size();
  EXPECT_LT(kept, 50'000u);
  EXPECT_EQ(console.complaint(), "");
}

}  // namespace
}  // namespace lockstep::vm
