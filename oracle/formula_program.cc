// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/formula_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace lockstep {

namespace {

unsigned id_of(const z3::expr& e) { return Z3_get_ast_id(e.ctx(), e); }

}  // namespace

void FormulaProgram::variable(const z3::expr& constant, uint32_t number) { variables_[id_of(constant)] = number; }

FormulaProgram::Node FormulaProgram::emit(Instruction instruction) {
  for (const auto arg : instruction.args) {
    instruction.varies |= code_[arg].varies;
    instruction.inside |= code_[arg].inside;
  }
  instruction.varies |= instruction.op == Op::variable;
  instruction.inside |= instruction.op == Op::bound;
  if (instruction.op == Op::forall) instruction.inside = false;
  code_.push_back(std::move(instruction));
  return static_cast<Node>(code_.size() - 1);
}

FormulaProgram::Node FormulaProgram::add(const z3::expr& e) {
  if (const auto found = known_.find(id_of(e)); found != known_.end()) return found->second;
  const auto node = emit(read(e));
  known_.emplace(id_of(e), node);
  return node;
}

FormulaProgram::Instruction FormulaProgram::compare(Op op, const z3::expr& a, const z3::expr& b) {
  return {.op = op, .args = {add(a), add(b)}};
}

FormulaProgram::Instruction FormulaProgram::read(const z3::expr& e) {
  if (e.is_numeral()) return {.op = Op::number, .number = e.get_numeral_int64()};
  if (e.is_var()) return {.op = Op::bound, .number = Z3_get_index_value(e.ctx(), e)};
  if (e.is_quantifier()) {
    Instruction all{.op = Op::forall, .args = {add(e.body())}};
    for (unsigned i = 0; i < Z3_get_quantifier_num_bound(e.ctx(), e); ++i)
      all.sorts.push_back(z3::sort(e.ctx(), Z3_get_quantifier_bound_sort(e.ctx(), e, i)).name().str());
    return all;
  }
  if (const auto found = variables_.find(id_of(e)); found != variables_.end())
    return {.op = Op::variable, .number = found->second};
  const auto with_args = [&](Op op) {
    Instruction instruction{.op = op};
    for (unsigned i = 0; i < e.num_args(); ++i) instruction.args.push_back(add(e.arg(i)));
    return instruction;
  };
  switch (e.decl().decl_kind()) {
    case Z3_OP_TRUE:
    case Z3_OP_FALSE:
      return {.op = Op::number, .number = e.is_true()};
    case Z3_OP_AND:
      return with_args(Op::both);
    case Z3_OP_OR:
      return with_args(Op::either);
    case Z3_OP_NOT:
      return with_args(Op::no);
    case Z3_OP_EQ:
      return with_args(Op::same);
    case Z3_OP_DISTINCT:
      return with_args(Op::distinct);
    case Z3_OP_ITE:
      return with_args(Op::choose);
    case Z3_OP_ADD:
      return with_args(Op::plus);
    case Z3_OP_SUB:
    case Z3_OP_UMINUS:
      return with_args(Op::minus);
    case Z3_OP_MUL:
      return with_args(Op::times);
    case Z3_OP_LE:
      return compare(Op::at_most, e.arg(0), e.arg(1));
    case Z3_OP_GE:
      return compare(Op::at_most, e.arg(1), e.arg(0));
    case Z3_OP_LT:
      return compare(Op::less, e.arg(0), e.arg(1));
    case Z3_OP_GT:
      return compare(Op::less, e.arg(1), e.arg(0));
    case Z3_OP_UNINTERPRETED: {
      auto instruction = with_args(Op::symbol);
      const auto [at, fresh] = symbol_numbers_.try_emplace(e.decl().name().str(), symbols_.size());
      if (fresh) symbols_.push_back(at->first);
      instruction.number = at->second;
      return instruction;
    }
    default:
      throw std::logic_error(fmt::format("a formula that nobody evaluates: {}", e.to_string()));
  }
}

FormulaValues::FormulaValues(const FormulaProgram& program)
    : program_(program), values_(program.code_.size()), variables_(2), when_(program.code_.size()) {}

void FormulaValues::begin(Meaning meaning, Objects objects) {
  meaning_ = std::move(meaning);
  objects_ = std::move(objects);
  begun_ = ++now_;
}

void FormulaValues::set(uint32_t variable, int64_t value) {
  variables_.at(variable) = value;
  ++now_;
}

int64_t FormulaValues::operator()(Node node) {
  const auto& code = program_.code_[node];
  if (when_[node] >= (code.varies || code.inside ? now_ : begun_)) return values_[node];
  const auto value = compute(code);
  values_[node] = value;
  when_[node] = now_;
  return value;
}

bool FormulaValues::for_all(const FormulaProgram::Instruction& code, size_t from) {
  if (from == code.sorts.size()) {
    ++now_;
    return (*this)(code.args[0]) != 0;
  }
  for (const auto object : objects_(code.sorts[from])) {
    bound_.push_back(object);
    const bool holds = for_all(code, from + 1);
    bound_.pop_back();
    if (!holds) return false;
  }
  return true;
}

int64_t FormulaValues::compute(const FormulaProgram::Instruction& code) {
  using Op = FormulaProgram::Op;
  const auto& args = code.args;
  const auto arg = [&](size_t i) { return (*this)(args[i]); };
  switch (code.op) {
    case Op::number:
      return code.number;
    case Op::variable:
      return variables_[static_cast<size_t>(code.number)];
    case Op::bound:
      return bound_[bound_.size() - 1 - static_cast<size_t>(code.number)];
    case Op::symbol:
      return meaning_(static_cast<uint32_t>(code.number), args.empty() ? 0 : arg(0), args.size() < 2 ? 0 : arg(1));
    case Op::both:
      return std::all_of(args.begin(), args.end(), [&](auto each) { return (*this)(each) != 0; });
    case Op::either:
      return std::any_of(args.begin(), args.end(), [&](auto each) { return (*this)(each) != 0; });
    case Op::no:
      return arg(0) == 0;
    case Op::same:
      return arg(0) == arg(1);
    case Op::distinct:
      for (size_t i = 0; i < args.size(); ++i)
        for (size_t j = 0; j < i; ++j)
          if (arg(i) == arg(j)) return 0;
      return 1;
    case Op::choose:
      return arg(0) != 0 ? arg(1) : arg(2);
    case Op::plus: {
      int64_t sum = 0;
      for (const auto each : args) sum += (*this)(each);
      return sum;
    }
    case Op::minus:
      return args.size() == 1 ? -arg(0) : arg(0) - arg(1);
    case Op::times: {
      int64_t product = 1;
      for (const auto each : args) product *= (*this)(each);
      return product;
    }
    case Op::less:
      return arg(0) < arg(1);
    case Op::at_most:
      return arg(0) <= arg(1);
    case Op::forall:
      return for_all(code, 0);
  }
  throw std::logic_error("no such instruction");
}

}  // namespace lockstep
