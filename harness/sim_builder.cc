// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/sim_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/target.h"

namespace lockstep {
namespace {

// Places in a snapshot are 16 bits, and the highest value means "none" there.
constexpr size_t kMaxObjects = UINT16_MAX - 1;
constexpr size_t kMaxPointers = 8 * kMaxObjects;
constexpr size_t kMaxFaults = 1000;
constexpr size_t kMaxFaultText = 200;

constexpr Kind kKinds[] = {Kind::task, Kind::events, Kind::node, Kind::rule, Kind::prog};

// By enum lockstep_sim_link. Where a slot and an owner lead to depends on the design.
struct Shape {
  Link link;
  Kind from, to;
};
constexpr Shape kShapes[] = {
    {},
    {Link::task_events, Kind::task, Kind::events},
    {Link::slot, Kind::events, Kind::node},
    {Link::node_prev, Kind::node, Kind::node},
    {Link::node_rule, Kind::node, Kind::rule},
    {Link::rule_prev, Kind::rule, Kind::rule},
    {Link::rule_prog, Kind::rule, Kind::prog},
    {Link::owner, Kind::node, Kind::events},
};

}  // namespace

void IdMap::clear() {
  large_.clear();
  if (++epoch_ != 0) return;
  std::fill(small_.begin(), small_.end(), Entry{});
  epoch_ = 1;
}

bool IdMap::add(uint64_t id, uint32_t place) {
  if (id >= kSmallIds) return large_.emplace(id, place).second;
  if (small_.empty()) small_.resize(kSmallIds);
  Entry& entry = small_[id];
  if (entry.epoch == epoch_) return false;
  entry = {epoch_, place};
  return true;
}

uint32_t IdMap::find(uint64_t id) const {
  if (id < small_.size()) return small_[id].epoch == epoch_ ? small_[id].place : kNone;
  auto found = large_.find(id);
  return found == large_.end() ? kNone : found->second;
}

void SnapshotBuilder::begin(Snapshot& snapshot, std::span<const uint16_t> tasks, uint32_t shows) {
  if (snapshot_ != nullptr) task_places_.fill(0);
  snapshot_ = &snapshot;
  shows_ = shows;
  slots_lead_to_rules_ = true;
  ids_.clear();
  broken_.clear();
  snapshot.owner_is_task = (shows & LOCKSTEP_SIM_OWNER_IS_TASK) != 0;
  snapshot.tasks.resize(tasks.size());
  for (size_t i = 0; i < tasks.size(); ++i) {
    snapshot.tasks[i].number = tasks[i];
    task_places_.at(tasks[i]) = static_cast<uint16_t>(i + 1);
  }
}

void SnapshotBuilder::broken(std::string what) {
  if (broken_.empty()) broken_ = std::move(what);
}

void SnapshotBuilder::view(uint32_t task_index, uint32_t event, std::span<const uint16_t> rules) {
  if (task_index >= snapshot_->tasks.size() || event >= kEvents) return broken("a view of no task or event");
  for (uint16_t rule : rules)
    if (rule > LOCKSTEP_SIM_MAX_RULE) return broken(fmt::format("a view with a rule number {}", rule));
  snapshot_->tasks[task_index].view[event].assign(rules.begin(), rules.end());
}

void SnapshotBuilder::object(const lockstep_sim_object& object) {
  if (object.kind < LOCKSTEP_SIM_EVENTS_OBJECT || object.kind > LOCKSTEP_SIM_PROG)
    return broken(fmt::format("an object of unknown kind {}", object.kind));
  if (object.number > LOCKSTEP_SIM_MAX_RULE) return broken(fmt::format("an object numbered {}", object.number));
  if (object.freed > 1) return broken(fmt::format("an object whose `freed` is {}", object.freed));
  if (snapshot_->objects.size() >= kMaxObjects) return broken(fmt::format("more than {} objects", kMaxObjects));
  if (!ids_.add(object.id, static_cast<uint32_t>(snapshot_->objects.size())))
    return broken(fmt::format("two objects with the id {}", object.id));
  if (object.kind == LOCKSTEP_SIM_NODE) slots_lead_to_rules_ = false;
  ObjectFacts& facts = snapshot_->objects.emplace_back();
  facts.kind = kKinds[object.kind];
  facts.number = static_cast<uint16_t>(object.number);
  facts.freed = object.freed != 0;
  facts.counter[0] = object.counter;
  facts.size = object.size;
  facts.birth = object.birth;
}

uint32_t SnapshotBuilder::task_place(uint64_t number) const {
  return number >= task_places_.size() || task_places_[number] == 0 ? IdMap::kNone : task_places_[number] - 1U;
}

uint32_t SnapshotBuilder::end(uint64_t id, Kind kind, const lockstep_sim_pointer& pointer) {
  if (kind == Kind::task) {
    uint32_t place = task_place(id);
    if (place == IdMap::kNone)
      broken(fmt::format("a pointer of kind {} at P{}, which does not exist", pointer.link, id));
    return place;
  }
  uint32_t place = ids_.find(id);
  if (place != IdMap::kNone && snapshot_->objects[place].kind == kind) return place;
  broken(fmt::format("a pointer of kind {} at the id {}, which is no {} that was shown before it", pointer.link, id,
                     name_of(kind)));
  return IdMap::kNone;
}

void SnapshotBuilder::pointer(const lockstep_sim_pointer& pointer) {
  if (pointer.link < LOCKSTEP_SIM_TASK_EVENTS || pointer.link > LOCKSTEP_SIM_OWNER)
    return broken(fmt::format("a pointer of unknown kind {}", pointer.link));
  if (pointer.event >= (pointer.link == LOCKSTEP_SIM_SLOT ? kEvents : 1))
    return broken(fmt::format("a pointer with the event {}", pointer.event));
  if (snapshot_->pointers.size() >= kMaxPointers) return broken(fmt::format("more than {} pointers", kMaxPointers));
  Shape shape = kShapes[pointer.link];
  if (shape.link == Link::slot && slots_lead_to_rules_) shape.to = Kind::rule;
  if (shape.link == Link::owner && snapshot_->owner_is_task) shape.to = Kind::task;
  uint32_t from = end(pointer.from, shape.from, pointer), to = end(pointer.to, shape.to, pointer);
  if (from == IdMap::kNone || to == IdMap::kNone) return;
  snapshot_->pointers.push_back(
      {shape.link, static_cast<uint8_t>(pointer.event), static_cast<uint16_t>(from), static_cast<uint16_t>(to)});
}

void SnapshotBuilder::fault(std::string_view text) {
  if (snapshot_->faults.size() >= kMaxFaults) return broken(fmt::format("more than {} faults", kMaxFaults));
  snapshot_->faults.emplace_back(text.substr(0, kMaxFaultText));
}

void SnapshotBuilder::finish(const std::string& target_name) const {
  if (!broken_.empty()) throw TargetFault(fmt::format("{} broke the interface: it showed {}", target_name, broken_));
}

lockstep_sim_sink SnapshotBuilder::sink() {
  return {
      .context = this,
      .object = [](void* self, const lockstep_sim_object* o) { static_cast<SnapshotBuilder*>(self)->object(*o); },
      .pointer = [](void* self, const lockstep_sim_pointer* p) { static_cast<SnapshotBuilder*>(self)->pointer(*p); },
      .fault = [](void* self, const char* text) { static_cast<SnapshotBuilder*>(self)->fault(text); }};
}

}  // namespace lockstep
