// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/whole_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <system_error>

namespace lockstep {
namespace {

namespace fs = std::filesystem;

class NamedFile : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/lockstep-whole-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string text_of(const char* file) const {
    std::ifstream in(folder_ / file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path folder_;
};

TEST_F(NamedFile, APipeIsWrittenToAndStays) {
  const auto pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  write_named_file(pipe, "whole");
  char text[8] = {};
  EXPECT_EQ(read(reader, text, sizeof text), 5);
  close(reader);
  EXPECT_STREQ(text, "whole");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(NamedFile, ALinkStaysAndWhereItLeadsIsWritten) {
  std::ofstream(folder_ / "file") << "old";
  fs::create_symlink("file", folder_ / "second");
  fs::create_symlink(folder_ / "second", folder_ / "first");
  fs::create_symlink("none", folder_ / "dangling");
  write_named_file(folder_ / "first", "new");
  write_named_file(folder_ / "dangling", "made");
  for (const auto* link : {"first", "second", "dangling"}) EXPECT_TRUE(fs::is_symlink(folder_ / link)) << link;
  EXPECT_EQ(text_of("file"), "new");
  EXPECT_EQ(text_of("none"), "made");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 5);
}

TEST_F(NamedFile, WhatCannotBeWrittenIsSaid) {
  fs::create_symlink("loop", folder_ / "loop");
  fs::create_directory(folder_ / "folder");
  for (const auto* name : {"loop", "folder", "no/folder"})
    EXPECT_THROW(write_named_file(folder_ / name, "x"), std::system_error) << name;
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 2);
}

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
