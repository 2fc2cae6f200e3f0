// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/trace_step.h"

#include <fmt/format.h>

#include <limits>

#include "model/joined.h"
#include "model/trace_error.h"

namespace lockstep {
namespace {

constexpr std::string_view kAlloc = "alloc:";

uint32_t highest_name(char letter) { return letter == 'P' ? kMaxTasks : kMaxNames; }

class StepReader {
 public:
  StepReader(const Line& line, const Grammar& grammar, const Start& start)
      : line_(line), grammar_(grammar), start_(start) {}

  Step read() {
    step_.line = line_.number;
    step_.task = parse_name(line_, line_.words[0], 'P');
    read_operation();
    if (step_.op == Op::reap) read_child();
    while (!at_end() && !at_result()) read_argument();
    check_required();
    read_result();
    if (!at_end()) line_.refuse(word(), fmt::format("unexpected {} after the end of the step", quoted(word().text)));
    check_result();
    return step_;
  }

 private:
  bool at_end() const { return next_ == line_.words.size(); }
  const Word& word() const { return line_.words[next_]; }
  bool at_result() const { return word().text.starts_with("->") || word().text.starts_with('='); }

  void read_operation() {
    if (at_end()) line_.refuse(line_.end_column, "a step needs an operation after its task");
    std::vector<std::string_view> known;
    for (const Operation& operation : grammar_.operations) {
      known.emplace_back(name_of(operation.op));
      if (word().text == known.back()) operation_ = &operation;
    }
    if (operation_ == nullptr) {
      line_.refuse(word(), fmt::format("unknown operation {}{} (known: {})", quoted(word().text),
                                       suggestion(word().text, known), joined(known, ", ")));
    }
    step_.op = operation_->op;
    operation_word_ = next_++;
  }

  void read_child() {
    if (at_end() || at_result()) line_.refuse(line_.end_column, "`reap` needs the task that it waits for: `reap P2`");
    step_.child = parse_name(line_, word(), 'P');
    ++next_;
  }

  void read_argument() {
    const std::string_view text = word().text;
    const size_t equals = text.find('=');
    const Argument* argument = find_argument(text.substr(0, equals), equals == text.npos);
    if ((seen_ >> static_cast<int>(argument->param) & 1u) != 0) {
      line_.refuse(word(), fmt::format("`{}=` stands here twice", name_of(argument->param)));
    }
    seen_ |= 1u << static_cast<int>(argument->param);
    read_value(*argument, text.substr(equals + 1), word().column + static_cast<uint32_t>(equals) + 1);
    ++next_;
  }

  const Argument* find_argument(std::string_view name, bool bare) const {
    std::vector<std::string_view> known;
    for (const Argument& argument : operation_->arguments) {
      known.emplace_back(name_of(argument.param));
      if (name != known.back()) continue;
      if (bare) line_.refuse(word(), fmt::format("`{}` needs a value: `{}={}`", name, name, argument.allowed()));
      return &argument;
    }
    if (bare) line_.refuse(word(), fmt::format("unexpected {}", quoted(name)));
    const std::string list = known.empty() ? "it has none" : fmt::format("known: {}", joined(known, ", "));
    line_.refuse(word(), fmt::format("unknown argument {} of `{}`{} ({})", quoted(name), name_of(step_.op),
                                     suggestion(name, known), list));
  }

  void read_value(const Argument& argument, std::string_view text, uint32_t column) {
    const auto value = argument.is_word() ? word_value(argument, text) : number_value(argument, text, column);
    const auto why = value ? argument.refusal(*value) : fmt::format("must be {}", argument.allowed());
    if (why) line_.refuse(column, fmt::format("{}={} {}", name_of(argument.param), quoted(text), *why));
    set_value(step_, argument.param, *value);
  }

  static std::optional<uint32_t> word_value(const Argument& argument, std::string_view text) {
    for (uint32_t value = 0; value < 32; ++value) {
      if ((argument.words >> value & 1u) != 0 && value_text(argument.param, value) == text) return value;
    }
    return std::nullopt;
  }

