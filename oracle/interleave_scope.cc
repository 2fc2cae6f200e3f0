// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/interleave_scope.h"

#include <algorithm>
#include <stdexcept>

#include "oracle/rules.h"

namespace lockstep {

namespace {

template <class Wanted>
uint16_t made_by(const std::vector<Step>& steps, Wanted wanted) {
  return static_cast<uint16_t>(
      std::count_if(steps.begin(), steps.end(), [&](const Step& step) { return wanted(step.op); }));
}
uint16_t rules_in(const std::vector<Step>& steps) { return made_by(steps, makes_rule); }
uint16_t tasks_in(const std::vector<Step>& steps) { return static_cast<uint16_t>(made_by(steps, makes_task) + 1); }

// Every way to make a rule, without its size and name.
std::vector<Step> ways_to_add(const RuleKind& rules, uint16_t task, int events) {
  std::vector<Step> ways;
  for (uint8_t event = 0; event < (rules.filters ? 1 : events); ++event) {
    ways.push_back({.op = rules.filters ? Op::attach : Op::append, .task = task, .event = event});
    if (rules.known_flags == 0) continue;
    ways.push_back(ways.back());
    ways.back().flags = rules.known_flags;
  }
  return ways;
}

// Operations of one task, names not yet given.
std::vector<Action> choices(const RunProcesses& processes, uint16_t task, const RuleKind& rules, int events) {
  std::vector<Action> all;
  for (const auto& step : ways_to_add(rules, task, events)) {
    all.push_back({step});
    if (step.flags == 0) all.push_back({{.op = Op::exec, .task = task, .event = step.event}, true});
  }
  all.push_back({{.op = Op::fork, .task = task}});
  all.push_back({{.op = Op::exit, .task = task}});
  if (!rules.filters) return all;
  for (uint16_t child = processes.next(0); child != 0; child = processes.next(child))
    if (processes.leader(child) == child && processes.parent(child) == processes.leader(task))
      all.push_back({{.op = Op::reap, .task = task, .child = child}});
  return all;
}

using List = std::vector<Action>;

// All lists of 1 to `ops` operations; an exit ends a list.
std::vector<List> lists(const List& choices, int ops) {
  std::vector<List> all, longest{{}};
  for (int length = 1; length <= ops; ++length) {
    std::vector<List> longer;
    for (const auto& list : longest) {
      if (!list.empty() && list.back().step.op == Op::exit) continue;
      for (const auto& choice : choices) {
        longer.push_back(list);
        longer.back().push_back(choice);
      }
    }
    all.insert(all.end(), longer.begin(), longer.end());
    longest = std::move(longer);
  }
  return all;
}

void give_names(Program& program, uint16_t rules, uint16_t tasks) {
  for (auto& list : program)
    for (auto& [step, check] : list) {
      if (makes_rule(step.op)) step.made = ++rules;
      if (makes_task(step.op)) step.made = ++tasks;
    }
}

std::vector<uint32_t> start_sizes(bool filters) {
  return filters ? std::vector<uint32_t>{16, 32730} : std::vector<uint32_t>{1, 62};
}

}  // namespace

int live_tasks(const RunProcesses& processes) {
  int live = 0;
  for (uint16_t task = processes.next(0); task != 0; task = processes.next(task)) live += processes.alive(task);
  return live;
}

void require_possible(const InterleaveOptions& options) {
  auto require = [](bool possible, const char* text) {
    if (!possible) throw std::invalid_argument(text);
  };
  require(options.tasks >= 2 && options.tasks <= kMaxColumns, "interleavings are of 2 or 3 tasks");
  require(options.ops >= 1, "each task has at least 1 operation");
  require(options.tasks * options.ops <= kMaxOperations, "all tasks together have at most 6 operations");
  require(options.events >= 1 && options.events <= kEvents, "there are 1 or 2 event types");
  require(options.start_rules >= 0 && options.start_rules <= 3, "before the start there are 0 to 3 rules");
  // An exit before the start makes one more task; each operation may be a fork.
  require(options.tasks + 1 + options.tasks * options.ops <= kHighestTask,
          "that many tasks and operations have no room");
}

std::vector<Step> steps_before(const RunProcesses& processes, const std::vector<Step>& so_far, const RuleKind& kind,
                               const InterleaveOptions& options) {
  std::vector<Step> next;
  const uint16_t rules = rules_in(so_far), tasks = tasks_in(so_far);
  const bool exited = made_by(so_far, [](Op op) { return op == Op::exit; }) != 0;
  for (uint16_t task = processes.next(0); task != 0; task = processes.next(task)) {
    if (!processes.alive(task)) continue;
    if (rules < options.start_rules)
      for (auto step : ways_to_add(kind, task, options.events))
        for (const auto size : options.sizes.empty() ? start_sizes(kind.filters) : options.sizes) {
          step.made = static_cast<uint16_t>(rules + 1);
          (kind.filters ? step.len : step.pages) = size;
          next.push_back(step);
        }
    if (tasks < options.tasks + 1) {
      next.push_back({.op = Op::fork, .task = task, .made = static_cast<uint16_t>(tasks + 1)});
      if (kind.filters) next.push_back({.op = Op::thread, .task = task, .made = static_cast<uint16_t>(tasks + 1)});
    }
    if (!exited && live_tasks(processes) > 1) next.push_back({.op = Op::exit, .task = task});
  }
  return next;
}

Programs::Programs(const RunProcesses& processes, const std::vector<Step>& before, const RuleKind& rules,
                   const InterleaveOptions& options)
    : rule_names_(rules_in(before)), task_names_(tasks_in(before)) {
  for (uint16_t task = processes.next(0); task != 0; task = processes.next(task))
    if (processes.alive(task)) lists_.push_back(lists(choices(processes, task, rules, options.events), options.ops));
}

uint64_t Programs::count() const {
  uint64_t count = 1;
  for (const auto& lists : lists_) count *= lists.size();
  return count;
}

Program Programs::at(uint64_t index) const {
  Program program(lists_.size());
  for (size_t i = lists_.size(); i-- > 0; index /= lists_[i].size()) program[i] = lists_[i][index % lists_[i].size()];
  give_names(program, rule_names_, task_names_);
  return program;
}

}  // namespace lockstep
