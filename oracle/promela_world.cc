// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/promela_world.h"

#include "model/process_rules.h"

namespace lockstep {
template class ProcessRules<promela::ProcessNumbers>;
}

namespace lockstep::promela {

namespace {
constexpr const char* kFieldNames[] = {"task_state", "task_leader", "task_parent"};
}

std::string array_name(const char* field) {
  std::string name(field);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::string upper_case(std::string name) {
  for (auto& c : name) c = static_cast<char>(std::toupper(c));
  return name;
}

std::string text_of(int64_t number) {
  return number == kMe ? "me" : number == kChild ? "child" : number == kSize ? "size" : std::to_string(number);
}

void ProcessNumbers::clear() {
  for (uint16_t task = 1; task <= tasks; ++task)
    for (const auto field : {TaskField::state, TaskField::leader, TaskField::parent}) know(field, task, 0);
}

void ProcessNumbers::forget() { possible_.clear(); }

std::set<uint16_t>& ProcessNumbers::possible(TaskField field, uint16_t task) const {
  auto& values = possible_[{field, task}];
  const uint16_t low = field == TaskField::leader ? 1 : 0;
  const uint16_t high = field == TaskField::state ? static_cast<uint16_t>(TaskState::zombie) : tasks;
  if (values.empty())
    for (uint16_t value = low; value <= high; ++value) values.insert(value);
  return values;
}

uint16_t ProcessNumbers::count_living(uint16_t leader) const {
  uint16_t count = 0;
  for (uint16_t task = 1; task <= tasks; ++task)
    count += is(TaskField::state, task, static_cast<uint16_t>(TaskState::alive)) && is(TaskField::leader, task, leader);
  return count;
}

bool ProcessNumbers::is(TaskField field, uint16_t task, uint16_t value) const {
  if (program == nullptr) return value == 0;  // the table's own constructor
  if (flat && field == TaskField::leader) return value == task;
  if (flat && field == TaskField::parent) return value == 0;
  if (flat && field == TaskField::live)
    return value == is(TaskField::state, task, static_cast<uint16_t>(TaskState::alive));
  if (field == TaskField::live) return value == count_living(task);
  auto& values = possible(field, task);
  if (!values.contains(value)) return false;
  if (values.size() == 1) return true;
  const bool it_is = program->paths.decide(
      fmt::format("{}[{}] == {}", kFieldNames[static_cast<size_t>(field)], text_of(task), text_of(value)));
  if (it_is)
    values = {value};
  else
    values.erase(value);
  return it_is;
}

uint16_t ProcessNumbers::get(TaskField field, uint16_t task) const {
  uint16_t value = 0;
  while (!is(field, task, value)) ++value;
  return value;
}

void ProcessNumbers::set(TaskField field, uint16_t task, uint16_t value) {
  if (program == nullptr || field == TaskField::live || (flat && field != TaskField::state)) return;
  const auto put = [&](TaskField which, uint16_t number) {
    program->paths.say(
        fmt::format("{}[{}] = {}", kFieldNames[static_cast<size_t>(which)], text_of(task), text_of(number)));
    know(which, task, number);
  };
  put(field, value);
  if (flat || field != TaskField::state || value != static_cast<uint16_t>(TaskState::absent)) return;
  for (const auto other : {TaskField::leader, TaskField::parent}) put(other, 0);
}

uint16_t ProcessNumbers::next(uint16_t task) const {
  for (uint16_t number = task + 1; number <= tasks; ++number)
    if (!is(TaskField::state, number, static_cast<uint16_t>(TaskState::absent))) return number;
  return 0;
}

void ProcessNumbers::require(bool condition) const {
  if (condition || program == nullptr) return;
  program->paths.say("assert(false)");
  throw Impossible{};
}

}  // namespace lockstep::promela
