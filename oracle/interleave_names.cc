// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/interleave_names.h"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep {

namespace {

using What = AtomicStep::What;

std::string made_name(const AtomicStep& step, const Program& program) {
  const auto made = program[step.who][step.action].step.made;
  switch (step.object.kind) {
    case Kind::rule:
      return fmt::format("R{}", made);
    case Kind::prog:
      return fmt::format("{}{}.prog", program[step.who][step.action].step.op == Op::attach ? 'F' : 'R', made);
    case Kind::filter:
      return fmt::format("F{}", made);
    case Kind::events:
      return "E";
    case Kind::node:
      return "N";
    case Kind::task:
      break;
  }
  return fmt::format("P{}", step.object.index);
}

bool is_write(const AtomicStep& step) { return step.what == What::store || step.what == What::publish; }
bool same_place(const AtomicStep& a, const AtomicStep& b) {
  return a.object == b.object && a.slot == b.slot && std::string_view(a.field) == b.field;
}
bool same_operation(const AtomicStep& a, const AtomicStep& b) { return a.who == b.who && a.action == b.action; }

std::string operation_words(const Race& race, const AtomicStep& step) {
  const auto& operation = race.program[step.who][step.action];
  const auto what = operation.check ? "check" : name_of(operation.step.op);
  return fmt::format("P{}'s {}", operation.step.task, what);
}
std::string name_in(const Race& race, ObjectId object) {
  const auto found = race.names.find(object);
  return found == race.names.end() ? "none" : found->second;
}

// A write over what another operation had written since this one read it.
const AtomicStep* read_before(const Race& race, size_t write, size_t& overwritten) {
  const auto& steps = race.steps;
  for (size_t i = write; i-- > 0;) {
    if (!same_place(steps[i], steps[write])) continue;
    if (is_write(steps[i]) && !same_operation(steps[i], steps[write])) overwritten = i;
    if (steps[i].what == What::load && same_operation(steps[i], steps[write]))
      return overwritten != write ? &steps[i] : nullptr;
  }
  return nullptr;
}

std::string overwriting(const Race& race) {
  for (size_t i = 0; i < race.steps.size(); ++i) {
    const auto& step = race.steps[i];
    size_t overwritten = i;
    if (!is_write(step) || step.value.type != StepValue::Type::pointer) continue;
    const auto* read = read_before(race, i, overwritten);
    if (read == nullptr) continue;
    const auto& lost = race.steps[overwritten];
    return fmt::format(
        "{} was lost: {} and {} both read {}.{} = {}, and the second to write it linked {} over {}",
        name_in(race, lost.value.pointer), operation_words(race, lost), operation_words(race, step),
        name_in(race, read->object), std::string_view(read->field).substr(std::string_view(read->field).find('.') + 1),
        name_in(race, read->value.pointer), name_in(race, step.value.pointer), name_in(race, lost.value.pointer));
  }
  return {};
}

std::string freeing(const Race& race) {
  const auto& last = race.steps.back();
  for (auto step = race.steps.rbegin() + 1; step != race.steps.rend(); ++step)
    if (step->what == What::free && step->object == last.object)
      return fmt::format("{} was freed by {}, and {} still used it", name_in(race, last.object),
                         operation_words(race, *step), operation_words(race, last));
  return {};
}

}  // namespace

std::map<ObjectId, std::string> names_of(const std::vector<AtomicStep>& steps, const Program& program,
                                         std::map<ObjectId, std::string> names) {
  std::map<Kind, int> counted;
  for (const auto& [object, name] : names) counted[object.kind] = std::max<int>(counted[object.kind], object.index);
  for (const auto& list : program)
    for (const auto& operation : list) {
      const ObjectId task{Kind::task, operation.step.task};
      names[task] = fmt::format("P{}", task.index);
    }
  for (const auto& step : steps) {
    if (step.object.index == 0 || names.contains(step.object)) continue;
    auto name = made_name(step, program);
    if (name.size() == 1) name += std::to_string(++counted[step.object.kind]);
    names[step.object] = name;
  }
  return names;
}

Violation violation_of(const Fault& fault) {
  switch (fault.what) {
    case Fault::What::touched_freed:
      return {Property::no_use_after_free, "a freed object was touched", "memory"};
    case Fault::What::freed_twice:
      return {Property::no_use_after_free, "an object was freed twice", "memory"};
    case Fault::What::endless_loop:
      return {Property::acyclic, "a walk did not end", "prev"};
    case Fault::What::warned:
      return {Property::refcount_exact, fmt::format("WARN: {}", text_of(fault.site)), "warning"};
  }
  return {};
}

std::string sentence(const Race& race, const std::string& text) {
  std::string told;
  if (race.cause == "linearizable lost rule" || race.cause.ends_with(".exists")) told = overwriting(race);
  if (race.property == Property::no_use_after_free && !race.steps.empty() && race.steps.back().freed)
    told = freeing(race);
  return told.empty() ? text : told;
}

}  // namespace lockstep
