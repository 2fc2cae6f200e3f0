// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/trace_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "model/grammar.h"
#include "model/joined.h"
#include "model/trace_error.h"
#include "model/trace_step.h"

namespace lockstep {
namespace {

// The word, or an error that says what is missing after the last one.
const Word& need(const Line& line, size_t word, std::string_view what) {
  if (word >= line.words.size()) line.refuse(line.end_column, fmt::format("{} is missing", what));
  return line.words[word];
}

void end_after(const Line& line, size_t words) {
  if (line.words.size() <= words) return;
  line.refuse(line.words[words], fmt::format("unexpected {}", quoted(line.words[words].text)));
}

std::string read_target(const Line& line) {
  const Word& word = need(line, 1, "a target");
  for (const std::string_view prefix : {"spec:", "sim:", "vm:"}) {
    if (word.text.starts_with(prefix) && word.text.size() > prefix.size()) return std::string(word.text);
  }
  if (word.text == "live") return "live";
  line.refuse(word, fmt::format("unknown target {} (spec:MODEL, sim:NAME, live, vm:NAME)", quoted(word.text)));
}

bool read_verdict(const Line& line) {
  const Word& word = need(line, 2, "CONFORMS or DIVERGES");
  if (word.text == "DIVERGES") return true;
  if (word.text == "CONFORMS") return false;
  line.refuse(word, fmt::format("expected CONFORMS or DIVERGES, not {}", quoted(word.text)));
}

std::string read_property(const Line& line, const Word& word) {
  const bool good = std::all_of(word.text.begin(), word.text.end(), [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
  });
  if (!good) line.refuse(word, fmt::format("{} is not the name of a property", quoted(word.text)));
  return std::string(word.text);
}

}  // namespace

bool is_header_word(std::string_view word) {
  return std::find(std::begin(kHeaderWords), std::end(kHeaderWords), word) != std::end(kHeaderWords);
}

void HeaderReader::read(const Line& line) {
  const Word& word = line.words[0];
  if (!trace_.steps.empty()) {
    line.refuse(word, fmt::format("`{}` must stand before the first step (line {})", word.text, trace_.steps[0].line));
  }
  if (word.text == "expect") return read_expectation(line);
  uint32_t& before = lines_[word.text == "model" ? 0 : word.text == "start" ? 1 : 2];
  if (before != 0) line.refuse(word, fmt::format("a second `{}`: the first is in line {}", word.text, before));
  before = line.number;
  if (word.text == "model") return read_model(line);
  if (word.text == "start") return read_start(line);
  read_mark(line);
}

void HeaderReader::read_model(const Line& line) {
  const Word& word = need(line, 1, "the name of a model");
  if (grammar_of(word.text) == nullptr) {
    line.refuse(word, fmt::format("unknown model {}{} (known: {})", quoted(word.text),
                                  suggestion(word.text, grammar_models()), joined(grammar_models(), ", ")));
  }
  end_after(line, 2);
  trace_.model = word.text;
}

void HeaderReader::read_start(const Line& line) {
  bool nnp_seen = false;
  bool cap_seen = false;
  for (size_t i = 1; i < line.words.size(); ++i) {
    const Word& word = line.words[i];
    const std::string_view name = word.text.substr(0, word.text.find('='));
    const bool nnp = name == "nnp";
    if (!nnp && name != "cap") {
      line.refuse(word, fmt::format("unknown argument {} of `start` (known: nnp, cap)", quoted(name)));
    }
    bool& seen = nnp ? nnp_seen : cap_seen;
    if (seen) line.refuse(word, fmt::format("`{}=` stands here twice", name));
    seen = true;
    const std::string_view value = word.text.substr(name.size());
    if (value != "=0" && value != "=1") line.refuse(word, fmt::format("`{}` must be 0 or 1: `{}=0`", name, name));
    (nnp ? trace_.start.nnp : trace_.start.cap) = value == "=1";
  }
}

void HeaderReader::read_mark(const Line& line) {
  need(line, 1, "the text of the mark");
  trace_.mark = line.from(1);
}

void HeaderReader::read_expectation(const Line& line) {
  Expectation expect;
  expect.target = read_target(line);
  expect.diverges = read_verdict(line);
  size_t next = 3;
  if (next < line.words.size() && line.words[next].text.find('=') == std::string_view::npos) {
    expect.property = read_property(line, line.words[next++]);
  }
  if (next < line.words.size()) expect.step = read_expected_step(line, line.words[next++]);
  end_after(line, next);
  for (const Expectation& other : trace_.expectations) {
    if (other.target == expect.target && other.property == expect.property) {
      line.refuse(line.words[1], fmt::format("a second expectation for {}", quoted(expect.target)));
    }
  }
  trace_.expectations.push_back(std::move(expect));
}

uint32_t HeaderReader::read_expected_step(const Line& line, const Word& word) {
  constexpr std::string_view kStep = "step=";
  if (!word.text.starts_with(kStep)) {
    line.refuse(word, fmt::format("unknown argument {} of `expect` (known: step)",
                                  quoted(word.text.substr(0, word.text.find('=')))));
  }
  const uint32_t column = word.column + static_cast<uint32_t>(kStep.size());
  const auto number = parse_number(line, column, word.text.substr(kStep.size()));
  if (!number || *number < 1 || *number > kMaxSteps) line.refuse(column, fmt::format("step must be 1..{}", kMaxSteps));
  if (*number > last_expected_.step) last_expected_ = {*number, line.number, column};
  return *number;
}

void HeaderReader::check_expected_steps() const {
  if (last_expected_.step <= trace_.steps.size()) return;
  throw Problem{last_expected_.line, last_expected_.column,
                fmt::format("step={}: the trace has {} steps", last_expected_.step, trace_.steps.size())};
}

}  // namespace lockstep
