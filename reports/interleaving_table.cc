// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/interleaving_table.h"

#include <fmt/format.h>

#include "reports/paint.h"
#include "reports/plain_text.h"
#include "reports/promise_words.h"

namespace lockstep {

namespace {

constexpr size_t kWidth = 100;
constexpr size_t kNumberWidth = 6;

using What = AtomicStep::What;

std::string name_in(const Race& race, ObjectId object) {
  const auto found = race.names.find(object);
  return found == race.names.end() ? "none" : found->second;
}
std::string value_words(const Race& race, const StepValue& value) {
  if (value.type == StepValue::Type::pointer) return name_in(race, value.pointer);
  return std::to_string(value.number);
}
// "N1.rule", "E1.nodes[0]", "P1.events"
std::string place_words(const Race& race, const AtomicStep& step) {
  std::string field = step.field;
  field = field.substr(field.find('.') + 1);
  if (step.slot >= 0) field += fmt::format("[{}]", step.slot);
  return name_in(race, step.object) + "." + field;
}

const Action& operation_of(const Race& race, const AtomicStep& step) { return race.program[step.who][step.action]; }
std::string view_words(const Race& race, const AtomicStep& step) {
  size_t number = step.action;
  for (size_t who = 0; who < step.who; ++who) number += race.program[who].size();
  std::string out;
  for (auto rule : race.results[number].view) out += fmt::format(" {}{}", race.filters ? 'F' : 'R', rule);
  return out.empty() ? " nothing" : out;
}

std::string begin_words(const Action& operation, bool filters) {
  if (operation.check) return filters ? "check" : fmt::format("check event={}", operation.step.event);
  const auto line = step_line(operation.step);
  return line.substr(line.find(' ') + 1);
}

std::string table_words(const Race& race, const AtomicStep& step) {
  const auto& of = operation_of(race, step).step;
  switch (of.op) {
    case Op::fork:
    case Op::thread:
      return fmt::format("P{} is there", of.made);
    case Op::reap:
      return fmt::format("wait for P{}: {}", of.child, outcome_words(static_cast<int>(step.value.number)));
    default:
      return fmt::format("P{} is dead", of.task);
  }
}

// The columns of one row; the cell may need more than one line.
class Columns {
 public:
  explicit Columns(size_t count) : count_(count), width_((kWidth - kNumberWidth) / count - 1) {}
  std::string row(const std::string& number, size_t column, const std::string& text) const {
    std::string out;
    bool first = true;
    for (const auto& line : lines_of(wrap(text, width_, "", "  "))) {
      out += trimmed(fmt::format("{:<{}}", first ? number : "", kNumberWidth) +
                     std::string(column * (width_ + 1), ' ') + line);
      first = false;
    }
    return out;
  }
  std::string head(const Program& program) const {
    std::string out(kNumberWidth, ' ');
    for (const auto& list : program) out += fmt::format("{:<{}}", fmt::format("P{}", list[0].step.task), width_ + 1);
    return trimmed(out);
  }

 private:
  static std::string trimmed(std::string line) {
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line + "\n";
  }
  size_t count_, width_;
};

bool folded(const AtomicStep& step) {
  return !step.shared && !step.freed && step.what != What::begin && step.what != What::end;
}

// Steps that no other task gets in the way of, told in one row.
std::string fold(const Columns& columns, size_t who, size_t count) {
  return count == 0 ? "" : columns.row("", who, fmt::format(". {}", count_of(count, "undisturbed step")));
}

std::string rows(const Race& race, const Columns& columns, const TableOptions& options) {
  const Paint paint(options.color);
  std::string out;
  size_t number = 0, hidden = 0, who = 0;
  for (const auto& step : race.steps) {
    if (who != step.who || !folded(step)) {
      out += fold(columns, who, hidden);
      hidden = 0;
    }
    who = step.who;
    const bool counts = step.what != What::begin && step.what != What::end;
    if (counts) ++number;
    if (!options.every_step && folded(step)) {
      ++hidden;
      continue;
    }
    const auto row = columns.row(counts ? std::to_string(number) : "", who, atomic_step_words(race, step));
    out += step.freed ? paint.red(row) : counts ? row : paint.bold(row);
  }
  return out + fold(columns, who, hidden);
}

}  // namespace

std::string atomic_step_words(const Race& race, const AtomicStep& step) {
  const char* what = name_of(step.what);
  const std::string freed = step.freed ? ": it was freed" : "";
  switch (step.what) {
    case What::begin:
      return begin_words(operation_of(race, step), race.filters);
    case What::end:
      if (operation_of(race, step).check) return "= ran" + view_words(race, step);
      return "= " + outcome_words(static_cast<int>(step.value.number));
    case What::alloc:
    case What::free:
      return fmt::format("{} {}{}", what, name_in(race, step.object), freed);
    case What::inc:
    case What::dec_and_test:
      return fmt::format("{} {}{}", what, place_words(race, step),
                         step.freed ? freed : fmt::format(" to {}", step.value.number));
    case What::lock:
    case What::unlock:
      return fmt::format("{} {} of {}'s process", what, step.field, name_in(race, step.object));
    case What::table:
      return table_words(race, step);
    case What::load:
    case What::store:
    case What::publish:
      break;
  }
  return fmt::format("{} {}{}", what, place_words(race, step),
                     step.freed ? freed : " = " + value_words(race, step.value));
}

std::string interleaving_table(const Race& race, const TableOptions& options) {
  const Paint paint(options.color);
  std::string out;
  for (const auto& step : race.before.steps) out += wrap(step_line(step), kWidth, "", "  ");
  const Columns columns(race.program.size());
  return out + paint.bold(columns.head(race.program)) + rows(race, columns, options);
}

}  // namespace lockstep
