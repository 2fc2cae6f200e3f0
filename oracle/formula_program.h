// SPDX-License-Identifier: GPL-2.0-or-later
// Formulas as little programs: what they come to where their symbols stand for numbers that are there. No solver takes
// part, so that what a solver is told can be held against what is.
#pragma once

#include <z3++.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace lockstep {

class FormulaProgram {
 public:
  using Node = uint32_t;
  // From here on this constant is the variable of that number, not a symbol.
  void variable(const z3::expr& constant, uint32_t number);
  // REQUIRES: formulas that were added live on, and are of one context.
  Node add(const z3::expr& e);
  // Functions and constants, by number.
  const std::vector<std::string>& symbols() const { return symbols_; }
  bool quantified(Node node) const { return code_[node].op == Op::forall; }

 private:
  friend class FormulaValues;
  enum class Op : uint8_t {
    number,
    variable,
    bound,
    symbol,
    both,
    either,
    no,
    same,
    distinct,
    choose,
    plus,
    minus,
    times,
    less,
    at_most,
    forall
  };
  struct Instruction {
    Op op{};
    bool varies = false, inside = false;  // a variable is in it; a bound one
    int64_t number = 0;                   // or a variable's, a symbol's
    std::vector<Node> args;
    std::vector<std::string> sorts;  // forall: of what
  };
  Node emit(Instruction instruction);
  Instruction read(const z3::expr& e);
  Instruction compare(Op op, const z3::expr& a, const z3::expr& b);

  std::vector<Instruction> code_;
  std::vector<std::string> symbols_;
  std::map<std::string, uint32_t> symbol_numbers_;
  std::map<unsigned, Node> known_;  // by Z3's number
  std::map<unsigned, uint32_t> variables_;
};

// One evaluation after the other of one program.
class FormulaValues {
 public:
  // The value of a symbol; x, y: what it is applied to, 0 where there is none.
  using Meaning = std::function<int64_t(uint32_t symbol, int64_t x, int64_t y)>;
  using Objects = std::function<const std::vector<int64_t>&(const std::string& sort)>;

  explicit FormulaValues(const FormulaProgram& program);
  // Symbols mean something else from here on.
  void begin(Meaning meaning, Objects objects);
  void set(uint32_t variable, int64_t value);
  int64_t operator()(FormulaProgram::Node node);

 private:
  using Node = FormulaProgram::Node;
  int64_t compute(const FormulaProgram::Instruction& code);
  bool for_all(const FormulaProgram::Instruction& code, size_t from);

  const FormulaProgram& program_;
  Meaning meaning_;
  Objects objects_;
  std::vector<int64_t> values_, variables_, bound_;
  std::vector<uint64_t> when_;  // the value was computed
  uint64_t now_ = 0;            // counts changes of variables
  uint64_t begun_ = 0;          // with these meanings
};

}  // namespace lockstep
