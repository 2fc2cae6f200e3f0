// SPDX-License-Identifier: GPL-2.0-or-later
// Whole reports as kernels write them, and whom they are found to concern. P2 is the task 33, P3 the task 34.
#include "harness/live/log_report.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "harness/live/log_judge.h"

namespace lockstep::live {
namespace {

std::string worker(int pid) { return pid == 33 || pid == 34 ? fmt::format("P{}", pid - 31) : ""; }

std::vector<LogReport> reports_of(const std::string& log, const std::string& caller = "") {
  LogReader reader;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) reader.add({.of_kernel = true, .caller = caller, .text = line});
  reader.finish();
  return reader.take();
}

// What is ours in this log; "other: ..." if all there is is not; "nothing" if there is no report.
std::string verdict_on(const std::string& log, const std::string& caller = "") {
  std::string text;
  for (const LogReport& report : reports_of(log, caller)) {
    const std::string ours = judge(report, worker);
    text += (text.empty() ? "" : " | ") + (ours.empty() ? "other: " + describe(report) : ours);
  }
  return text.empty() ? "nothing" : text;
}

std::string task_line(int pid, const std::string& comm) {
  return fmt::format("CPU: 1 UID: 0 PID: {} Comm: {} Not tainted 6.12.9 #1\nHardware name: QEMU\n", pid, comm);
}

// A WARN of refcount_t, whose stack is given.
std::string underflow(const std::string& task, const std::string& stack) {
  return "------------[ cut here ]------------\n"
         "refcount_t: underflow; use-after-free.\n"
         "WARNING: CPU: 1 PID: 33 at lib/refcount.c:28 refcount_warn_saturate+0xba/0x110\n"
         "Modules linked in: snd_seccomp usbcore\n" +
         task +
         "RIP: 0010:refcount_warn_saturate+0xba/0x110\n"
         "Code: 01 e8 a2 6e 8e ff 0f 0b <0f> 0b c3\n"
         "RSP: 0018:ffffa65103953e80 EFLAGS: 00010282\n"
         "RAX: 0000000000000000 RBX: ffff99d3c5cafd00 RCX: 0000000000000000\n"
         "Call Trace:\n" +
         stack + "---[ end trace 0000000000000000 ]---\n";
}

const std::string kPut =
    " <TASK>\n ? __warn+0x81/0x130\n __seccomp_filter_release+0x50/0x70\n do_exit+0x2f1/0xa90\n </TASK>\n";
const std::string kElsewhere = " <TASK>\n usb_put_dev+0x1a/0x20\n process_one_work+0x17b/0x3a0\n </TASK>\n";

TEST(LogReport, AWarningInAWorkerIsOurs) {
  EXPECT_EQ(verdict_on(underflow(task_line(33, "lockstep-nurse"), kPut)),
            "the kernel warned in P2: refcount_t: underflow; use-after-free.; WARNING: CPU: 1 PID: 33 at "
            "lib/refcount.c:28 refcount_warn_saturate+0xba/0x110; in refcount_warn_saturate < "
            "__seccomp_filter_release < do_exit");
  EXPECT_NE(verdict_on(underflow(task_line(34, "1"), kElsewhere)).find("warned in P3: "), std::string::npos)
      << "whatever it does there";
}

TEST(LogReport, SomebodyElsesIsNot) {
  EXPECT_EQ(verdict_on(underflow(task_line(77, "kworker/0:2"), kElsewhere)),
            "other: refcount_t: underflow; use-after-free.; WARNING: CPU: 1 PID: 33 at lib/refcount.c:28 "
            "refcount_warn_saturate+0xba/0x110 (kworker/0:2)");
  const std::string browser = verdict_on(underflow(task_line(77, "chromium"), kPut));
  EXPECT_EQ(browser.find("other: "), 0u) << browser;
  EXPECT_NE(browser.find("(chromium, in seccomp)"), std::string::npos) << browser;
}

TEST(LogReport, TheKernelsOwnWorkIsOursIfItIsInSeccomp) {
  for (const std::string& task :
       {task_line(77, "kworker/0:2"), task_line(15, "ksoftirqd/0"), task_line(16, "rcu_preempt"),
        task_line(0, "swapper/1"), task_line(77, "renamed") + "Workqueue: events bpf_prog_free_deferred\n"}) {
    const std::string text = verdict_on(underflow(task, kPut));
    EXPECT_EQ(text.find("the kernel warned in "), 0u) << text;
    EXPECT_NE(text.find("because of this step or of an earlier one"), std::string::npos) << text;
  }
  EXPECT_EQ(verdict_on(underflow(task_line(77, "kworker/0:2"),
                                 " <TASK>\n ? __seccomp_filter_release+0x50/0x70\n worker_thread+0x1/0x2\n </TASK>\n"))
                .find("other: "),
            0u)
      << "a function that was only found on the stack";
}

TEST(LogReport, AnInterruptHitsAWorkerByChance) {
  const std::string interrupted = " <TASK>\n asm_sysvec_apic_timer_interrupt+0x1a/0x20\n" + kPut.substr(8);
  const std::string in_driver = " <IRQ>\n e1000_watchdog+0x10/0x20\n </IRQ>\n" + interrupted;
  EXPECT_EQ(verdict_on(underflow(task_line(33, "x"), in_driver)).find("other: "), 0u);
  EXPECT_EQ(verdict_on(underflow(task_line(33, "x"), kElsewhere), "C1").find("other: "), 0u);
  const std::string in_seccomp = " <IRQ>\n __put_seccomp_filter+0x10/0x20\n </IRQ>\n" + interrupted;
  EXPECT_NE(verdict_on(underflow(task_line(77, "x"), in_seccomp)).find("warned in an interrupt, because"),
            std::string::npos);
  EXPECT_EQ(verdict_on(underflow(task_line(33, "x"), " e1000_poll+0x1/0x2\n" + interrupted.substr(8))).find("other: "),
            0u)
      << "where the parts of a stack have no names";
}

TEST(LogReport, OtherOrdersOfTheSameWords) {
  EXPECT_EQ(verdict_on("------------[ cut here ]------------\n"
                       "WARNING: CPU: 0 PID: 33 at lib/refcount.c:28 refcount_warn_saturate+0x110/0x15c\n"
                       "refcount_t: underflow; use-after-free.\n"
                       "Modules linked in:\n"
                       "CPU: 0 PID: 33 Comm: two words (x) Tainted: G        W          6.1.0 #1\n"
                       "Call Trace:\n"
                       " free_task+0x1/0x2\n"),
            "the kernel warned in P2: WARNING: CPU: 0 PID: 33 at lib/refcount.c:28 "
            "refcount_warn_saturate+0x110/0x15c; refcount_t: underflow; use-after-free.; in free_task");
  EXPECT_EQ(verdict_on("------------[ cut here ]------------\n"
                       "WARNING: kernel/seccomp.c:540 at seccomp_filter_release+0x1/0x2, CPU#1: x/33\n" +
                       task_line(33, "") + "---[ end trace 0000000000000000 ]---\n"),
            "the kernel warned in P2: WARNING: kernel/seccomp.c:540 at seccomp_filter_release+0x1/0x2, CPU#1: x/33");
}

TEST(LogReport, AnOops) {
  const std::string rest = task_line(33, "1") + "RIP: 0010:do_exit+0x1/0x2\nCR2: 0000000000000008\n";
  EXPECT_EQ(verdict_on("BUG: kernel NULL pointer dereference, address: 0000000000000008\n"
                       "#PF: supervisor write access in kernel mode\n"
                       "Oops: Oops: 0002 [#1] PREEMPT SMP NOPTI\n" +
                       rest),
            "the kernel warned in P2: BUG: kernel NULL pointer dereference, address: (address); #PF: supervisor write "
            "access in kernel mode; Oops: Oops: 0002 [#1] PREEMPT SMP NOPTI; in do_exit");
  for (const std::string first :
       {"Oops: general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP",
        "general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1] SMP",
        "invalid opcode: 0000 [#2] SMP", "kernel BUG at kernel/seccomp.c:12!", "BUG: sleeping function called from x"})
    EXPECT_EQ(verdict_on(first + "\n" + rest).find("the kernel warned in P2: "), 0u) << first;
}

TEST(LogReport, Sanitizers) {
  const std::string line = "==================================================================\n";
  const std::string owners =
      "\nAllocated by task 34:\n kmalloc_trace+0x1/0x2\n\nFreed by task 34:\n kfree+0x1/0x2\n\n"
      "The buggy address belongs to the object at ffff888112233440\n";
  const std::string access =
      "BUG: KASAN: slab-use-after-free in bpf_jit_free+0x1/0x2\n"
      "Write of size 4 at addr ffff888112233440 by task kworker/0:1/77\n\n";
  const std::string stack = "Call Trace:\n <TASK>\n bpf_jit_free+0x1/0x2\n </TASK>\n";
  EXPECT_EQ(verdict_on(line + access + task_line(33, "1") + stack + owners + line).find("the kernel warned in P2: "),
            0u);
  const std::string later = verdict_on(line + access + task_line(77, "kworker/0:1") + stack + owners + line);
  EXPECT_EQ(later.find("the kernel warned in kworker/0:1, because of this step or of an earlier one: "), 0u) << later;
  EXPECT_EQ(later.find("ffff"), std::string::npos) << "an address";
  EXPECT_EQ(verdict_on(line + access + task_line(77, "kworker/0:1") + stack + line).find("other: "), 0u);

  EXPECT_EQ(verdict_on(line +
                       "BUG: KFENCE: use-after-free read in x+0x1/0x2\n\nUse-after-free read at (address):\n"
                       " x+0x1/0x2\n\nfreed by task 33 on cpu 1 at 9.1s:\n y+0x1/0x2\n\n" +
                       task_line(77, "kworker/0:1") + line)
                .find("the kernel warned in kworker/0:1, because"),
            0u);
  EXPECT_EQ(verdict_on("------------[ cut here ]------------\nUBSAN: array-index-out-of-bounds in kernel/x.c:1:2\n"
                       "index 3 is out of range for type 'int [3]'\n" +
                       task_line(33, "1") + "---[ end trace ]---\n"),
            "the kernel warned in P2: UBSAN: array-index-out-of-bounds in kernel/x.c:1:2; index 3 is out of range for "
            "type 'int [3]'");
  EXPECT_EQ(verdict_on(line +
                       "WARNING: possible recursive locking detected\n6.12.0 #1 Not tainted\n"
                       "--------------------------------------------\n1/33 is trying to acquire lock:\n" +
                       task_line(33, "1") + "Call Trace:\n <TASK>\n lock_acquire+0x1/0x2\n </TASK>\n")
                .find("the kernel warned in P2: WARNING: possible recursive locking detected; "),
            0u);
}

// The kernel's tools on themselves, and data races, which are everywhere.
TEST(LogReport, NoFaultsOfAWorker) {
  EXPECT_EQ(verdict_on("BUG: MAX_LOCKDEP_CHAIN_HLOCKS too low!\n" + task_line(33, "1")).find("other: "), 0u);
  const std::string race = "BUG: KCSAN: data-race in x / y\n" + task_line(33, "1") + "Call Trace:\n <TASK>\n";
  EXPECT_EQ(verdict_on(race + " do_wp_page+0x1/0x2\n </TASK>\n").find("other: "), 0u);
  EXPECT_EQ(verdict_on(race + " __put_seccomp_filter+0x1/0x2\n </TASK>\n").find("the kernel warned in P2: "), 0u);
  EXPECT_EQ(verdict_on("WARNING! this option is deprecated\nWARNING: that one too\n"),
            "other: WARNING: that one too (it does not say where)");
}

TEST(LogReport, NoReports) {
  for (const std::string line :
       {"traps: lockstep[33] general protection fault ip:401000 sp:7ffd0 error:0 in lockstep",
        "lockstep[33]: segfault at 0 ip 0000000000401000", "[Firmware Bug]: TSC doesn't count with P0 frequency!",
        "audit: type=1326 pid=33 comm=\"BUG: x\"", "systemd[1]: WARNING: x", "usb 1-1: [#1] BUG: x",
        "INFO: task x:33 blocked for more than 120 seconds.", "watchdog: BUG: soft lockup - CPU#1 stuck! [x:33]"})
    EXPECT_EQ(verdict_on(line), "nothing") << line;
}

TEST(LogReport, NobodyElseCanWriteOne) {
  LogReader reader;
  reader.add({.of_kernel = false, .text = "BUG: x"});
  reader.finish();
  EXPECT_TRUE(reader.take().empty());
  EXPECT_EQ(reports_of("BUG: x\n" + task_line(9, "PID: 33 Comm: y")).at(0).pid, 9) << "a task may be called anything";
}

TEST(LogReport, ReportsMayBeInterleaved) {
  LogReader reader;
  std::istringstream ours(underflow(task_line(33, "1"), kPut)), others(underflow(task_line(77, "x"), kElsewhere));
  std::string line;
  for (bool more = true; more;) {
    more = bool(std::getline(ours, line));
    if (more) reader.add({.of_kernel = true, .caller = "T33", .text = line});
    if (std::getline(others, line)) reader.add({.of_kernel = true, .caller = "T77", .text = line});
  }
  EXPECT_FALSE(reader.unfinished()) << "both have their last line";
  const auto reports = reader.take();
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(judge(reports[0], worker), "") << "the shorter one";
  EXPECT_NE(judge(reports[1], worker), "");
}

TEST(LogReport, WhatIsCutShortIsNotLost) {
  const std::string whole = underflow(task_line(33, "1"), kPut);
  for (size_t end = 0; end <= whole.size(); ++end) reports_of(whole.substr(0, end));
  EXPECT_EQ(reports_of(std::string(9000, 'a') + "\nBUG: " + std::string(9000, 'z')).at(0).headline.size(), 300u);
  EXPECT_NE(verdict_on(underflow(task_line(33, "1"), "") + underflow(task_line(33, "1"), "")).find(" | "),
            std::string::npos);
}

TEST(LogRecord, IsReadOrRefused) {
  const auto record = parse_log_record("4,1021,5140900,-,caller=T33;BUG: a;b\n SUBSYSTEM=usb\n");
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->of_kernel);
  EXPECT_EQ(record->sequence, 1021u);
  EXPECT_EQ(record->caller, "T33");
  EXPECT_EQ(record->text, "BUG: a;b");
  EXPECT_FALSE(parse_log_record("12,1,2,-;written by a program\n")->of_kernel);
  EXPECT_EQ(parse_log_record("6,1,2,c;x")->caller, "");
  for (const char* bad :
       {"", ";", "x,1,2,-;t", "4,x,2,-;t", "4", "4,1,2,-", "-4,1,2,-;t", "4 ,1;t", "99999999999999999999999,1,2,-;t"})
    EXPECT_FALSE(parse_log_record(bad)) << bad;
}

}  // namespace
}  // namespace lockstep::live
