// SPDX-License-Identifier: GPL-2.0-or-later
// Good traces: what they mean, and that writing and parsing are inverse. The bad ones are in trace_errors_test.cc.
#include "model/trace_text.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <limits>
#include <random>

#include "model/grammar.h"
#include "model/process_table.h"

namespace lockstep {
namespace {

Trace parse(std::string_view text) { return parse_trace(text, "test"); }

// Without line numbers, which are the text's.
std::vector<Step> steps_of(const Trace& trace) {
  std::vector<Step> steps = trace.steps;
  for (Step& step : steps) step.line = 0;
  return steps;
}

void expect_equal(const Trace& a, const Trace& b) {
  EXPECT_EQ(a.model, b.model);
  EXPECT_EQ(a.expectations, b.expectations);
  EXPECT_EQ(a.shows, b.shows);
  EXPECT_EQ(a.mark, b.mark);
  EXPECT_EQ(a.start, b.start);
  EXPECT_EQ(steps_of(a), steps_of(b));
}

constexpr std::string_view kExample = R"(lockstep 1
# What it shows,
#
#  in three lines.
model v5-intended
expect spec:v5-posted DIVERGES isolation step=3
expect live CONFORMS
start nnp=0 cap=0
mark append: EPERM comes first, issue#7
P1 append event=0 = EPERM
P1 fork -> P2
P1 append event=1 pages=64 type=other arg=null fd=closed flags=4294967295 fail=alloc:9 = EFAULT
P2 exit
)";

TEST(TraceText, ParsesEverything) {
  const Trace trace = parse(kExample);
  EXPECT_EQ(trace.model, "v5-intended");
  EXPECT_EQ(trace.shows, (std::vector<std::string>{"What it shows,", "", " in three lines."}));
  ASSERT_EQ(trace.expectations.size(), 2u);
  EXPECT_EQ(trace.expectations[0], (Expectation{"spec:v5-posted", true, "isolation", 3}));
  EXPECT_EQ(trace.expectations[1], (Expectation{"live", false, "", 0}));
  EXPECT_EQ(trace.start, (Start{.nnp = false, .cap = false}));
  EXPECT_EQ(trace.mark, "append: EPERM comes first, issue#7");
  ASSERT_EQ(trace.steps.size(), 4u);
  EXPECT_EQ(trace.steps[0], (Step{.op = Op::append, .task = 1, .error = EPERM, .line = 10}));
  EXPECT_EQ(trace.steps[1], (Step{.op = Op::fork, .task = 1, .made = 2, .line = 11}));
  EXPECT_EQ(trace.steps[2], (Step{.op = Op::append,
                                  .task = 1,
                                  .event = 1,
                                  .arg = Arg::null,
                                  .fd = Fd::closed,
                                  .type = ProgType::other,
                                  .pages = 64,
                                  .flags = 4294967295,
                                  .fail_alloc = 9,
                                  .error = EFAULT,
                                  .line = 12}));
  EXPECT_EQ(trace.steps[3], (Step{.op = Op::exit, .task = 2, .line = 13}));
}

TEST(TraceText, WritesWhatItParsed) { EXPECT_EQ(write_trace(parse(kExample)), kExample); }

TEST(TraceText, ParsesSeccompSteps) {
  const std::string_view text =
      "lockstep 1\n"
      "model seccomp@6.1\n"
      "P1 attach len=500 -> F1\n"
      "P1 attach arg=noinsns flags=256 = EINVAL\n"
      "P1 thread -> P2\n"
      "P1 fork arg=bad = EFAULT\n"
      "P2 fork -> P250\n"
      "P250 exit\n"
      "P1 reap P250\n"
      "P1 reap P2 = ECHILD\n"
      "P2 exec\n";
  const Trace trace = parse(text);
  EXPECT_EQ(trace.steps[0], (Step{.op = Op::attach, .task = 1, .made = 1, .len = 500, .line = 3}));
  EXPECT_EQ(trace.steps[6], (Step{.op = Op::reap, .task = 1, .child = 250, .line = 9}));
  EXPECT_EQ(trace.steps[7], (Step{.op = Op::reap, .task = 1, .child = 2, .error = ECHILD, .line = 10}));
  EXPECT_EQ(write_trace(trace), text);
}

TEST(TraceText, LeavesOutDefaults) {
  const Trace trace = parse(
      "lockstep 1\nstart nnp=1 cap=1\n"
      "P1 append fd=ok type=landlock arg=ok flags=0 pages=1 event=0 -> R1\n");
  EXPECT_EQ(write_trace(trace), "lockstep 1\nP1 append event=0 -> R1\n");
  EXPECT_EQ(write_trace(parse("lockstep 1\nP1 attach len=16 -> F1\n")), "lockstep 1\nP1 attach -> F1\n");
}

TEST(TraceText, KeepsOnlyTheFirstComments) {
  const Trace trace = parse(
      "lockstep 1\n#kept\n# \xc3\xa4 kept too \n\n# dropped\nmodel v6-posted # dropped\n"
      "  P1   exec   # dropped\n#\n\n");
  EXPECT_EQ(trace.shows, (std::vector<std::string>{"kept", "\xc3\xa4 kept too "}));
  EXPECT_EQ(write_trace(trace), "lockstep 1\n# kept\n# \xc3\xa4 kept too \nmodel v6-posted\nP1 exec\n");
  EXPECT_TRUE(parse("lockstep 1\n\n# dropped\n").shows.empty());
}

TEST(TraceText, HeaderLinesComeInAnyOrder) {
  const Trace trace =
      parse("lockstep 1\nmark m\nexpect sim:/tmp/a#b.so CONFORMS step=1\nstart cap=0\nmodel seccomp\nP1 exit\n");
  EXPECT_EQ(trace.model, "seccomp");
  EXPECT_EQ(trace.mark, "m");
  EXPECT_EQ(trace.expectations[0].target, "sim:/tmp/a#b.so");
  EXPECT_EQ(trace.start, (Start{.nnp = true, .cap = false}));
}

TEST(TraceText, AnEmptyTraceIsATrace) {
  expect_equal(parse("lockstep 1\n"), Trace{});
  EXPECT_EQ(write_trace(Trace{}), "lockstep 1\n");
}

TEST(TraceText, LimitsAreInclusive) {
  std::string text = "lockstep 1\n";
  for (int task = 2; task <= kMaxTasks; ++task) text += "P1 fork -> P" + std::to_string(task) + "\n";
  for (int step = kMaxTasks; step <= kMaxSteps; ++step)
    text += "P1 append event=0 -> R" + std::to_string(step - 249) + "\n";
  const Trace trace = parse(text);
  EXPECT_EQ(trace.steps.size(), static_cast<size_t>(kMaxSteps));
  EXPECT_EQ(write_trace(trace), text);
  EXPECT_EQ(parse("lockstep 1\nP1 attach len=8192 -> F9999\n").steps[0].made, 9999);
}

TEST(TraceText, FindsTheStepThatAModelDoesNotKnow) {
  const Trace append = parse("lockstep 1\n\nP1 fork -> P2\nP1 append event=0 -> R1\n");
  EXPECT_EQ(misfit(append, "v6-posted"), std::nullopt);
  EXPECT_EQ(misfit(append, "seccomp@6.1"), "line 4: seccomp@6.1 does not know `append`");
  EXPECT_EQ(misfit(append, "nonsense"),
            "`nonsense` is not a model; the models are v5-intended, v5-posted, v6-posted, seccomp, v5-new-hierarchy, "
            "seccomp-nodes");
  const Trace bad_fork = parse("lockstep 1\nP1 fork arg=bad = EFAULT\n");
  EXPECT_EQ(misfit(bad_fork, "seccomp"), std::nullopt);
  EXPECT_EQ(misfit(bad_fork, "v5-posted"), "line 2: v5-posted does not know `fork` with `arg=`");
  const Trace fail = parse("lockstep 1\nP1 fork fail=alloc:4 -> P2\n");
  EXPECT_EQ(misfit(fail, "seccomp"), "line 2: seccomp does not know `fork fail=alloc:4`: it must be alloc:1");
  Trace made = fail;
  made.steps = {{.op = Op::exit, .task = 1}, {.op = Op::exit, .task = 1, .error = EPERM}};
  EXPECT_EQ(misfit(made, "seccomp"), "step 2: seccomp does not allow this result: `exit` cannot fail");
}

// Random traces that the grammar allows.
class RandomTrace {
 public:
  explicit RandomTrace(uint32_t seed) : random_(seed) {}

