// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/leak_report.h"

#include <gtest/gtest.h>

namespace lockstep::live {
namespace {

// As Linux 6.1 words it.
std::string object(const std::string& pid, const std::string& functions) {
  return "unreferenced object 0xffff888003a1b2c0 (size 32):\n"
         "  comm \"pid 7, init\", pid " +
         pid +
         ", jiffies 4294907296 (age 14.200s)\n"
         "  hex dump (first 32 bytes):\n"
         "    ff ff ff ff 00 00 00 00 00 00 00 00 00 00 00 00  ................\n"
         "  backtrace:\n"
         "    [<00000000c5bd1ff9>] kmalloc_trace+0x22/0x90\n" +
         functions + "    [<0000000061c9a33b>] do_syscall_64+0x3c/0x90\n";
}

TEST(LeakReportTest, NamesTaskKindAndFunction) {
  const auto all = read_leak_reports(object("45",
                                            "    [<0000000012345678>] landlock_new_rule+0x5c/0x90\n    "
                                            "[<0000000012345678>] landlock_nodes_append+0x1/0x2\n") +
                                     object("46", "    [<0000000012345678>] landlock_take_events+0x5c/0x90\n") +
                                     object("47", "    [<0000000012345678>] landlock_nodes_append+0x5c/0x90\n"));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].pid, 45);
  EXPECT_EQ(all[0].kind, Kind::rule);
  EXPECT_EQ(all[0].function, "landlock_new_rule");
  EXPECT_EQ(all[1].kind, Kind::events);
  EXPECT_EQ(all[2].pid, 47);
  EXPECT_EQ(all[2].kind, Kind::node);
}

TEST(LeakReportTest, WhatTheDesignsDidNotMakeIsLeftOut) {
  EXPECT_TRUE(read_leak_reports("").empty());
  EXPECT_TRUE(read_leak_reports(object("45", "    [<0000000012345678>] copy_process+0x5c/0x90\n")).empty());
}

}  // namespace
}  // namespace lockstep::live