  std::optional<uint32_t> number_value(const Argument& argument, std::string_view text, uint32_t column) const {
    if (argument.param != Param::fail) return parse_number(line_, column, text);
    if (!text.starts_with(kAlloc)) return std::nullopt;
    return parse_number(line_, column + static_cast<uint32_t>(kAlloc.size()), text.substr(kAlloc.size()));
  }

  void check_required() const {
    for (const Argument& argument : operation_->arguments) {
      if (!argument.required || (seen_ >> static_cast<int>(argument.param) & 1u) != 0) continue;
      line_.refuse(line_.words[operation_word_],
                   fmt::format("`{}` needs `{}={}`", name_of(step_.op), name_of(argument.param), argument.allowed()));
    }
  }

  void read_result() {
    const char letter = made_letter(step_.op);
    if (at_end()) {
      if (letter == 0) return;
      line_.refuse(line_.end_column,
                   fmt::format("`{}` must end in `-> {}` and a number, or in `= ERROR`", name_of(step_.op), letter));
    }
    result_word_ = next_;
    const Word sign = word();
    if (sign.text != "->" && sign.text != "=") {
      const std::string_view head = sign.text.starts_with('=') ? "=" : "->";
      line_.refuse(sign, fmt::format("a space must follow `{}`", head));
    }
    if (sign.text == "->" && letter == 0) {
      line_.refuse(sign, fmt::format("`{}` makes nothing that could have a name", name_of(step_.op)));
    }
    ++next_;
    if (at_end()) {
      line_.refuse(line_.end_column,
                   fmt::format("{} must follow `{}`", sign.text == "=" ? "an error" : "a name", sign.text));
    }
    sign.text == "=" ? read_error() : read_made(letter);
    ++next_;
  }

  void read_made(char letter) { step_.made = parse_name(line_, word(), letter); }

  void read_error() {
    const auto number = error_number(word().text);
    if (!number) {
      std::vector<std::string> known;
      for (const Row& row : operation_->rows) known.push_back(row.result());
      line_.refuse(
          word(), fmt::format("{} is not the name of an error{}", quoted(word().text), suggestion(word().text, known)));
    }
    step_.error = *number;
  }

  void check_result() const {
    const auto why = operation_->result_refusal(step_, start_);
    if (why) line_.refuse(line_.words[result_word_ != 0 ? result_word_ : operation_word_], *why);
  }

  const Line& line_;
  const Grammar& grammar_;
  const Start& start_;
  Step step_;
  const Operation* operation_ = nullptr;
  size_t next_ = 1;
  size_t operation_word_ = 0;
  size_t result_word_ = 0;  // 0: there is none
  uint32_t seen_ = 0;       // bit n: argument n was given
};

}  // namespace

std::optional<uint32_t> parse_number(const Line& line, uint32_t column, std::string_view digits) {
  if (digits.empty()) line.refuse(column, "a number is missing");
  uint64_t value = 0;
  bool large = false;
  for (const char c : digits) {
    if (c < '0' || c > '9') line.refuse(column, fmt::format("{} is not a decimal number", quoted(digits)));
    if (large) continue;
    value = value * 10 + static_cast<uint64_t>(c - '0');
    large = value > std::numeric_limits<uint32_t>::max();
  }
  if (digits.size() > 1 && digits[0] == '0') line.refuse(column, fmt::format("leading zero in {}", quoted(digits)));
  return large ? std::nullopt : std::optional(static_cast<uint32_t>(value));
}

uint16_t parse_name(const Line& line, const Word& word, char letter) {
  const std::string_view text = word.text;
  if (text[0] != letter || text.size() < 2 || text[1] < '0' || text[1] > '9') {
    line.refuse(word, fmt::format("expected a name such as {}1, not {}", letter, quoted(text)));
  }
  const auto number = parse_number(line, word.column + 1, text.substr(1));
  if (!number || *number > highest_name(letter)) {
    line.refuse(word, fmt::format("{} is above the highest name, {}{}", quoted(text), letter, highest_name(letter)));
  }
  if (*number == 0) line.refuse(word, fmt::format("{}0 is no name: they begin with {}1", letter, letter));
  return static_cast<uint16_t>(*number);
}

Step parse_step(const Line& line, const Grammar& grammar, const Start& start) {
  return StepReader(line, grammar, start).read();
}

}  // namespace lockstep