  Trace make() {
    trace_ = {};
    table_.reset();
    next_name_ = 0;
    next_task_ = 1;
    const std::string_view model = grammar_models()[below(4)];
    const Grammar& grammar = *grammar_of(model);
    trace_.model = model;
    if (below(3) == 0) trace_.model = grammar.presets ? "seccomp@6.12" : "";
    for (uint32_t i = below(3); i > 0; --i) trace_.shows.push_back(text());
    if (below(2) == 0) trace_.mark = "m" + text() + ".";
    trace_.start = {.nnp = below(4) != 0, .cap = below(4) != 0};
    for (uint32_t i = below(40); i > 0 && table_.live_tasks() > 0; --i) add_step(grammar);
    if (!trace_.steps.empty() && below(2) == 0) {
      const uint32_t step = below(static_cast<uint32_t>(trace_.steps.size()) + 1);
      trace_.expectations.push_back({"vm:6.1", below(2) == 0, below(2) == 0 ? "no-leak" : "", step});
    }
    return trace_;
  }

 private:
  uint32_t below(uint32_t limit) { return random_() % limit; }

  std::string text() {
    static constexpr const char* kParts[] = {" ", "#", "a", "\xc3\xa4", "\xf0\x9f\x90\xa7", "=", "\\"};
    std::string out;
    for (uint32_t i = below(6); i > 0; --i) out += kParts[below(7)];
    // Where a mark must have no comment in it, the `#` may not begin a word.
    for (size_t at = 0; (at = out.find(" #")) != out.npos;) out.erase(at, 1);
    return out;
  }

