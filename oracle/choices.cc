// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/choices.h"

#include "model/grammar.h"

namespace lockstep {

namespace {

// A value that is no default: of a word each, of flags one that the kernel may not know.
std::vector<uint32_t> odd_values(const Argument& argument) {
  if (argument.param == Param::flags) return {(argument.reserved | argument.known) + 1};
  std::vector<uint32_t> values;
  for (uint32_t word = 0; word < 32; ++word)
    if ((argument.words >> word & 1) != 0 && word != default_of(argument.param)) values.push_back(word);
  return values;
}

Step with(Step step, Param param, uint32_t value) {
  set_value(step, param, value);
  return step;
}

bool is_size(Param param) { return param == Param::pages || param == Param::len; }

}  // namespace

std::vector<Choice> choices(const std::string& model, const Scope& scope, const std::vector<uint32_t>& sizes,
                            bool faults) {
  std::vector<Choice> all;
  for (const auto& operation : grammar_of(model)->operations) {
    Step plain{.op = operation.op};
    const Argument *event = nullptr, *size = nullptr;
    std::vector<uint32_t> options{0};
    for (const auto& argument : operation.arguments) {
      if (argument.param == Param::event) event = &argument;
      if (is_size(argument.param)) size = &argument;
      if (argument.known != 0) options.push_back(argument.known);
    }
    if (size != nullptr) set_value(plain, size->param, sizes[0]);
    const bool can_fail = faults && operation.find(Param::fail) != nullptr;
    for (const auto option : options)
      for (int e = 0; e < (event == nullptr ? 1 : scope.events); ++e)
        for (size_t s = 0; s < (size == nullptr ? 1 : sizes.size()); ++s) {
          Step step = with(plain, Param::flags, option);
          if (event != nullptr) set_value(step, Param::event, static_cast<uint32_t>(e));
          if (size != nullptr) set_value(step, size->param, sizes[s]);
          all.push_back({step, can_fail && s == 0, false});
        }
    for (const auto& argument : operation.arguments)
      for (const auto value : odd_values(argument)) all.push_back({with(plain, argument.param, value), false, true});
  }
  return all;
}

}  // namespace lockstep
