// SPDX-License-Identifier: GPL-2.0-or-later
// Broken traces: each with the place and the words of its diagnostic; and how a diagnostic looks.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "model/trace_text.h"
#include "model/utf8.h"

namespace lockstep {
namespace {

using namespace std::string_literals;

std::optional<TraceError> error_of(std::string_view text) {
  try {
    parse_trace(text, "t.trace");
  } catch (const TraceError& error) {
    return error;
  }
  return std::nullopt;
}

struct Broken {
  const char* name;
  std::string text;
  uint32_t line;
  uint32_t column;
  const char* message;  // a part of it
};

void expect_refused(const Broken& broken) {
  SCOPED_TRACE(broken.name);
  const auto error = error_of(broken.text);
  ASSERT_TRUE(error) << "was accepted";
  EXPECT_EQ(error->line(), broken.line) << error->what();
  EXPECT_EQ(error->column(), broken.column) << error->what();
  EXPECT_NE(error->message().find(broken.message), std::string::npos) << error->what();
  const std::string place = fmt::format("t.trace:{}:{}: error: ", broken.line, broken.column);
  EXPECT_TRUE(std::string(error->what()).starts_with(place)) << error->what();
}

// A trace with these lines after the first.
std::string lines(const std::string& text) { return "lockstep 1\n" + text; }
std::string node(const std::string& text) { return "lockstep 1\nmodel v5-posted\n" + text; }
std::string seccomp(const std::string& text) { return "lockstep 1\nmodel seccomp\n" + text; }

TEST(BrokenTrace, Bytes) {
  const Broken all[] = {
      {"empty file", "", 1, 1, "the file is empty"},
      {"only a line end", "\n", 1, 1, "this is not a trace"},
      {"binary",
       "\x7f"
       "ELF\x02\x01\x01\0\0\0"s,
       1, 1, "this is not a trace"},
      {"UTF-16", "\xff\xfel\0o\0"s, 1, 1, "this is not a trace"},
      {"BOM", "\xef\xbb\xbflockstep 1\n", 1, 1, "byte order mark"},
      {"binary after the first line", lines("\x01\x02\x03\n"), 2, 1, "control character 0x01"},
      {"NUL", lines("P1 ex\0it\n"s), 2, 6, "NUL byte: this is not a text file"},
      {"NUL in a comment", lines("# a\0b\n"s), 2, 4, "NUL byte"},
      {"escape", lines("P1 exit # \x1b[31m\n"), 2, 11, "control character 0x1b"},
      {"C1 control", lines("# \xc2\x9b\n"), 2, 3, "control character 0x9b"},
      {"CRLF", "lockstep 1\r\nP1 exit\r\n", 1, 11, "CRLF line ends"},
      {"CRLF later", lines("P1 exit\r\n"), 2, 8, "CRLF line ends"},
      {"CR alone", lines("P1 exit\rP2 exit\n"), 2, 8, "carriage return"},
      {"tab", lines("P1\texit\n"), 2, 3, "tab: words are separated by spaces"},
      {"stray continuation byte", lines("# \x80\n"), 2, 3, "byte 0x80 is not valid UTF-8"},
      {"cut character", lines("# \xc3\n"), 2, 3, "byte 0xc3 is not valid UTF-8"},
      {"overlong", lines("# \xc0\xaf\n"), 2, 3, "byte 0xc0 is not valid UTF-8"},
      {"surrogate", lines("# \xed\xa0\x80\n"), 2, 3, "byte 0xed is not valid UTF-8"},
      {"above U+10FFFF", lines("# \xf4\x90\x80\x80\n"), 2, 3, "byte 0xf4 is not valid UTF-8"},
      {"column counts characters", lines("# \xc3\xa4\xe2\x82\xac\xff\n"), 2, 5, "byte 0xff is not valid UTF-8"},
      {"bidirectional control", lines("# \xe2\x80\xae\n"), 2, 3, "unprintable character U+202E"},
      {"truncated", lines("P1 exi"), 2, 7, "the last line has no line end: the file is truncated"},
      {"truncated first line", "lockstep 1", 1, 11, "truncated"},
      {"truncated first word", "lock", 1, 5, "truncated"},
  };
  for (const Broken& broken : all) expect_refused(broken);
}

TEST(BrokenTrace, FirstLine) {
  const Broken all[] = {
      {"no version", "lockstep\nP1 exit\n", 1, 1, "its first line must be `lockstep 1`"},
      {"unknown version", "lockstep 2\n", 1, 10, "unknown version `2`: this program reads `lockstep 1`"},
      {"unknown version 10", "lockstep 10\n", 1, 10, "unknown version `10`"},
      {"version 01", "lockstep 01\n", 1, 10, "unknown version `01`"},
      {"trailing space", "lockstep 1 \n", 1, 11, "must be exactly `lockstep 1`"},
      {"trailing comment", "lockstep 1 # x\n", 1, 11, "must be exactly"},
      {"two spaces", "lockstep  1\n", 1, 1, "must be exactly"},
      {"comment first", "# x\nlockstep 1\n", 1, 1, "this is not a trace"},
      {"upper case", "Lockstep 1\n", 1, 1, "this is not a trace"},
  };
  for (const Broken& broken : all) expect_refused(broken);
}

TEST(BrokenTrace, Header) {
  const Broken all[] = {
      {"unknown model", lines("model v5-psted\n"), 2, 7, "unknown model `v5-psted`; did you mean `v5-posted`?"},
      {"far from any model", lines("model landlock\n"), 2, 7, "unknown model `landlock` (known: v5-intended"},
      {"preset of a node design", lines("model v5-posted@6.1\n"), 2, 7, "unknown model"},
      {"no model", lines("model\n"), 2, 6, "the name of a model is missing"},
      {"two names", lines("model seccomp x\n"), 2, 15, "unexpected `x`"},
      {"two models", lines("model seccomp\nmodel seccomp\n"), 3, 1, "a second `model`: the first is in line 2"},
      {"two starts", lines("start nnp=0\nstart cap=0\n"), 3, 1, "a second `start`"},
      {"two marks", lines("mark a\n\nmark b\n"), 4, 1, "a second `mark`: the first is in line 2"},
      {"empty mark", lines("mark   # nothing\n"), 2, 5, "the text of the mark is missing"},
      {"header after a step", lines("P1 exec\n#\nmodel seccomp\n"), 4, 1, "must stand before the first step (line 2)"},
      {"start with a word", lines("start root=1\n"), 2, 7, "unknown argument `root` of `start`"},
      {"start bit", lines("start cap=0 nnp=2\n"), 2, 13, "`nnp` must be 0 or 1"},
      {"start without value", lines("start nnp\n"), 2, 7, "`nnp` must be 0 or 1"},
      {"start twice", lines("start nnp=0 nnp=0\n"), 2, 13, "`nnp=` stands here twice"},
      {"expect nothing", lines("expect\n"), 2, 7, "a target is missing"},
      {"expect bad target", lines("expect kernel CONFORMS\n"), 2, 8, "unknown target `kernel`"},
      {"expect empty target", lines("expect vm: CONFORMS\n"), 2, 8, "unknown target `vm:`"},
      {"expect no verdict", lines("expect live\n"), 2, 12, "CONFORMS or DIVERGES is missing"},
      {"expect bad verdict", lines("expect live FAILS\n"), 2, 13, "expected CONFORMS or DIVERGES, not `FAILS`"},
      {"expect bad property", lines("expect live DIVERGES Isolation\n"), 2, 22, "is not the name of a property"},
      {"expect bad argument", lines("expect live DIVERGES stap=3\n"), 2, 22, "unknown argument `stap` of `expect`"},
      {"expect step 0", lines("expect live DIVERGES step=0\n"), 2, 27, "step must be 1..10000"},
      {"expect huge step", lines("expect live DIVERGES step=18446744073709551617\n"), 2, 27, "step must be"},
      {"expect step out of range", lines("expect live DIVERGES x step=2\nP1 exit\n"), 2, 29, "the trace has 1 steps"},
      {"expect too much", lines("expect live DIVERGES x step=2 y\n"), 2, 31, "unexpected `y`"},
      {"expect twice", lines("expect live DIVERGES x\nexpect live CONFORMS x\n"), 3, 8, "a second expectation"},
      {"misspelt header", lines("modle seccomp\n"), 2, 1, "not `modle`; did you mean `model`?"},
      {"observed fact", lines("! R1.usage 1\n"), 2, 1, "expected a task such as P1"},
  };
  for (const Broken& broken : all) expect_refused(broken);
}

TEST(BrokenTrace, Words) {
  const Broken all[] = {
      {"unknown operation", node("P1 apend event=0 -> R1\n"), 3, 4,
       "unknown operation `apend`; did you mean `append`?"},
      {"other model's operation", node("P1 attach -> F1\n"), 3, 4, "(known: append, fork, exec, exit)"},
      {"no operation", node("P1\n"), 3, 3, "a step needs an operation"},
      {"lower-case task", node("p1 exit\n"), 3, 1, "expected a task such as P1"},
      {"leading zero", node("P01 exit\n"), 3, 2, "leading zero in `01`"},
      {"task 0", node("P0 exit\n"), 3, 1, "P0 is no name"},
      {"task with letters", node("P1x exit\n"), 3, 2, "`1x` is not a decimal number"},
      {"task above the limit", node("P251 exit\n"), 3, 1, "`P251` is above the highest name, P250"},
      {"huge task", node("P99999999999999999999999 exit\n"), 3, 1, "above the highest name, P250"},
      {"unknown argument", node("P1 append evnt=0 -> R1\n"), 3, 11,
       "unknown argument `evnt` of `append`; did you mean `event`?"},
      {"argument of another operation", node("P1 exit flags=0\n"), 3, 9,
       "unknown argument `flags` of `exit` (it has none)"},
      {"argument of another model", node("P1 append event=0 len=16 -> R1\n"), 3, 19, "unknown argument `len`"},
      {"argument without value", node("P1 append event -> R1\n"), 3, 11, "`event` needs a value: `event=0..1`"},
      {"empty value", node("P1 append event= -> R1\n"), 3, 17, "a number is missing"},
      {"argument twice", node("P1 append event=0 event=0 -> R1\n"), 3, 19, "`event=` stands here twice"},
      {"required argument", node("P1 append -> R1\n"), 3, 4, "`append` needs `event=0..1`"},
      {"event range", node("P1 append event=2 -> R1\n"), 3, 17, "event=`2` must be 0..1"},
      {"pages range", node("P1 append event=0 pages=65 -> R1\n"), 3, 25, "pages=`65` must be 1..64"},
      {"pages 0", node("P1 append event=0 pages=0 -> R1\n"), 3, 25, "must be 1..64"},
      {"huge number", node("P1 append event=0 pages=4294967297 -> R1\n"), 3, 25, "must be 1..64"},
      {"very huge number", node("P1 append event=0 flags=" + std::string(5000, '9') + " = EINVAL\n"), 3, 25,
       "must be 0..4294967295"},
      {"wrapping number", node("P1 append event=18446744073709551616 -> R1\n"), 3, 17, "must be 0..1"},
      {"negative", node("P1 append event=-1 -> R1\n"), 3, 17, "`-1` is not a decimal number"},
      {"plus", node("P1 append event=+1 -> R1\n"), 3, 17, "`+1` is not a decimal number"},
      {"hexadecimal", node("P1 append event=0 flags=0x1 = EINVAL\n"), 3, 25, "`0x1` is not a decimal number"},
      {"leading zero in a value", node("P1 append event=00 -> R1\n"), 3, 17, "leading zero in `00`"},
      {"bad word", node("P1 append event=0 arg=nul = EFAULT\n"), 3, 23, "arg=`nul` must be ok|null|bad"},
      {"word of another model", node("P1 append event=0 arg=large = EFAULT\n"), 3, 23, "must be ok|null|bad"},
      {"bad fail", node("P1 append event=0 fail=2 = ENOMEM\n"), 3, 24, "fail=`2` must be alloc:1..9"},
      {"fail 0", node("P1 append event=0 fail=alloc:0 = ENOMEM\n"), 3, 24, "must be alloc:1..9"},
      {"fail range", seccomp("P1 attach fail=alloc:3 = ENOMEM\n"), 3, 16, "must be alloc:1..2"},
      {"fail without number", node("P1 fork fail=alloc: = ENOMEM\n"), 3, 20, "a number is missing"},
      {"len range", seccomp("P1 attach len=15 -> F1\n"), 3, 15, "len=`15` must be 16..8192"},
      {"known flag", seccomp("P1 attach flags=1 -> F1\n"), 3, 17, "no bit below 8 set: bits 0 to 7 are flags known"},
      {"known flag among others", seccomp("P1 attach flags=264 = EINVAL\n"), 3, 17, "come later"},
      {"stray word", node("P1 exit now\n"), 3, 9, "unexpected `now`"},
      {"blocking step", seccomp("P1 fork -> P2 &\n"), 3, 15, "unexpected `&` after the end of the step"},
      {"reap without task", seccomp("P1 reap\n"), 3, 8, "`reap` needs the task that it waits for"},
      {"reap of a filter", seccomp("P1 reap F1\n"), 3, 9, "expected a name such as P1, not `F1`"},
      {"unknown thread argument", seccomp("P1 thread arg=bad = EFAULT\n"), 3, 11, "(known: fail)"},
  };
  for (const Broken& broken : all) expect_refused(broken);
}

TEST(BrokenTrace, Results) {
  const Broken all[] = {
      {"no result", node("P1 fork\n"), 3, 8, "`fork` must end in `-> P` and a number, or in `= ERROR`"},
      {"no result before a comment", node("P1 append event=0   # R1\n"), 3, 18, "must end in `-> R`"},
      {"arrow without name", node("P1 fork ->\n"), 3, 11, "a name must follow `->`"},
      {"arrow without space", node("P1 fork ->P2\n"), 3, 9, "a space must follow `->`"},
      {"equals without error", node("P1 fork =\n"), 3, 10, "an error must follow `=`"},
      {"equals without space", node("P1 fork =ENOMEM\n"), 3, 9, "a space must follow `=`"},
      {"wrong letter", node("P1 fork -> R2\n"), 3, 12, "expected a name such as P1, not `R2`"},
      {"arrow of exit", node("P1 exit -> P2\n"), 3, 9, "`exit` makes nothing that could have a name"},
      {"name above the limit", node("P1 append event=0 -> R10000\n"), 3, 22, "above the highest name, R9999"},
      {"task above the limit", node("P1 fork -> P251\n"), 3, 12, "above the highest name, P250"},
      {"both results", node("P1 fork -> P2 = ENOMEM\n"), 3, 15, "unexpected `=`"},
      {"unknown error", node("P1 append event=0 flags=1 = EINVALID\n"), 3, 29,
       "`EINVALID` is not the name of an error; did you mean `EINVAL`?"},
      {"TSYNC result", seccomp("P1 attach = P3\n"), 3, 13, "`P3` is not the name of an error"},
      {"error without row", node("P1 append event=0 = ESRCH\n"), 3, 19,
       "`append` does not give ESRCH; its errors are EPERM, EFAULT, EINVAL, EBADF, E2BIG, ENOMEM"},
      {"error without reason", node("P1 append event=0 = EFAULT\n"), 3, 19,
       "`append` gives EFAULT only with arg=null or arg=bad"},
      {"no memory without reason", seccomp("P1 fork = ENOMEM\n"), 3, 9, "`fork` gives ENOMEM only with fail=alloc:1"},
      {"exit that fails", node("P1 exit = EPERM\n"), 3, 9, "`exit` cannot fail"},
      {"impossible success", node("P1 append event=0 flags=1 -> R1\n"), 3, 27,
       "this `append` cannot succeed: flags!=0 gives EINVAL"},
      {"impossible success by the start", lines("start cap=0\nP1 append event=0 -> R1\n"), 3, 19,
       "start cap=0 gives EPERM"},
      {"impossible silent success", seccomp("P1 exec arg=bad\n"), 3, 4,
       "this `exec` cannot succeed: arg=bad gives EFAULT"},
  };
  for (const Broken& broken : all) expect_refused(broken);
}

TEST(BrokenTrace, Names) {
  const Broken all[] = {
      {"reused rule", node("P1 append event=0 -> R1\nP1 append event=1 -> R1\n"), 4, 22,
       "R1 was made in line 3 already"},
      {"reused filter", seccomp("P1 attach -> F7\nP1 attach -> F7\n"), 4, 14, "F7 was made in line 3 already"},
      {"reused task", node("P1 fork -> P2\nP1 fork -> P2\n"), 4, 12, "P2 was made in line 3 already"},
      {"reused dead task", node("P1 fork -> P2\nP2 exit\nP1 fork -> P2\n"), 5, 12, "P2 was made in line 3 already"},
      {"P1 again", node("P1 fork -> P1\n"), 3, 12, "P1 exists from the start"},
      {"unknown task", node("P2 exit\n"), 3, 1, "P2 does not exist: no step has made it"},
      {"failed fork makes nothing", node("P1 fork fail=alloc:1 = ENOMEM\nP2 exit\n"), 4, 1, "P2 does not exist"},
      {"dead task", node("P1 fork -> P2\nP2 exit\nP2 exec\n"), 5, 1, "P2 exited in line 4"},
      {"killed by exec", seccomp("P1 thread -> P2\nP1 exec\nP2 exit\n"), 5, 1, "P2 was killed by the exec in line 4"},
      {"step after the end", node("P1 exit\nP1 exit\n"), 4, 1, "P1 exited in line 3"},
      {"reap of nobody", seccomp("P1 reap P2\n"), 3, 9, "P2 does not exist: no step has made it"},
      {"reap again", seccomp("P1 fork -> P2\nP2 exit\nP1 reap P2\nP1 reap P2 = ECHILD\n"), 6, 9,
       "P2 was reaped in line 5 already"},
      {"reap of a dead thread", seccomp("P1 thread -> P2\nP2 exit\nP1 reap P2 = ECHILD\n"), 5, 9,
       "P2 was a thread, which nobody can reap: it exited in line 4"},
      {"reap after exec", seccomp("P1 thread -> P2\nP2 exec\nP2 reap P1 = ECHILD\n"), 5, 9,
       "P1 is gone: the exec in line 4 released it"},
      {"reap after init", seccomp("P1 fork -> P2\nP2 fork -> P3\nP3 exit\nP2 exit\nP1 reap P3 = ECHILD\n"), 7, 9,
       "P3 is gone: init reaped it in line 6"},
      {"reap of the living", seccomp("P1 fork -> P2\nP1 reap P2\n"), 4, 4, "gives EAGAIN: P2 is not waitable yet"},
      {"reap of the living with ECHILD", seccomp("P1 fork -> P2\nP1 reap P2 = ECHILD\n"), 4, 14, "gives EAGAIN"},
      {"reap of a stranger", seccomp("P1 fork -> P2\nP2 reap P1\n"), 4, 4, "P1 is not a child of the caller's process"},
      {"reap that succeeds", seccomp("P1 fork -> P2\nP2 exit\nP1 reap P2 = EAGAIN\n"), 5, 14, "this `reap` succeeds"},
  };
  for (const Broken& broken : all) expect_refused(broken);
}

TEST(BrokenTrace, StepsOfDifferentModels) {
  const Broken all[] = {
      {"append, then attach", lines("P1 append event=0 -> R1\nP1 exec\nP1 attach -> F1\n"), 4, 1,
       "no model knows both this step and the one in line 2"},
      {"argument of a model ruled out", lines("P1 attach -> F1\nP1 fork fail=alloc:2 -> P2\n"), 3, 1,
       "no model knows both this step and the one in line 2"},
      {"a typo is still a typo", lines("P1 attach -> F1\nP1 exec arg=bd = EFAULT\n"), 3, 13, "must be ok|bad"},
      {"the nearest grammar speaks", lines("P1 fork arg=null = EFAULT\n"), 2, 13, "arg=`null` must be ok|bad"},
  };
  for (const Broken& broken : all) expect_refused(broken);
}

TEST(BrokenTrace, TooManySteps) {
  std::string text = node("");
  for (int i = 0; i < 100'000; ++i) text += "P1 exec\n";
  expect_refused({"100,000 steps", text, 3 + kMaxSteps, 1, "more than 10000 steps, the limit of a trace"});
}

TEST(Diagnostic, ShowsTheLineAndACaret) {
  EXPECT_STREQ(
      error_of(node("P1 fork -> P2\n  P2 apend event=0 -> R1 # x\n"))->what(),
      "t.trace:4:6: error: unknown operation `apend`; did you mean `append`? (known: append, fork, exec, exit)\n"
      "    P2 apend event=0 -> R1 # x\n"
      "       ^");
  EXPECT_STREQ(error_of(node("P1 fork\n"))->what(),
               "t.trace:3:8: error: `fork` must end in `-> P` and a number, or in `= ERROR`\n"
               "  P1 fork\n"
               "         ^");
  EXPECT_STREQ(error_of("")->what(), "t.trace:1:1: error: the file is empty\n  \n  ^");
}

TEST(Diagnostic, EscapesWhatATerminalWouldObey) {
  EXPECT_STREQ(error_of(lines("# \xc3\xa4 \x1b[2J\xff\n"))->what(),
               "t.trace:2:5: error: control character 0x1b\n"
               "  # \xc3\xa4 \\x1b[2J\\xff\n"
               "      ^");
  EXPECT_STREQ(error_of(lines("P1 exit\r\n"))->what(),
               "t.trace:2:8: error: CRLF line ends: lines must end in LF alone\n"
               "  P1 exit\\r\n"
               "         ^");
  // The caret stands under the place although characters before it are shown wider than they are.
  EXPECT_EQ(caret_lines("\x01\x01P", 3), "  \\x01\\x01P\n          ^");
  EXPECT_EQ(caret_lines("\xe2\x80\xae|", 2), "  \\u{202e}|\n          ^");
  EXPECT_STREQ(TraceError("a\x1b"
                          "b\n",
                          1, 1, "x\ry", "")
                   .what(),
               "a\\x1bb\\n:1:1: error: x\\ry\n  \n  ^");
  EXPECT_STREQ(TraceError("no\x07", "is missing").what(), "no\\x07: error: is missing");
}

TEST(Diagnostic, CutsLongLinesAroundTheCaret) {
  const std::string line = std::string(100, 'a') + "X" + std::string(100, 'b');
  EXPECT_EQ(caret_lines(line, 101),
            "  ..." + std::string(60, 'a') + "X" + std::string(39, 'b') + "...\n  " + std::string(63, ' ') + "^");
  EXPECT_EQ(caret_lines(line, 1), "  " + std::string(40, 'a') + "...\n  ^");
  EXPECT_EQ(caret_lines(line, 202), "  ..." + line.substr(141) + "\n  " + std::string(63, ' ') + "^");
  const auto error = error_of(node("P1 " + std::string(1 << 20, 'x') + "\n"));
  EXPECT_EQ(error->message(), "unknown operation `" + std::string(40, 'x') + "...` (known: append, fork, exec, exit)");
  EXPECT_LT(std::string(error->what()).size(), 300u);
}

TEST(Diagnostic, IsPrintableWhateverTheBytes) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::string start : {"", "lockstep 1\nP1 exit ", "lockstep 1\nmodel "}) {
      const auto error = error_of(start + std::string(3, static_cast<char>(byte)) + "\n");
      if (!error) continue;
      std::string_view text = error->what();
      while (!text.empty()) {
        const Decoded character = decode_utf8(text);
        ASSERT_TRUE(character.valid && (character.code == '\n' || printable(character.code))) << "byte " << byte;
        text.remove_prefix(character.length);
      }
    }
  }
}

class TraceFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "lockstep-text-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& text) const {
    std::ofstream(path(), std::ios::binary) << text;
    return path();
  }
  std::string path() const { return folder_ + "/t.trace"; }
  std::string message(const std::string& path) const {
    try {
      read_trace(path);
    } catch (const TraceError& error) {
      EXPECT_EQ(error.line(), 0u);
      EXPECT_EQ(error.what(), path + ": error: " + error.message());
      return error.message();
    }
    return "accepted";
  }
  std::string folder_;
};

TEST_F(TraceFile, IsRead) { EXPECT_EQ(read_trace(write(lines("P1 exit\n"))).steps.size(), 1u); }

TEST_F(TraceFile, SaysWhyItCannotBeRead) {
  EXPECT_EQ(message(path()), "cannot be opened: No such file or directory");
  EXPECT_EQ(message(folder_), "is a directory, not a trace");
  EXPECT_EQ(message("/dev/zero"), "is larger than 4 MiB, the limit of a trace");
}

TEST_F(TraceFile, HasALimit) {
  std::string text = lines("");
  while (text.size() < kMaxTraceBytes) text += "#" + std::string(1022, ' ') + "\n";
  text.resize(kMaxTraceBytes - 1);
  text += "\n";
  EXPECT_EQ(read_trace(write(text)).steps.size(), 0u);
  EXPECT_EQ(message(write(text + "\n")), "is larger than 4 MiB, the limit of a trace");
}

TEST_F(TraceFile, AnErrorInsideNamesTheFile) {
  try {
    read_trace(write(lines("P1 exi\n")));
    FAIL();
  } catch (const TraceError& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with(path() + ":2:4: error: unknown operation `exi`; did you mean"));
  }
}

}  // namespace
}  // namespace lockstep