  uint32_t value(const Argument& argument) {
    if (argument.param == Param::flags) return below(2) == 0 ? 0 : (random_() & ~argument.reserved);
    for (;;) {
      const uint32_t value = argument.is_word() ? below(32) : argument.low + below(argument.high - argument.low + 1);
      if (!argument.refusal(value)) return value;
    }
  }

  void add_step(const Grammar& grammar) {
    Step step;
    const Operation& operation = grammar.operations[below(static_cast<uint32_t>(grammar.operations.size()))];
    step.op = operation.op;
    do step.task = table_.tasks()[below(static_cast<uint32_t>(table_.tasks().size()))];
    while (!table_.alive(step.task));
    for (const Argument& argument : operation.arguments) {
      if (argument.required || below(3) == 0) set_value(step, argument.param, value(argument));
    }
    if (step.op == Op::reap) {
      step.child = table_.tasks()[below(static_cast<uint32_t>(table_.tasks().size()))];
      step.error = table_.reap_result(step.task, step.child);
    } else {
      choose_result(operation, step);
    }
    apply(step);
    trace_.steps.push_back(step);
  }

  void choose_result(const Operation& operation, Step& step) {
    do step.error = operation.rows[below(static_cast<uint32_t>(operation.rows.size()))].error;
    while (operation.row_of(step, trace_.start) == nullptr);
  }

  void apply(Step& step) {
    if (step.error != 0) return;
    const char letter = made_letter(step.op);
    if (letter == 'P') step.made = ++next_task_;
    if (letter == 'R' || letter == 'F') step.made = ++next_name_;
    if (step.op == Op::fork) table_.fork(step.task, step.made);
    if (step.op == Op::thread) table_.thread(step.task, step.made);
    if (step.op == Op::exit) table_.exit(step.task);
    if (step.op == Op::exec) table_.exec(step.task);
    if (step.op == Op::reap) table_.reap(step.task, step.child);
  }

  std::mt19937 random_;
  Trace trace_;
  ProcessTable table_;
  uint16_t next_name_ = 0;
  uint16_t next_task_ = 1;
};

TEST(TraceText, RandomTracesComeBack) {
  RandomTrace random(20261123);
  size_t steps = 0;
  for (int i = 0; i < 3000 && !testing::Test::HasFailure(); ++i) {
    const Trace trace = random.make();
    const std::string text = write_trace(trace);
    SCOPED_TRACE(text);
    ASSERT_NO_THROW(expect_equal(parse(text), trace));
    EXPECT_EQ(write_trace(parse(text)), text);
    steps += trace.steps.size();
  }
  EXPECT_GT(steps, 20'000u) << "the generator makes hardly anything";
}

// Damage of any kind ends in a trace or in a TraceError, never in anything else.
TEST(TraceText, DamagedTracesAreParsedOrRefused) {
  std::mt19937 random(7);
  const std::string good = write_trace(parse(kExample));
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = good;
    for (uint32_t damages = 1 + random() % 3; damages > 0; --damages) {
      const size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, 1 + random() % 9);
          break;
        case 2:
          text.insert(at, text.substr(random() % text.size(), random() % 20));
          break;
        default:
          text[at] = good[random() % good.size()];
          break;
      }
    }
    try {
      const Trace trace = parse(text);
      expect_equal(parse(write_trace(trace)), trace);
    } catch (const TraceError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 10'000);
}

}  // namespace
}  // namespace lockstep
