// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/promela_world.h"

#include "model/process_rules.h"

namespace lockstep {
template class ProcessRules<promela::ProcessNumbers>;
}

namespace lockstep::promela {

namespace {
constexpr const char* kFieldNames[] = {"task_state", "task_leader", "task_parent", "task_group"};
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
    for (const auto field : {TaskField::state, TaskField::leader, TaskField::parent, TaskField::live})
      known_[{field, task}] = 0;
}

uint16_t ProcessNumbers::get(TaskField field, uint16_t task) const {
  if (program == nullptr) return 0;  // the table's own constructor
  if (flat && field == TaskField::leader) return task;
  if (flat && field == TaskField::parent) return 0;
  if (flat && field == TaskField::live) return get(TaskField::state, task) == static_cast<uint16_t>(TaskState::alive);
  const auto found = known_.find({field, task});
  if (found != known_.end()) return found->second;
  const uint16_t low = field == TaskField::leader ? 1 : 0;
  const uint16_t high = field == TaskField::state ? static_cast<uint16_t>(TaskState::zombie) : tasks;
  uint16_t value = low;
  while (value < high && !program->paths.decide(fmt::format("{}[{}] == {}", kFieldNames[static_cast<size_t>(field)],
                                                            text_of(task), value)))
    ++value;
  known_[{field, task}] = value;
  return value;
}

void ProcessNumbers::set(TaskField field, uint16_t task, uint16_t value) {
  if (program == nullptr || (flat && field != TaskField::state)) return;
  const auto put = [&](TaskField which, uint16_t number) {
    program->paths.say(
        fmt::format("{}[{}] = {}", kFieldNames[static_cast<size_t>(which)], text_of(task), text_of(number)));
    known_[{which, task}] = number;
  };
  put(field, value);
  if (flat || field != TaskField::state || value != static_cast<uint16_t>(TaskState::absent)) return;
  for (const auto other : {TaskField::leader, TaskField::parent, TaskField::live}) put(other, 0);
}

uint16_t ProcessNumbers::next(uint16_t task) const {
  for (uint16_t number = task + 1; number <= tasks; ++number)
    if (get(TaskField::state, number) != static_cast<uint16_t>(TaskState::absent)) return number;
  return 0;
}

void ProcessNumbers::require(bool condition) const {
  if (condition || program == nullptr) return;
  program->paths.say("assert(false)");
  throw Impossible{};
}

}  // namespace lockstep::promela
