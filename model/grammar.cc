// SPDX-License-Identifier: GPL-2.0-or-later
// Questions to the table of grammar_data.h.
#include "model/grammar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "model/grammar_data.h"
#include "model/joined.h"

namespace lockstep {
namespace {

constexpr std::array<const char*, kParams> kNames = {"event", "pages", "len", "type", "arg", "fd", "flags", "fail"};

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

bool digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// A preset is called after a kernel version: "6.1".
bool preset_name(std::string_view text) {
  const size_t dot = text.find('.');
  return dot != text.npos && digits(text.substr(0, dot)) && digits(text.substr(dot + 1));
}

}  // namespace

const char* name_of(Param param) { return kNames.at(static_cast<size_t>(param)); }

uint32_t value_of(const Step& step, Param param) {
  switch (param) {
    case Param::event:
      return step.event;
    case Param::pages:
      return step.pages;
    case Param::len:
      return step.len;
    case Param::type:
      return static_cast<uint32_t>(step.type);
    case Param::arg:
      return static_cast<uint32_t>(step.arg);
    case Param::fd:
      return static_cast<uint32_t>(step.fd);
    case Param::flags:
      return step.flags;
    case Param::fail:
      return step.fail_alloc;
  }
  return 0;
}

void set_value(Step& step, Param param, uint32_t value) {
  switch (param) {
    case Param::event:
      step.event = static_cast<uint8_t>(value);
      break;
    case Param::pages:
      step.pages = value;
      break;
    case Param::len:
      step.len = value;
      break;
    case Param::type:
      step.type = static_cast<ProgType>(value);
      break;
    case Param::arg:
      step.arg = static_cast<Arg>(value);
      break;
    case Param::fd:
      step.fd = static_cast<Fd>(value);
      break;
    case Param::flags:
      step.flags = value;
      break;
    case Param::fail:
      step.fail_alloc = static_cast<uint16_t>(value);
      break;
  }
}

uint32_t default_of(Param param) { return value_of(Step{}, param); }

std::string value_text(Param param, uint32_t value) {
  switch (param) {
    case Param::type:
      return name_of(static_cast<ProgType>(value));
    case Param::arg:
      return name_of(static_cast<Arg>(value));
    case Param::fd:
      return name_of(static_cast<Fd>(value));
    case Param::fail:
      return fmt::format("alloc:{}", value);
    default:
      return fmt::format("{}", value);
  }
}

std::string value_text(const Step& step, Param param) { return value_text(param, value_of(step, param)); }

std::string Argument::allowed() const {
  if (is_word()) {
    std::vector<std::string> list;
    for (uint32_t value = 0; value < 32; ++value) {
      if ((words >> value & 1u) != 0) list.push_back(value_text(param, value));
    }
    return joined(list, "|");
  }
  const std::string first = value_text(param, low);
  return low == high ? first : fmt::format("{}..{}", first, high);
}

std::optional<std::string> Argument::refusal(uint32_t value) const {
  if (is_word()) {
    if (value < 32 && (words >> value & 1u) != 0) return std::nullopt;
  } else if (value >= low && value <= high) {
    if ((value & reserved) == 0) return std::nullopt;
    return "must have no bit below 8 set: bits 0 to 7 are flags known to some kernel and come later";
  }
  return fmt::format("must be {}", allowed());
}

const Argument* Operation::find(Param param) const {
  for (const Argument& argument : arguments) {
    if (argument.param == param) return &argument;
  }
  return nullptr;
}

const Row* Operation::row_of(const Step& step, const Start& start) const {
  for (const Row& row : rows) {
    const bool possible = row.possible(step, start);
    if (possible && row.error == step.error) return &row;
    if (possible && step.error == 0 && row.certain) return nullptr;
  }
  return nullptr;
}

std::optional<std::string> Operation::result_refusal(const Step& step, const Start& start) const {
  if (row_of(step, start) != nullptr) return std::nullopt;
  if (step.error == 0) {
    for (const Row& row : rows) {
      if (row.certain && row.possible(step, start)) {
        return fmt::format("this `{}` cannot succeed: {} gives {}", name_of(op), row.condition, row.result());
      }
    }
  }
  std::vector<std::string> conditions;
  std::vector<std::string> errors;
  for (const Row& row : rows) {
    if (row.error == step.error) add_once(conditions, std::string(row.condition));
    if (row.error != 0) add_once(errors, row.result());
  }
  if (!conditions.empty()) {
    return fmt::format("`{}` gives {} only with {}", name_of(op), error_name(step.error), joined(conditions, " or "));
  }
  if (errors.empty()) return fmt::format("`{}` cannot fail", name_of(op));
  return fmt::format("`{}` does not give {}; its errors are {}", name_of(op), error_name(step.error),
                     joined(errors, ", "));
}

const Operation* Grammar::find(Op op) const {
  for (const Operation& operation : operations) {
    if (operation.op == op) return &operation;
  }
  return nullptr;
}

std::span<const Grammar> grammars() { return table::kGrammars; }

const Grammar* grammar_of(std::string_view model) {
  const size_t at = model.find('@');
  const std::string_view name = model.substr(0, at);
  for (const Grammar& grammar : grammars()) {
    if (std::find(grammar.models.begin(), grammar.models.end(), name) == grammar.models.end()) continue;
    const bool known = at == model.npos || (grammar.presets && preset_name(model.substr(at + 1)));
    return known ? &grammar : nullptr;
  }
  return nullptr;
}

std::span<const std::string_view> grammar_models() { return table::kModels; }

std::optional<std::string> refusal(const Grammar& grammar, const Step& step, const Start& start) {
  const Operation* operation = grammar.find(step.op);
  if (operation == nullptr) return fmt::format("does not know `{}`", name_of(step.op));
  for (int i = 0; i < kParams; ++i) {
    const Param param = static_cast<Param>(i);
    const uint32_t value = value_of(step, param);
    const Argument* argument = operation->find(param);
    if (value == default_of(param)) continue;
    if (argument == nullptr) return fmt::format("does not know `{}` with `{}=`", name_of(step.op), name_of(param));
    if (const auto why = argument->refusal(value)) {
      return fmt::format("does not know `{} {}={}`: it {}", name_of(step.op), name_of(param), value_text(step, param),
                         *why);
    }
  }
  const auto why = operation->result_refusal(step, start);
  return why ? std::optional(fmt::format("does not allow this result: {}", *why)) : std::nullopt;
}

}  // namespace lockstep
