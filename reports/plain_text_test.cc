// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/plain_text.h"

#include <gtest/gtest.h>

#include "reports/command.h"
#include "reports/markup.h"
#include "reports/pipe_through.h"
#include "reports/report_samples.h"

namespace lockstep {
namespace {

TEST(PlainText, Wraps) {
  EXPECT_EQ(wrap("one two three", 8), "one two\nthree\n");
  EXPECT_EQ(wrap("one two three", 9, "- ", "  "), "- one two\n  three\n");
  EXPECT_EQ(wrap("abcdefghij k", 4), "abcd\nefgh\nij k\n");
  EXPECT_EQ(wrap("", 10, "- "), "-\n");
  EXPECT_EQ(wrap("ää öö üü", 5), "ää öö\nüü\n");  // columns, not bytes
}

TEST(PlainText, AsciiIsAscii) { EXPECT_EQ(ascii("a→b ä \xff\x1b\n~"), "a->b \\u{e4} \\xff\\x1b\\n~"); }

TEST(PlainText, Lists) {
  EXPECT_EQ(list_of({}), "");
  EXPECT_EQ(list_of({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(count_of(1, "step") + count_of(0, "step"), "1 step0 steps");
}

TEST(Markup, EscapesWhatXmlForbids) {
  EXPECT_EQ(markup_attribute("<a b=\"c\">&\n\x01\xef\xbf\xbf"), "&lt;a b=&quot;c&quot;&gt;&amp;\\n\\x01\\u{ffff}");
  EXPECT_EQ(markup_text("a\nb"), "a\nb");
}

TEST(Command, ShellTakesTheWordBack) {
  const std::vector<std::string> words = {"plain",
                                          "two words",
                                          "it's $HOME `id`",
                                          kHostile,
                                          "\\'\x7f\x01"
                                          "1",
                                          ""};
  for (const auto& word : words) {
    const auto piped = pipe_through({"bash", "-c", "printf %s " + shell_word(word)}, "", 10000);
    EXPECT_EQ(piped.out, word);
  }
}

TEST(Command, Replays) {
  EXPECT_EQ(replay_command("a.lock", "v5-posted", "live"), "lockstep replay a.lock --model v5-posted --target live");
  EXPECT_EQ(replay_command("a.lock", "", "sim:v5", "sim:./my lib.so"),
            "lockstep replay a.lock --target sim:v5 --against 'sim:./my lib.so'");
  EXPECT_EQ(replay_command("-a.lock", "v5-posted", ""), "lockstep check ./-a.lock");
}

TEST(Command, AsksForWhatTheRunAskedFor) {
  Result run{.model = "seccomp", .target = "live", .asked = {.counters = false}};
  EXPECT_EQ(reproduce_command({.name = "a.lock"}, run),
            "lockstep replay a.lock --model seccomp --target live --observe results,views");
  auto undrained = run;
  undrained.no_drain = true;
  EXPECT_EQ(reproduce_command({.name = "a.lock"}, undrained),
            "lockstep replay a.lock --model seccomp --target live --observe results,views --no-drain");
  const Find unnamed{.name = "seed 7 trace 42", .seed = 7, .index = 42};
  EXPECT_EQ(reproduce_command(unnamed, run),
            "lockstep fuzz --model seccomp --target live --seed 7 --traces 43 --observe results,views");
  run.target = "";
  EXPECT_EQ(reproduce_command({.name = "a.lock"}, run), "lockstep check a.lock");
}

TEST(PipeThrough, EndsWhatTakesTooLong) {
  const auto piped = pipe_through({"sleep", "60"}, "", 100);
  EXPECT_TRUE(piped.started);
  EXPECT_FALSE(piped.in_time);
}

TEST(PipeThrough, CarriesMoreThanAPipeHolds) {
  const std::string much(3 << 20, 'x');
  EXPECT_EQ(pipe_through({"cat"}, much, 10000).out, much);
  EXPECT_EQ(pipe_through({"true"}, much, 10000).status, 0);  // which does not read it
}

}  // namespace
}  // namespace lockstep
