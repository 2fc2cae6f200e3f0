// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/node_observer.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <charconv>
#include <cstring>

#include "harness/live/crew.h"
#include "observe.skel.h"

namespace lockstep::live {

namespace {

constexpr Kind kKinds[] = {Kind::events, Kind::node, Kind::rule, Kind::prog};
constexpr uint64_t kEventsSize = 24;  // a counter and two slots
static_assert(std::size(nodes_observation{}.events) == OBSERVE_SLOTS);

// "R12" -> 12.
uint16_t number_of(const nodes_object& program) {
  uint16_t number = 0;
  std::from_chars(program.name + 1, program.name + strnlen(program.name, sizeof(program.name)), number);
  return number;
}

}  // namespace

NodeObserver::NodeObserver(observe_bpf* programs, Rules& rules)
    : BpfObserver(programs),
      rules_(rules),
      nodes_(programs->bss->nodes),
      look_fd_(bpf_program__fd(programs->progs.observe_nodes)) {
  nodes_.design_has_nodes = rules.design() != "v6-posted";
}

Capabilities NodeObserver::capabilities() const {
  return {.layout = rules_.design(), .facts = {}, .faults = false, .unobserved = ""};
}

void NodeObserver::fill(const std::vector<uint16_t>& tasks, Snapshot& snapshot) {
  ++nodes_.generation;
  run_program(look_fd_);
  if (nodes_.lost != 0) throw std::runtime_error("live: more objects than the observer has room for");
  snapshot.complete = false;
  snapshot.owner_is_task = rules_.design() == "v5-intended";
  for (const uint16_t number : tasks) snapshot.tasks.push_back({.number = number});
  fill_objects(snapshot);
  fill_pointers(tasks, snapshot);
  fill_views(snapshot);
  // What the programs share with us is the kernel's memory: an address in it would hide a leak.
  std::memset(nodes_.object, 0, nodes_.count * sizeof(*nodes_.object));
  std::memset(nodes_.events, 0, sizeof(nodes_.events));
}

void NodeObserver::fill_objects(Snapshot& snapshot) {
  places_.clear();
  for (unsigned i = 0; i < nodes_.count; ++i) {
    const nodes_object& seen = nodes_.object[i];
    places_.emplace(seen.address, uint16_t(i));
    snapshot.objects.push_back({.kind = kKinds[seen.kind], .counter = {seen.counter, 0}});
  }
  for (unsigned i = 0; i < nodes_.count; ++i) {  // a rule is called as its program is
    const auto program = nodes_.object[i].kind == NODES_RULE ? places_.find(nodes_.object[i].to[1]) : places_.end();
    if (program == places_.end()) continue;
    snapshot.objects[i].number = number_of(nodes_.object[program->second]);
    snapshot.objects[i].size = nodes_.object[program->second].pages;
  }
}

// What nothing counted leads to is not in the snapshot, and no pointer to it either.
void NodeObserver::point(Link link, uint16_t from, uint64_t to, Snapshot& snapshot, uint8_t event) const {
  if (const auto place = places_.find(to); to != 0 && place != places_.end())
    snapshot.pointers.push_back({.link = link, .event = event, .from = from, .to = place->second});
}

void NodeObserver::fill_pointers(const std::vector<uint16_t>& tasks, Snapshot& snapshot) const {
  for (uint16_t i = 0; i < tasks.size(); ++i) point(Link::task_events, i, nodes_.events[tasks[i]], snapshot);
  for (uint16_t i = 0; i < nodes_.count; ++i) {
    const nodes_object& seen = nodes_.object[i];
    switch (seen.kind) {
      case NODES_EVENTS:
        for (uint8_t event = 0; event < kEvents; ++event) point(Link::slot, i, seen.to[event], snapshot, event);
        break;
      case NODES_NODE:
        point(Link::node_prev, i, seen.to[0], snapshot);
        point(Link::node_rule, i, seen.to[1], snapshot);
        point_owner(tasks, i, seen.to[2], snapshot);
        break;
      case NODES_RULE:
        point(Link::rule_prev, i, seen.to[0], snapshot);
        point(Link::rule_prog, i, seen.to[1], snapshot);
        break;
      default:
        break;  // a program leads nowhere
    }
  }
}

// As posted, an owner is the address of a slot inside an events object; as intended it is a task.
void NodeObserver::point_owner(const std::vector<uint16_t>& tasks, uint16_t node, uint64_t owner,
                               Snapshot& snapshot) const {
  if (owner == 0) return;
  if (snapshot.owner_is_task) {
    for (uint16_t i = 0; i < tasks.size(); ++i)
      if (shared().task[tasks[i]] == owner)
        return snapshot.pointers.push_back({.link = Link::owner, .from = node, .to = i});
    snapshot.faults.emplace_back("an owner names a task that is gone");
    return;
  }
  for (unsigned i = 0; i < nodes_.count; ++i)
    if (const nodes_object& seen = nodes_.object[i];
        seen.kind == NODES_EVENTS && owner >= seen.address && owner < seen.address + kEventsSize)
      return snapshot.pointers.push_back({.link = Link::owner, .from = node, .to = uint16_t(i)});
}

// Everything that slots lead to, without the owners: a check does not read those, and a counter it does not follow.
std::vector<uint64_t> NodeObserver::what_a_check_reads(uint64_t events) const {
  std::vector<uint64_t> read, ahead{events};
  std::vector<bool> met(nodes_.count);
  while (!ahead.empty()) {
    const auto place = places_.find(ahead.back());
    ahead.pop_back();
    if (place == places_.end() || met[place->second]) continue;
    met[place->second] = true;
    const nodes_object& seen = nodes_.object[place->second];
    uint64_t name[2];
    static_assert(sizeof(name) == sizeof(seen.name));
    std::memcpy(name, seen.name, sizeof(name));
    read.insert(read.end(), {seen.address, seen.to[0], seen.to[1], name[0], name[1]});
    ahead.insert(ahead.end(), {seen.to[1], seen.to[0]});
  }
  return read;
}

// The kernel is asked for a view whenever a single word has changed of what a check of it reads.
void NodeObserver::fill_views(Snapshot& snapshot) {
  for (TaskFacts& task : snapshot.tasks) {
    const uint64_t events = nodes_.events[task.number];
    auto read = what_a_check_reads(events);
    const auto before = asked_.find(events);
    if (before == asked_.end() || before->second.read != read)
      asked_.insert_or_assign(events, Asked{std::move(read), rules_.views(*crew_, task.number)});
    task.view = asked_.at(events).views;
  }
}

}  // namespace lockstep::live
