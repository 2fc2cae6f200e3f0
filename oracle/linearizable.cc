// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/linearizable.h"

#include <fmt/format.h>

#include <algorithm>

#include "oracle/compare_shown.h"
#include "oracle/rules.h"

namespace lockstep {

namespace {

struct Numbered {
  const Action* operation;
  int number;
};
std::vector<Numbered> numbered(const Program& program) {
  std::vector<Numbered> all;
  for (const auto& task : program)
    for (const auto& operation : task) all.push_back({&operation, static_cast<int>(all.size())});
  return all;
}

// Whether some view has the rule after the order and not in the ending.
bool misses(const Ending& ending, const Ending& order, uint16_t rule, int event) {
  for (const auto& task : order.facts.tasks) {
    if (!contains(task.view[event], rule)) continue;
    for (const auto& same : ending.facts.tasks)
      if (same.number == task.number && !contains(same.view[event], rule)) return true;
  }
  return false;
}

// A rule that was linked by an append that succeeded, and is missing from a view that has it in every order.
const Step* lost_rule(const Ending& ending, std::span<const Ending> orders, const Program& program) {
  for (const auto& [operation, number] : numbered(program)) {
    const auto& step = operation->step;
    if (operation->check || !makes_rule(step.op) || ending.results[number].error != 0) continue;
    if (std::all_of(orders.begin(), orders.end(),
                    [&](const Ending& order) { return misses(ending, order, step.made, step.event); }))
      return &step;
  }
  return nullptr;
}

std::string words(const Action& operation, const ActionResult& result, bool filters) {
  const auto& step = operation.step;
  if (!operation.check)
    return fmt::format("P{}'s {} gave {}", step.task, name_of(step.op), result_text({result.error}));
  std::string view;
  for (auto rule : result.view) view += fmt::format(" {}{}", filters ? 'F' : 'R', rule);
  return fmt::format("P{}'s check ran{}", step.task, view.empty() ? " nothing" : view);
}

Violation unlike_any_order(const Ending& ending, std::span<const Ending> orders, const Program& program) {
  const auto* nearest = &orders[0];
  for (const auto& order : orders)
    if (order.results == ending.results) nearest = &order;
  if (nearest->results == ending.results) {
    const auto difference = compare(nearest->facts, ending.facts, {});
    const bool view = difference->what == Difference::What::view;
    return {Property::linearizable, "no order of the operations ends like this: " + difference->text,
            view ? "views" : difference->counter};
  }
  for (const auto& [operation, number] : numbered(program)) {
    const auto& result = ending.results[number];
    if (std::any_of(orders.begin(), orders.end(), [&](const Ending& o) { return o.results[number] == result; }))
      continue;
    return {Property::linearizable,
            words(*operation, result, ending.facts.filters) + ", as in no order of the operations",
            operation->check ? "check" : "result"};
  }
  std::string all;
  for (const auto& [operation, number] : numbered(program))
    all += (all.empty() ? "" : ", ") + words(*operation, ending.results[number], ending.facts.filters);
  return {Property::linearizable, "no order of the operations gives these results together: " + all, "results"};
}

}  // namespace

std::vector<Violation> judge_ending(const Ending& ending, std::span<const Ending> orders, const Program& program) {
  Checker checker(PromiseKind::copy, true);  // of a step that changes nothing: what is left is the state itself
  checker.start(ending.facts);
  auto violations = checker.step({.op = Op::exec}, {}, ending.facts);
  const auto same = [&](const Ending& order) {
    return order.results == ending.results && !compare(order.facts, ending.facts, {});
  };
  if (std::any_of(orders.begin(), orders.end(), same)) return violations;
  if (const auto* lost = lost_rule(ending, orders, program))
    violations.push_back({Property::linearizable,
                          fmt::format("{}{} was lost: P{}'s {} succeeded, and a view that has it after every order of "
                                      "the operations does not have it",
                                      ending.facts.filters ? 'F' : 'R', lost->made, lost->task, name_of(lost->op)),
                          "lost rule"});
  else
    violations.push_back(unlike_any_order(ending, orders, program));
  return violations;
}

}  // namespace lockstep
