// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/function_text.h"

#include <gtest/gtest.h>

namespace lockstep {
namespace {

std::string text(std::string_view source, std::string_view name = "put") {
  return function_text(source, name).value_or("none");
}

constexpr std::string_view kFile = R"(
#include <linux/slab.h>
struct node { int usage; };
static int put(struct node *n);	/* a prototype is no definition */
static const struct operations ops = { .put = put };

static inline int
put(struct node *n)
	__releases(lock)
{
	return get(n) ? 1 : 0;
}
EXPORT_SYMBOL(put);
int get(struct node *n) { return put(n); }
)";

TEST(FunctionText, IsFoundWithItsDeclaration) {
  EXPECT_EQ(text(kFile),
            "static inline int put ( struct node * n ) __releases ( lock ) { return get ( n ) ? 1 : 0 ; }");
  EXPECT_EQ(text(kFile, "get"), "int get ( struct node * n ) { return put ( n ) ; }");
}

TEST(FunctionText, WhatIsNotDefinedIsMissing) {
  for (const auto* name : {"usage", "operations", "pu", "puts", "EXPORT_SYMBOL", ""})
    EXPECT_EQ(text(kFile, name), "none") << name;
  EXPECT_EQ(text("int put(int a);\nint x = put(1);\n#define put(a) { a; }\n"), "none");
  EXPECT_EQ(text(""), "none");
}

TEST(FunctionText, CommentsAndLayoutDoNotCount) {
  const auto plain = text("int put(int a) { return a; }");
  EXPECT_NE(plain, "none");
  EXPECT_EQ(text("int put(int a)\n{\n\t/* } */ // }\n\treturn \\\n a;\n}"), plain);
  EXPECT_EQ(text("/* int put(void) { */\nint put(int a) { return a; }"), plain);
}

TEST(FunctionText, AnyOtherChangeCounts) {
  const auto plain = text("int put(int a) { return a + 1; }");
  for (const auto* changed :
       {"int put(int a) { return a + 2; }", "int put(int a) { return a - 1; }", "long put(int a) { return a + 1; }",
        "int put(int b) { return a + 1; }", "int put(int a) { return a + 1; ; }", "int put(int a) { return ab + 1; }",
        "int put(int a) {\n#ifdef X\nreturn a + 1; }"})
    EXPECT_NE(text(changed), plain) << changed;
}

TEST(FunctionText, BracesInStringsCharactersAndCommentsAreNone) {
  EXPECT_EQ(text("int put(void) { say(\"}\\\"}\"); c = '}'; d = '\\''; /* } */ return 1; } int x;"),
            "int put ( void ) { say ( \"}\\\"}\" ) ; c = '}' ; d = '\\'' ; return 1 ; }");
  EXPECT_EQ(text("const char *s = \"int put(void) {\"; int put(void) { }"), "int put ( void ) { }");
}

TEST(FunctionText, BlanksInAStringCount) {
  EXPECT_NE(text("int put(void) { say(\"a b\"); }"), text("int put(void) { say(\"a  b\"); }"));
}

TEST(FunctionText, PreprocessorLinesAreNoDeclarationButPartOfABody) {
  EXPECT_EQ(text("#ifdef X\nint put(void) { return 1; }\n#else\nint put(void) { return 0; }\n#endif\n"),
            "int put ( void ) { return 1 ; }\nint put ( void ) { return 0 ; }");
  EXPECT_EQ(text("int put(void)\n{\n#ifdef  CONFIG_X /* } */\n\tx();\n# endif\n}\n"),
            "int put ( void ) { #ifdef CONFIG_X x ( ) ; #endif }");
  EXPECT_EQ(text("#define a 1 /* and\n } */ 2\nint put(void) { }"), "int put ( void ) { }");
  EXPECT_EQ(text("#define a /* and\n }"), "none");
  EXPECT_EQ(text("#define m(a) do { \\\n a; \\\n} while (0)\nint put(void) { }"), "int put ( void ) { }");
}

TEST(FunctionText, BracesThatDoNotMatchAreSaidToBeMissing) {
  EXPECT_EQ(text("int put(void) { if (x) { return 1; }"), "none");
  EXPECT_EQ(text("int put(void"), "none");
  EXPECT_EQ(text("int put(void) { \" }"), "none");
  EXPECT_EQ(text("int put(void) /* {"), "none");
}

TEST(FunctionText, ACallInsideAnotherFunctionIsNoDefinition) {
  EXPECT_EQ(text("int get(void) { put(1) { } }\nint put(int a) { return a; }"), "int put ( int a ) { return a ; }");
}

}  // namespace
}  // namespace lockstep
