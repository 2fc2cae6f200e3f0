// SPDX-License-Identifier: GPL-2.0-or-later
// A schedule in words: what its objects are called, and what went wrong in it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "oracle/checker.h"
#include "oracle/interleave.h"

namespace lockstep {

// Rules, progs and filters of the start by their numbers; events and nodes count up.
template <class Memory>
std::map<ObjectId, std::string> named_objects(const Memory& memory) {
  std::map<ObjectId, std::string> names;
  auto number = [&](auto kind, auto name) {
    using T = decltype(kind);
    if constexpr (Memory::template kHas<T>)
      memory.template pool<T>().each(
          [&](uint16_t index) { names[id_of(Ref<T>{index})] = name(memory.template pool<T>()[index], index); });
  };
  auto count_up = [](char letter) {
    return [letter](const auto&, uint16_t index) { return letter + std::to_string(index); };
  };
  number(Events{}, count_up('E'));
  number(RuleLists{}, count_up('E'));
  number(Node{}, count_up('N'));
  number(Filter{}, [](const Filter& f, uint16_t) { return "F" + std::to_string(f.number); });
  if constexpr (Memory::template kHas<Rule>) {
    auto of_prog = [&](Ref<Prog> prog) {
      return "R" + std::to_string(memory.template pool<Prog>()[prog.index].number);
    };
    number(Rule{}, [&](const Rule& r, uint16_t) { return of_prog(r.prog); });
    number(Prog{}, [&](const Prog&, uint16_t index) { return of_prog({index}) + ".prog"; });
  }
  return names;
}
// Those of the start, and all that the steps make.
std::map<ObjectId, std::string> names_of(const std::vector<AtomicStep>& steps, const Program& program,
                                         std::map<ObjectId, std::string> start);

Violation violation_of(const Fault& fault);
// Why it came to that, where the steps tell: the two that read the same, the one that freed. Else `text`.
std::string sentence(const Race& race, const std::string& text);

}  // namespace lockstep
