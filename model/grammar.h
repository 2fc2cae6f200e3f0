// SPDX-License-Identifier: GPL-2.0-or-later
// What can be said in a trace: for each model its operations, for each operation its arguments and its results. One
// table as data; the parser accepts exactly this, docs/trace-format.md shows it, and the fuzzer counts against it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/trace.h"

namespace lockstep {

// The `name=value` words of a step, in the order in which they are written.
enum class Param : uint8_t { event, pages, len, type, arg, fd, flags, fail };
inline constexpr int kParams = 8;
const char* name_of(Param param);
uint32_t value_of(const Step& step, Param param);  // a word as the number of its enumerator
void set_value(Step& step, Param param, uint32_t value);
uint32_t default_of(Param param);
// The value as it is written after `name=`: "3", "null", "alloc:2".
std::string value_text(Param param, uint32_t value);
std::string value_text(const Step& step, Param param);

struct Argument {
  Param param{};
  bool required = false;
  uint32_t words = 0;     // of a word: bit n allows the value n; 0: it is a number
  uint32_t low = 0;       // of a number
  uint32_t high = 0;      // of a number
  uint32_t reserved = 0;  // of a number: bits that may not be set yet
  uint32_t known = 0;     // of flags: the bit of the option that the operation has

  bool is_word() const { return words != 0; }
  // "0..1", "ok|null|bad", "alloc:1..9"
  std::string allowed() const;
  // Why this argument may not have this value, as the end of a sentence; nothing if it may.
  std::optional<std::string> refusal(uint32_t value) const;
};

// One result of an operation and the condition under which it comes.
struct Row {
  std::string_view condition;  // short and stable: "arg=null", "start nnp=0", "page limit", "" for plain success
  int error = 0;               // 0: success
  bool certain = false;        // where the condition holds the operation cannot succeed
  // False only if this step cannot have come by this row. A condition on the state ("page limit") is always true.
  bool (*possible)(const Step& step, const Start& start) = nullptr;

  std::string result() const { return error == 0 ? "ok" : error_name(error); }
};

struct Operation {
  Op op{};
  std::span<const Argument> arguments;
  std::span<const Row> rows;  // in the order of the checks; success is last

  const Argument* find(Param param) const;
  // The row that this step came by, the first that fits its error; nullptr if none allows it.
  const Row* row_of(const Step& step, const Start& start) const;
  // Why no row allows the step's result, as a sentence; nothing if one does.
  std::optional<std::string> result_refusal(const Step& step, const Start& start) const;
};

struct Grammar {
  std::string_view title;
  std::span<const std::string_view> models;
  bool presets = false;  // `model@6.1` is a model too
  std::span<const Operation> operations;

  const Operation* find(Op op) const;
};

std::span<const Grammar> grammars();
// nullptr: there is no such model. `seccomp@6.1` has the grammar of seccomp.
const Grammar* grammar_of(std::string_view model);
// All model names, without presets.
std::span<const std::string_view> grammar_models();
// Why this grammar cannot hold this step, as the end of a sentence: "does not know `attach`"; nothing if it can.
std::optional<std::string> refusal(const Grammar& grammar, const Step& step, const Start& start);

}  // namespace lockstep
