// SPDX-License-Identifier: GPL-2.0-or-later
// The parser of a whole trace: first line, header, steps. Its only entry point is parse_trace().
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "model/grammar.h"
#include "model/joined.h"
#include "model/trace_header.h"
#include "model/trace_lines.h"
#include "model/trace_names.h"
#include "model/trace_step.h"
#include "model/trace_text.h"

namespace lockstep {
namespace {

constexpr std::string_view kFirstLine = "lockstep 1";

// A grammar that all steps so far fit, or the first line that it cannot hold.
struct Candidate {
  const Grammar* grammar;
  uint32_t lost_in_line = 0;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), reader_(text) {
    for (const Grammar& grammar : grammars()) candidates_.push_back({&grammar});
  }

  Trace parse() {
    read_first_line();
    bool first_block = true;
    while (reader_.next(line_)) {
      first_block = first_block && line_.words.empty() && line_.comment;
      if (first_block) {
        trace_.shows.emplace_back(line_.comment->substr(line_.comment->starts_with(' ') ? 1 : 0));
      } else if (!line_.words.empty()) {
        is_header_word(line_.words[0].text) ? read_header() : read_step();
      }
    }
    header_.check_expected_steps();
    return std::move(trace_);
  }

 private:
  void read_first_line() {
    if (text_.empty()) throw Problem{1, 1, "the file is empty"};
    if (text_.starts_with("\xef\xbb\xbf")) throw Problem{1, 1, "byte order mark: a trace is UTF-8 without one"};
    const std::string_view start = text_.substr(0, kFirstLine.size() - 1);
    if (start != kFirstLine.substr(0, start.size())) {
      throw Problem{1, 1, fmt::format("this is not a trace: its first line must be `{}`", kFirstLine)};
    }
    reader_.next(line_);
    if (line_.text == kFirstLine) return;
    if (line_.words.size() == 2 && !line_.comment && line_.words[1].text != "1") {
      line_.refuse(line_.words[1],
                   fmt::format("unknown version {}: this program reads `{}`", quoted(line_.words[1].text), kFirstLine));
    }
    const uint32_t column = line_.text.starts_with(kFirstLine) ? static_cast<uint32_t>(kFirstLine.size()) + 1 : 1;
    line_.refuse(column, fmt::format("the first line must be exactly `{}`", kFirstLine));
  }

  void read_header() {
    header_.read(line_);
    if (candidates_.size() == 1 || trace_.model.empty()) return;
    candidates_ = {{grammar_of(trace_.model)}};
  }

  void read_step() {
    const Word& word = line_.words[0];
    const bool task = word.text.size() > 1 && word.text[0] == 'P' && std::isdigit(static_cast<uint8_t>(word.text[1]));
    if (!task) {
      line_.refuse(word, fmt::format("expected a task such as P1 or one of {}, not {}{}", joined(kHeaderWords, ", "),
                                     quoted(word.text), suggestion(word.text, kHeaderWords)));
    }
    if (trace_.steps.size() == kMaxSteps) {
      line_.refuse(word, fmt::format("more than {} steps, the limit of a trace", kMaxSteps));
    }
    const Step step = parse_by_candidates();
    names_.take(line_, step);
    trace_.steps.push_back(step);
  }

  // Without a model line several grammars may be meant; all steps together must fit one.
  Step parse_by_candidates() {
    std::optional<Step> found;
    std::optional<Problem> problem;
    for (Candidate& candidate : candidates_) {
      if (candidate.lost_in_line != 0) continue;
      try {
        found = parse_step(line_, *candidate.grammar, trace_.start);
      } catch (const Problem& why) {
        candidate.lost_in_line = line_.number;
        if (!problem || why.column > problem->column) problem = why;  // who got furthest understood the line best
      }
    }
    if (found) return *found;
    check_lost_candidates();
    throw *problem;
  }

  // A step that is good in itself, but only for a model that an earlier step has ruled out, is an error of its own.
  void check_lost_candidates() const {
    for (const Candidate& candidate : candidates_) {
      if (candidate.lost_in_line == line_.number || !parses(*candidate.grammar)) continue;
      line_.refuse(line_.words[0],
                   fmt::format("no model knows both this step and the one in line {}", candidate.lost_in_line));
    }
  }

  bool parses(const Grammar& grammar) const {
    try {
      parse_step(line_, grammar, trace_.start);
      return true;
    } catch (const Problem&) {
      return false;
    }
  }

  std::string_view text_;
  LineReader reader_;
  Line line_;
  Trace trace_;
  HeaderReader header_{trace_};
  TraceNames names_;
  std::vector<Candidate> candidates_;
};

}  // namespace

Trace parse_trace(std::string_view text, const std::string& file) {
  try {
    return Parser(text).parse();
  } catch (const Problem& problem) {
    throw TraceError(file, problem.line, problem.column, problem.message, line_at(text, problem.line));
  }
}

}  // namespace lockstep
