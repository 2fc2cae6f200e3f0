// SPDX-License-Identifier: GPL-2.0-or-later
// Every state that a model can reach within a scope, breadth first, and what is wrong in them. What a state is, what
// symmetry merges and how to read a result: docs/exploring.md. For machines of another make (a mutated world):
// explore_machine.h.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "model/branches.h"
#include "model/trace.h"
#include "model/world.h"
#include "oracle/property.h"

namespace lockstep {

inline constexpr int kMaxScopeTasks = 8;
inline constexpr int kMaxScopeOps = 15;

// What bounds a search.
struct Scope {
  int tasks = 3;                // so many exist at once, zombies included; a gone task's slot is used again
  int events = kEvents;         // event types that are used, 1 to kEvents; the node designs only
  int ops = 3;                  // appends, or attaches, that change anything; forks and exits are not bounded
  std::vector<uint32_t> sizes;  // of the programs: pages, or instructions; none: default_sizes()
};
// {1, 63} pages; {8192} instructions: the bound is within reach.
std::vector<uint32_t> default_sizes(const std::string& model);
// Throws std::invalid_argument, with a sentence, for a scope that cannot be.
void check_scope(const std::string& model, const Scope& scope);
// The same for sizes: they are those that a trace can have.
void check_sizes(const std::string& model, const std::vector<uint32_t>& sizes);

struct ExploreProgress {
  uint64_t states = 0, transitions = 0, bytes = 0;
  uint32_t depth = 0;  // steps from the start to the states that are being looked at
};

struct ExploreOptions {
  Scope scope;
  bool symmetry = true;
  bool promise = true;                 // false: states are the mechanism's alone, and views are not judged
  bool faults = true;                  // allocation failures are choices
  unsigned jobs = 0;                   // threads; 0: all cores. Counts and traces do not depend on it
  uint64_t memory_bytes = 2ull << 30;  // for the states
  bool stop_at_first = false;          // end with the depth at which the first violation is found
  std::vector<Property> known;         // that are broken anyway: none of them is a first
  std::function<void(const ExploreProgress&)> progress;  // now and then, from one thread
  std::function<bool()> stop;                            // asked now and then; true: end here
};

// A property that some step or state breaks.
struct Broken {
  uint64_t times = 0;  // steps that break it; of what is judged state by state: states
  Trace trace;         // a shortest one; its last step breaks it
};

struct Exploration {
  uint64_t states = 0;       // distinct
  uint64_t transitions = 0;  // steps taken, those that leave the state as it is included
  uint32_t depth = 0;        // steps to the farthest state
  double seconds = 0;
  uint64_t bytes = 0;           // that all states take up, tables included
  std::string incomplete;       // why not all states were seen; empty: they were
  uint32_t complete_depth = 0;  // every trace of up to so many steps was covered
  std::map<Property, Broken> broken;
  Coverage coverage;
  double bytes_per_state() const { return states == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(states); }
};

// REQUIRES: there is a model of that name. Throws std::invalid_argument, with a sentence, for a scope that cannot be.
Exploration explore(const std::string& model, const ExploreOptions& options);

}  // namespace lockstep
