// SPDX-License-Identifier: GPL-2.0-or-later
// The table itself, and that docs/trace-format.md shows it. To update the page:
//   LOCKSTEP_UPDATE_DOCS=1 model_test --gtest_filter='TraceFormatPage.*'
#include "model/grammar.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "model/joined.h"
#include "model/trace_text.h"

namespace lockstep {
namespace {

TEST(Grammar, KnowsItsModels) {
  for (const std::string_view model : grammar_models()) EXPECT_NE(grammar_of(model), nullptr) << model;
  EXPECT_EQ(grammar_of("v5-posted"), grammar_of("v6-posted"));
  EXPECT_EQ(grammar_of("seccomp@6.1"), grammar_of("seccomp"));
  EXPECT_EQ(grammar_of("seccomp@6.12"), grammar_of("seccomp"));
  for (const char* bad : {"", "seccomp@", "seccomp@6", "seccomp@6.1.x", "seccomp@.1", "v5-posted@6.1", "landlock",
                          "@6.1", "Seccomp", "v5"}) {
    EXPECT_EQ(grammar_of(bad), nullptr) << bad;
  }
}

TEST(Grammar, EveryOperationEndsInSuccessAndHasNoRowTwice) {
  for (const Grammar& grammar : grammars()) {
    for (const Operation& operation : grammar.operations) {
      ASSERT_FALSE(operation.rows.empty());
      EXPECT_EQ(operation.rows.back().error, 0) << name_of(operation.op);
      EXPECT_EQ(operation.rows.back().condition, "");
      std::set<std::string_view> conditions;
      for (const Row& row : operation.rows) EXPECT_TRUE(conditions.insert(row.condition).second) << row.condition;
    }
  }
}

TEST(Grammar, DefaultsAreAllowedValues) {
  for (const Grammar& grammar : grammars()) {
    for (const Operation& operation : grammar.operations) {
      for (const Argument& argument : operation.arguments) {
        if (argument.param == Param::fail) continue;  // its default is that nothing fails, which is not written
        EXPECT_EQ(argument.refusal(default_of(argument.param)), std::nullopt) << name_of(argument.param);
      }
    }
  }
}

TEST(Grammar, ErrorsHaveNames) {
  for (const Grammar& grammar : grammars()) {
    for (const Operation& operation : grammar.operations) {
      for (const Row& row : operation.rows) {
        if (row.error != 0) {
          EXPECT_EQ(error_number(row.result()), row.error);
        }
      }
    }
  }
  EXPECT_EQ(error_name(EAGAIN), "EAGAIN");
  EXPECT_EQ(error_name(200), "errno 200");
  EXPECT_EQ(error_number("EFROG"), std::nullopt);
  EXPECT_EQ(error_number(""), std::nullopt);
}

std::string condition_of(std::string_view model, const Step& step, const Start& start = {}) {
  const Row* row = grammar_of(model)->find(step.op)->row_of(step, start);
  return row == nullptr ? "none" : std::string(row->condition);
}

TEST(Grammar, FindsTheRowOfAStep) {
  EXPECT_EQ(condition_of("v5-posted", {.op = Op::append, .made = 1}), "");
  EXPECT_EQ(condition_of("v5-posted", {.op = Op::append, .flags = 1, .error = EINVAL}), "flags!=0");
  EXPECT_EQ(condition_of("v5-posted", {.op = Op::append, .fd = Fd::other, .error = EINVAL}), "fd=other");
  EXPECT_EQ(condition_of("v5-posted", {.op = Op::append, .error = EINVAL}), "none");
  EXPECT_EQ(condition_of("v5-posted", {.op = Op::append, .error = E2BIG}), "page limit");
  EXPECT_EQ(condition_of("v5-posted", {.op = Op::append, .made = 1, .fail_alloc = 2}), "") << "it need not be reached";
  EXPECT_EQ(condition_of("v5-posted", {.op = Op::append, .error = EPERM}, {.nnp = false}), "start nnp=0");
  EXPECT_EQ(condition_of("v5-posted", {.op = Op::append, .made = 1}, {.cap = false}), "none");
  EXPECT_EQ(condition_of("v5-new-hierarchy", {.op = Op::append, .made = 1, .flags = 1}), "");
  EXPECT_EQ(condition_of("v5-new-hierarchy", {.op = Op::append, .flags = 3, .error = EINVAL}), "flags>1");
  EXPECT_EQ(condition_of("v5-new-hierarchy", {.op = Op::append, .made = 1, .flags = 2}), "none");
  EXPECT_EQ(condition_of("v5-intended", {.op = Op::append, .made = 1, .flags = 1}), "none");
  EXPECT_EQ(condition_of("seccomp", {.op = Op::attach, .error = EACCES}, {.nnp = false, .cap = false}),
            "start nnp=0 cap=0");
  EXPECT_EQ(condition_of("seccomp", {.op = Op::attach, .made = 1}, {.nnp = false}), "");
  EXPECT_EQ(condition_of("seccomp", {.op = Op::attach, .error = ENOMEM}), "path limit");
  EXPECT_EQ(condition_of("seccomp", {.op = Op::attach, .fail_alloc = 1, .error = ENOMEM}), "fail=alloc:N");
  EXPECT_EQ(condition_of("seccomp", {.op = Op::fork, .made = 2, .fail_alloc = 1}), "none") << "a fork always allocates";
}

// The tables of the page.

std::string default_text(const Argument& argument) {
  if (argument.required) return "required";
  return argument.param == Param::fail ? "none fails" : value_text(argument.param, default_of(argument.param));
}

std::string argument_table(const Grammar& grammar) {
  std::string out = "| operation | argument | values | default |\n|---|---|---|---|\n";
  for (const Operation& operation : grammar.operations) {
    if (operation.arguments.empty()) {
      const char* none = operation.op == Op::reap ? "a task: `reap P2`" : "none";
      out += fmt::format("| `{}` | {} | | |\n", name_of(operation.op), none);
    }
    for (const Argument& argument : operation.arguments) {
      std::string values = argument.allowed();
      for (size_t at = 0; (at = values.find('|', at)) != values.npos; at += 4) values.replace(at, 1, "`, `");
      const char* reserved = argument.reserved == 0 ? "" : ", no bit below 8";
      out += fmt::format("| `{}` | `{}=` | `{}`{} | {} |\n", name_of(operation.op), name_of(argument.param), values,
                         reserved, default_text(argument));
    }
  }
  return out;
}

std::string result_table(const Grammar& grammar) {
  std::string out = "| operation | condition | result | rules out success |\n|---|---|---|---|\n";
  for (const Operation& operation : grammar.operations) {
    for (const Row& row : operation.rows) {
      const char letter = made_letter(operation.op);
      const std::string made = row.error == 0 && letter != 0 ? fmt::format(", `-> {}n`", letter) : "";
      out += fmt::format("| `{}` | {} | {}{} | {} |\n", name_of(operation.op), row.condition, row.result(), made,
                         row.certain ? "yes" : "");
    }
  }
  return out;
}

std::string tables() {
  std::string out;
  for (const Grammar& grammar : grammars()) {
    out += fmt::format("\n### {}: `{}`\n\n{}\n{}", grammar.title, joined(grammar.models, "`, `"),
                       argument_table(grammar), result_table(grammar));
  }
  return out + "\n";
}

const std::string kPage = std::string(LOCKSTEP_SOURCE_DIR) + "/docs/trace-format.md";
constexpr std::string_view kBegin = "<!-- tables of model/grammar_data.h: begin -->\n";
constexpr std::string_view kEnd = "<!-- tables of model/grammar_data.h: end -->\n";

std::string page() {
  std::ifstream file(kPage);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(TraceFormatPage, ShowsTheTable) {
  std::string text = page();
  const size_t begin = text.find(kBegin);
  const size_t end = text.find(kEnd);
  ASSERT_NE(begin, text.npos) << kPage;
  ASSERT_NE(end, text.npos) << kPage;
  const size_t inside = begin + kBegin.size();
  if (std::getenv("LOCKSTEP_UPDATE_DOCS") != nullptr) {
    std::ofstream(kPage) << text.replace(inside, end - inside, tables());
    return;
  }
  EXPECT_EQ(text.substr(inside, end - inside), tables())
      << kPage << " is behind model/grammar_data.h; update it with\n"
      << "  LOCKSTEP_UPDATE_DOCS=1 model_test --gtest_filter='TraceFormatPage.*'";
}

// Every block of the page that begins like a trace is one; and no example is lost by a typo in its fence.
TEST(TraceFormatPage, ItsExamplesParse) {
  const std::string text = page();
  constexpr std::string_view kFence = "```\n";
  int examples = 0;
  for (size_t at = 0; (at = text.find("```\nlockstep 1\n", at)) != text.npos; ++examples) {
    const size_t begin = at + kFence.size();
    at = text.find(kFence, begin);
    ASSERT_NE(at, text.npos);
    EXPECT_NO_THROW(parse_trace(text.substr(begin, at - begin), "example")) << text.substr(begin, at - begin);
    at += kFence.size();
  }
  EXPECT_EQ(examples, 2);
}

}  // namespace
}  // namespace lockstep
