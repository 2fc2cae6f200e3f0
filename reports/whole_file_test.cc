// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/whole_file.h"

#include <gtest/gtest.h>

#include <fstream>

namespace lockstep {
namespace {

namespace fs = std::filesystem;

TEST(WholeFile, LeftoversGoAndNothingElse) {
  char name[] = "/tmp/lockstep-whole-XXXXXX";
  ASSERT_NE(mkdtemp(name), nullptr);
  const fs::path folder = name;
  const auto touch = [&](const char* file) { std::ofstream(folder / file) << "x"; };
  write_whole_file(folder / "report.txt", "whole");
  fs::create_directories(folder / "below");
  fs::create_directories(folder / "folder.part-AbC123");
  for (const auto* file : {"report.txt.part-AbC123", "mine.part-1", "mine.part-AbC1234", "mine.part-Ab_123",
                           "part-AbC123", "below/report.txt.part-AbC123"})
    touch(file);
  fs::create_symlink("report.txt", folder / "link.part-AbC123");
  remove_leftovers(folder);
  remove_leftovers(folder / "none");
  EXPECT_FALSE(fs::exists(folder / "report.txt.part-AbC123"));
  for (const auto* file : {"report.txt", "mine.part-1", "mine.part-AbC1234", "mine.part-Ab_123", "part-AbC123",
                           "below/report.txt.part-AbC123", "link.part-AbC123", "folder.part-AbC123"})
    EXPECT_TRUE(fs::exists(folder / file)) << file;
  fs::remove_all(folder);
}

}  // namespace
}  // namespace lockstep
