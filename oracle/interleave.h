// SPDX-License-Identifier: GPL-2.0-or-later
// Concurrent operations of several tasks, step by atomic step, in every order: does each outcome come out of some order
// of the whole operations too? What an atomic step is, what is bounded and how to read a result: docs/interleaving.md.
// For machines of another make (a mutated text or world): interleave_machine.h.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "model/trace.h"
#include "oracle/atomic_step.h"
#include "oracle/property.h"

namespace lockstep {

// An operation: a step as in a trace, or a check, the walk of step.task along its view of step.event.
struct Action {
  Step step;
  bool check = false;
};
// What each task does, one list a task. Lists are not empty; operations are counted through, task by task.
using Program = std::vector<std::vector<Action>>;

struct ActionResult {
  int error = 0;
  std::vector<uint16_t> view;  // check: what it ran
  bool operator==(const ActionResult&) const = default;
};

inline constexpr int kMaxColumns = 3;     // tasks that run concurrently
inline constexpr int kMaxOperations = 6;  // of all tasks together

struct InterleaveOptions {
  int tasks = 2;        // that run concurrently: 2 or 3
  int ops = 2;          // operations of each: 1 to ops. tasks * ops is at most kMaxOperations
  int events = 1;       // event types that are used; the node designs only
  int start_rules = 1;  // appends or attaches before that, at most; forks and at most one exit come as needed
  // Of the rules before the start: pages, or instructions. None: 1 page and 62, or 16 instructions and 32730, so that
  // one more rule of the smallest size fits, and a second one after it may not.
  std::vector<uint32_t> sizes;
  bool reduction = true;               // off: a task can be stopped before every step, not only where others can notice
  unsigned jobs = 0;                   // threads; 0: all cores. No result depends on it
  uint64_t memory_bytes = 1ull << 30;  // for the states of a search
  std::function<void(uint64_t done, uint64_t of)> progress;  // programs; now and then, from one thread
  std::function<bool()> stop;                                // asked now and then, by every thread; true: end here
};

// One way in which it goes wrong, with a schedule that shows it: of the fewest operations, and of these with the fewest
// changes from task to task.
struct Race {
  Property property{};
  std::string cause;              // the same for equal causes: "linearizable lost rule"
  std::string text;               // one sentence
  std::vector<std::string> also;  // other properties that the same schedule breaks
  bool filters = false;           // rules are filters
  Trace before;                   // how the concurrent part's start comes about
  Program program;
  std::vector<ActionResult> results;  // by number of the operation; of those that ended
  std::vector<AtomicStep> steps;
  std::map<ObjectId, std::string> names;  // of the objects in `steps`
  uint64_t programs = 0;                  // that show this cause
  int switches = 0;                       // from task to task
};

struct Interleaving {
  uint64_t starts = 0;       // sequential states to begin in
  uint64_t programs = 0;     // start, and operations of each task
  uint64_t states = 0;       // distinct in each program, all programs added up
  uint64_t transitions = 0;  // from stop to stop
  uint64_t endings = 0;      // distinct states in which all is done
  uint64_t orders = 0;       // of whole operations that these were held against
  double seconds = 0;
  std::string incomplete;   // why not all was searched; empty: it was
  std::vector<Race> races;  // one for each cause, the gravest first
};

// Whether a model's text, as it is, is known to go wrong for that cause; what another text does is news.
bool expected_race(const std::string& model, const std::string& cause);

// REQUIRES: there is a model of that name. Throws std::invalid_argument, with a sentence, for a scope that cannot be.
Interleaving interleave(const std::string& model, const InterleaveOptions& options);

}  // namespace lockstep
