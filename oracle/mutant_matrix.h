// SPDX-License-Identifier: GPL-2.0-or-later
// Who noticed which mutant, by what, and how soon.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
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
  std::string open;          // proofs: what an obligation is about that the mutant leaves open, a property or "an
                             // invariant". It is noticed then, but there is no trace: not killed
  bool out_of_time = false;  // not noticed, and not all was looked at
  uint64_t steps = 0;        // taken up to the kill; all of them if there was none
  double seconds = 0;
};

enum class Fate : uint8_t {
  killed,
  unreached,       // not killed, and the model never comes to this text
  equivalent,      // not killed, and argued to be no fault
  known_hole,      // not killed, and known
  hole,            // not killed, and nobody has said why
  excuse_refuted,  // said to be equivalent or a hole, and killed all the same
  unproved,        // not killed and nobody has said why, but an obligation is open: a fault or not, that is undecided
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
  std::string reach;            // the unchanged model's runs, by which it is judged what it reaches
  bool full_search = true;      // false: it was cut down, so what survived may still be found
  bool interrupted = false;     // rows are missing
  double seconds = 0;           // of the whole run
  uint64_t seed = 0;

  size_t count(Fate fate) const;
  size_t killed() const;
  size_t faults() const;  // all but those that are unreached or equivalent
  uint64_t steps() const;
  Verdict verdict() const;
};

// What the trial noticed: a property's name, or what differed; empty: nothing.
std::string_view noticed_as(const Trial& trial);

// What becomes of a mutant after its trials. An open obligation is no kill, and refutes no excuse.
void judge(MutantRow& row);

// Of several models: the worst, a divergence before what is inconclusive.
Verdict verdict_of(std::span<const MutantMatrix> matrices);
// "Verdict: CONFORMS model=M ...", in the form of every checking command; divergences are open holes and refuted
// excuses, expected ones are known holes. What follows is this command's own.
std::string verdict_line(std::span<const MutantMatrix> matrices);

}  // namespace lockstep
