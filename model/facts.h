// SPDX-License-Identifier: GPL-2.0-or-later
// What can be known of a mechanism's state, whoever shows it: a model, our C code, a kernel. A snapshot is a labelled
// graph: tasks and counted objects, and the pointers between them. Models and targets fill it in any order;
// canonical() gives it the one order in which two snapshots can be compared field by field.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/trace.h"

namespace lockstep {

enum class Kind : uint8_t { task, events, node, rule, prog, filter };
const char* name_of(Kind kind);
// "usage" for most objects; for a filter counter 0 is "refs" and counter 1 is "users"; "refs" for a prog.
const char* counter_name(Kind kind, int counter);
constexpr int counters_of(Kind kind) { return kind == Kind::filter ? 2 : 1; }

// A kernel's refcount_t that went below 0 or above its limit is set to INT_MIN / 2, and stays near it: it frees nothing
// any more.
constexpr bool saturated(int32_t counter) { return counter < INT32_MIN / 4; }
std::string counter_text(int32_t counter);  // "3", "saturated (-1073741824)"

// What a pointer is, and so which counter it holds up.
enum class Link : uint8_t {
  task_events,  // task -> events: usage
  slot,         // events -> node (v5) or rule (v6), with the event's number: usage
  node_prev,    // node -> node: usage
  node_rule,    // node -> its newest rule: usage
  rule_prev,    // rule -> older rule: usage
  rule_prog,    // rule -> prog: refs
  owner,        // node -> events (v5-posted) or task (other designs): an address, holds up nothing
  task_filter,  // task -> filter: refs and users
  filter_prev,  // filter -> filter: refs; users too while the child's own users is above 0
  task_node,    // task -> node (seccomp-nodes): usage
  node_filter,  // node -> its newest filter: refs and users
};
const char* name_of(Link link);
constexpr bool starts_at_task(Link link) {
  return link == Link::task_events || link == Link::task_filter || link == Link::task_node;
}
// What one such pointer adds to the counters of the object that it leads to. `users`: of the object that it starts at.
constexpr std::array<int32_t, 2> held_by(Link link, int32_t users) {
  const bool used = link == Link::task_filter || link == Link::node_filter;
  return {link != Link::owner, used || (link == Link::filter_prev && users > 0)};
}

enum class Life : uint8_t { alive, zombie };  // a task that was reaped is not in a snapshot

struct TaskFacts {
  uint16_t number = 0;  // P number
  Life life{};
  uint8_t mode = 0;                                   // seccomp: 0 off, 2 filter
  uint16_t filter_count = 0;                          // seccomp
  bool nnp = false;                                   // seccomp: no_new_privs
  std::array<std::vector<uint16_t>, kEvents> view{};  // R or F numbers, newest first; seccomp uses view[0]
};

struct ObjectFacts {
  Kind kind{};
  uint16_t number = 0;  // R of a rule, F of a filter; 0: unnamed
  bool freed = false;   // the memory was freed and something still leads to it
  std::array<int32_t, 2> counter{};
  uint32_t size = 0;   // rule: pages; filter: converted instructions
  uint32_t birth = 0;  // order of allocation among its kind, for objects that nothing leads to
};

// One pointer. Tasks and objects are numbered apart, by their place in the snapshot.
struct PointerFacts {
  Link link{};
  uint8_t event = 0;  // slot only
  uint16_t from = 0;  // index into tasks (task_*) or objects
  uint16_t to = 0;    // index into objects; into tasks for an owner that is a task
  bool operator==(const PointerFacts&) const = default;
};

struct Snapshot {
  std::vector<TaskFacts> tasks;
  std::vector<ObjectFacts> objects;
  std::vector<PointerFacts> pointers;
  std::vector<std::string>
      faults;  // what the mechanism did wrong by itself: a freed object touched, a double free, a WARN
  bool owner_is_task = false;
  bool filters = false;  // views are of filters and one list a task, not of rules for each event
  bool complete = true;  // false: objects that no task leads to cannot be seen
  bool ordered = true;   // false: views are sets, the order of their rules is not seen
  void clear();
};

// Kinds of facts that a run asks for or a target shows.
struct FactSet {
  bool results = true;
  bool views = true;
  bool counters = true;
  bool operator==(const FactSet&) const = default;
};
std::vector<std::string> names_of(FactSet facts);  // as --observe has them: "results", "views", "counters"

// Puts a snapshot in its canonical order: tasks by number; objects as a walk from the tasks meets them, then those that
// nothing reaches, by kind and birth; pointers by where they start.
void canonical(Snapshot& snapshot);

// The first place where two canonical snapshots differ, in words, and what kind of fact it is.
struct Difference {
  enum class What : uint8_t { task, view, counter, object, pointer, fault } what{};
  uint16_t task = 0;    // P number, where the fact is a task's or a view
  uint8_t event = 0;    // view
  std::string counter;  // "filter.refs", "rule.usage", "task.mode" ...: names the cause, the same for equal causes
  std::string text;     // one sentence: "F2.refs is 1, expected 2"
};
std::optional<Difference> compare(const Snapshot& expected, const Snapshot& actual, FactSet facts);

// "E1", "N2" (numbered in canonical order), "R3", "F4": how objects are called in texts and pictures.
std::string object_name(const Snapshot& snapshot, size_t object);

}  // namespace lockstep
