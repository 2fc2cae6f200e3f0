// SPDX-License-Identifier: GPL-2.0-or-later
// What a checking command found, as data: fuzz, replay, check and nightly fill it, reports read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/trace.h"
#include "oracle/conform.h"
#include "oracle/prove.h"

namespace lockstep {

enum class Verdict : uint8_t { conforms, diverges, inconclusive };
const char* name_of(Verdict verdict);  // "CONFORMS"

// A divergence with the trace that shows it.
struct Find {
  Divergence divergence;
  Trace trace;  // shrunk
  // Interleavings: the concurrent part, which no trace can show, as a table; and the command that shows it again.
  std::string schedule, command;
  std::string name;   // of the trace's file, or "seed 7 trace 42"
  uint64_t seed = 0;  // fuzz: of the run, and the number of the trace in it
  uint64_t index = 0;
  uint64_t times = 1;     // equal causes in the same run
  int repeated = 1;       // runs of the unshrunk trace that diverged in the same way
  int runs = 1;           // runs of the unshrunk trace
  bool expected = false;  // an `expect` line of the trace foresees it
  bool flaky() const { return repeated < runs; }
};

struct Named {
  std::string name;
  std::string value;
};

// A row of the table operations x outcomes: how often a run came by it.
struct OutcomeCount {
  std::string operation;  // "append"
  std::string condition;  // "arg=null"; empty for plain success
  std::string outcome;    // "EFAULT", "ok"
  uint64_t count = 0;
  bool possible = true;  // false: this target cannot come by it
};

// A branch of the mechanism, and which ways a run took it.
struct BranchWays {
  std::string branch;
  bool taken = false, not_taken = false;
  bool dead = false;  // one way is believed never to be taken
};

// What chance drew, beside the outcomes: numbers that the parts of a run add up to the same as the whole run has.
struct Generated {
  uint64_t live = 0;   // tasks alive after a step, summed over all steps
  uint64_t depth = 0;  // most rules that a caller saw
  uint64_t cut = 0;    // traces that ended early: a failed allocation hit only one of two designs
  std::vector<BranchWays> branches;
};

// A trace of the corpus that shows, on the model of a proof, that a property is broken.
struct Breaking {
  Property property{};
  std::string file;
};

// One line of a report: one model against one target, or alone.
struct Result {
  std::string job;  // "fuzz", "replay", "check"
  std::string model;
  std::string target;     // empty: the model alone
  FactSet asked;          // of the target
  bool no_drain = false;  // the target's kernel was left to drain its queues itself
  uint64_t traces = 0;
  uint64_t steps = 0;
  uint64_t unobserved = 0;
  uint64_t skipped = 0;                   // traces that this target cannot run
  std::vector<Find> finds;                // unexpected first
  std::vector<std::string> missing;       // `expect` lines whose divergence did not appear
  std::vector<std::string> shortcomings;  // why nothing can be concluded
  std::vector<std::string> notes;         // what was skipped or not observed, and why
  std::vector<OutcomeCount> outcomes;
  std::vector<Named> statistics;       // what was generated, for people
  std::optional<Generated> generated;  // of a run by chance only
  double seconds = 0;
  uint64_t seed = 0;
  std::string against;  // the target that it was held against; empty: the model
  // Of proofs: `steps` are obligations then.
  std::vector<ProofRow> proofs;
  std::vector<Obligation> lemmas;  // of no property: they carry the model's invariants
  std::vector<BranchProof> branches;
  std::vector<Breaking> breaking;

  uint64_t expected() const;
  uint64_t unexpected() const;
  Verdict verdict() const;
};

// How the note begins that says so.
inline constexpr const char* kLeaksNotAskedFor = "not asked for: leaks";
// What a target did not show in a run, and what it has to say, in words; nothing twice.
void note_unobserved(Result& result, const Unseen& unseen, const Target& target);

// One stable line: "Verdict: CONFORMS model=M target=T traces=N steps=N divergences=N expected=N unobserved=N
// skipped=N", " missing=N" where an expected divergence did not appear, and " against=T2" where a target predicted.
std::string verdict_line(const Result& result);
// 0 as expected, 1 not, 4 inconclusive.
int exit_code(const Result& result);

}  // namespace lockstep
