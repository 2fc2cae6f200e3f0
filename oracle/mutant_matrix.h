// SPDX-License-Identifier: GPL-2.0-or-later
// Who noticed which mutant, by what, and how soon.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oracle/mutants.h"
#include "oracle/result.h"

namespace lockstep {

// How a mutant was found out.
struct Kill {
  std::string property;  // a property's name; or what differed: results, views, counters
  uint32_t length = 0;   // steps of the trace that showed it
};

// One detector's search for one mutant.
struct Trial {
  std::optional<Kill> kill;
  uint64_t steps = 0;  // taken up to the kill; all of them if there was none
  double seconds = 0;
};

enum class Fate : uint8_t {
  killed,
  unreached,       // not killed, and the model never comes to this text
  equivalent,      // not killed, and argued to be no fault
  known_hole,      // not killed, and known
  hole,            // not killed, and nobody has said why
  excuse_refuted,  // said to be equivalent or a hole, and killed all the same
};
const char* name_of(Fate fate);

struct MutantRow {
  Mutant mutant;
  Fate fate{};
  std::string_view argument;                 // why it is excused
  std::vector<std::optional<Trial>> trials;  // a detector each; none: there is no such detector for this model
};

struct MutantMatrix {
  std::string model;
  std::vector<std::string> detectors;
  std::vector<MutantRow> rows;  // in the order of the text
  bool all_detectors = true;    // false: some were left out, so what survived may still be found by them
  bool interrupted = false;     // rows are missing
  double seconds = 0;           // of the whole run
  uint64_t seed = 0;

  size_t count(Fate fate) const;
  uint64_t steps() const;
  // Of those that are a fault, the share that was killed.
  double killed_share() const;
  Verdict verdict() const;
};

// What becomes of a mutant after its trials.
void judge(MutantRow& row);

}  // namespace lockstep
