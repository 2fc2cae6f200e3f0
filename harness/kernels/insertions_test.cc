// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/insertions.h"

#include <gtest/gtest.h>

#include <fstream>

#include "harness/kernels/cache.h"
#include "harness/kernels/sources.h"

namespace lockstep::kernels {
namespace {

namespace fs = std::filesystem;

constexpr const char* kContent = "int a;\nint b;\nint c;\n";

std::string refusal(const std::string& content, const Insertion& insertion) {
  try {
    insert(content, insertion);
  } catch (const InsertionError& error) {
    return error.what();
  }
  return "";
}

TEST(Insertions, GoBeforeOrAfterTheLineOfTheirAnchor) {
  EXPECT_EQ(insert(kContent, {"f", true, "^int b;$", "int x;\n"}), "int a;\nint b;\nint x;\nint c;\n");
  EXPECT_EQ(insert(kContent, {"f", false, "int b", "int x;\nint y;\n"}), "int a;\nint x;\nint y;\nint b;\nint c;\n");
  EXPECT_EQ(insert(kContent, {"f", false, "int a", "int x;\n"}), "int x;\nint a;\nint b;\nint c;\n");
  EXPECT_EQ(insert(kContent, {"f", true, "int c", "int x;\n"}), "int a;\nint b;\nint c;\nint x;\n");
  EXPECT_EQ(insert("int a;", {"f", true, "int a", "int x;\n"}), "int a;\nint x;\n") << "no newline at the end";
}

TEST(Insertions, AnAnchorMustMatchOneLine) {
  EXPECT_EQ(refusal(kContent, {"f", true, "int d", "x\n"}), "f: the anchor `int d` matches no lines, not one");
  EXPECT_EQ(refusal(kContent, {"f", true, "^int", "x\n"}), "f: the anchor `^int` matches 3 lines, not one");
  EXPECT_EQ(refusal("", {"f", true, "a", "x\n"}), "f: the anchor `a` matches no lines, not one");
  EXPECT_NE(refusal(kContent, {"f", true, "int (", "x\n"}).find("f: anchor `int (`: "), std::string::npos);
}

TEST(Insertions, ASecondTimeIsRefused) {
  for (const bool after : {false, true}) {
    const Insertion insertion{"f", after, "int b", "int x;\nint y;\n"};
    EXPECT_EQ(refusal(insert(kContent, insertion), insertion), "f: what belongs at `int b` stands there already");
  }
}

TEST(Insertions, TheirTextIsParsedAsItIs) {
  const auto parsed =
      parse_insertions("# why\n\nfile a/b\nafter ^x y$\n\tours {\n\n# not a comment\nend\nbefore z\nt\nend\n");
  ASSERT_EQ(parsed.size(), 2U);
  EXPECT_EQ(parsed[0].file, "a/b");
  EXPECT_TRUE(parsed[0].after);
  EXPECT_EQ(parsed[0].anchor, "^x y$");
  EXPECT_EQ(parsed[0].text, "\tours {\n\n# not a comment\n");
  EXPECT_EQ(parsed[1].file, "a/b");
  EXPECT_FALSE(parsed[1].after);
}

TEST(Insertions, WhatIsNotOneIsNotParsed) {
  for (const auto* text :
       {"after x\nt\nend\n", "file f\nafter x\nt\n", "file f\nafter x\nend\n", "file f\nbehind x\nt\nend\n"})
    EXPECT_THROW(parse_insertions(text), InsertionError) << text;
}

class Tree : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "lockstep-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    tree_ = name;
    write_file(tree_ / "a", kContent);
    write_file(tree_ / "b", kContent);
  }
  void TearDown() override { fs::remove_all(tree_); }
  fs::path tree_;
};

TEST_F(Tree, SeveralInsertionsOfAFileSeeEachOther) {
  insert_all({{"a", true, "int b", "int x;\n"}, {"a", true, "int x", "int y;\n"}, {"b", false, "int a", "int z;\n"}},
             tree_);
  EXPECT_EQ(read_file(tree_ / "a"), "int a;\nint b;\nint x;\nint y;\nint c;\n");
  EXPECT_EQ(read_file(tree_ / "b"), std::string("int z;\n") + kContent);
}

TEST_F(Tree, IsLeftAsItWasIfOneHasNoPlace) {
  for (const auto* file : {"b", "c"}) {
    EXPECT_THROW(insert_all({{"a", true, "int b", "int x;\n"}, {file, true, "int d", "int y;\n"}}, tree_),
                 InsertionError);
    EXPECT_EQ(read_file(tree_ / "a"), kContent);
  }
}

// What a kernel build applies: our own file is in order, whatever the tree.
TEST(Insertions, OursAreInOrder) {
  const auto ours = parse_insertions(source_text("linux/insertions"));
  EXPECT_EQ(ours.size(), 12U);
  for (const auto& insertion : ours) {
    EXPECT_TRUE(insertion.text.ends_with('\n'));
    EXPECT_NE(refusal("nothing of it\n", insertion).find("matches no lines"), std::string::npos);
  }
}

}  // namespace
}  // namespace lockstep::kernels
