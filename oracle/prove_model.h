// SPDX-License-Identifier: GPL-2.0-or-later
// The proofs of one model: which transitions there are, one path of one of them, and what is owed on it.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "oracle/mutants.h"
#include "oracle/prove.h"
#include "oracle/symbolic_run.h"

namespace lockstep {

// An operation from a state of finitely many objects, one of several (unroll.h).
struct FiniteStep {
  const Symbols& symbols;       // named for this step
  const SymbolicState& before;  // of which the solver knows
  const z3::solver& solver;
  uint16_t number = 1;              // of the step, from 1
  const SymbolicRun::Asked& asked;  // what of all that is owed is to be told
};
// One path of it.
struct FinitePath {
  Step step;          // what can be said of it without a solver's model; names aside
  expr actor, other;  // the caller; the task that it makes or waits for
  PathResult result;
  std::vector<Owed> owed;
  std::optional<SymbolicState> end;
  expr path, no_room;
};

// A counterexample to induction, made concrete.
struct Counterexample {
  std::string state;  // its objects in words
  Step step;
  bool shown = false;                    // the concrete model too breaks the formula there
  std::vector<std::string> excluded_by;  // claims of the model that are false of the state
};

// A transition of a model, by number.
class ModelProofs {
 public:
  virtual ~ModelProofs() = default;
  virtual const std::string& model() const = 0;
  virtual size_t transitions() const = 0;
  virtual const std::string& transition(size_t number) const = 0;
  // Null: it is no step, but a check. Its tasks are 1 and 2, a program is of kAnySize.
  virtual const Step* step(size_t number) const = 0;
  // Shown a path where its step, or a round of its loop, has ended, before that is judged.
  using Watch = std::function<void(SymbolicRun& run)>;
  // Runs the text along a path. Its own Z3 context: may be called from several threads.
  virtual PathResult run(size_t transition, const std::vector<bool>& decisions, const Watch& watch = {}) const = 0;

  // The same text where there are so many objects and no more. Of steps, not of checks.
  virtual const ProofSetting& finite_setting() const = 0;
  // So many of each kind are enough for that many steps.
  virtual std::map<std::string, size_t> places(size_t steps) const = 0;
  // P1 alone. Whether it has no_new_privs and CAP_SYS_ADMIN are the constants "nnp" and "cap".
  virtual SymbolicState finite_start(const Symbols& symbols, const z3::solver& solver) const = 0;
  virtual FinitePath run_finite(size_t transition, const std::vector<bool>& decisions,
                                const FiniteStep& from) const = 0;
  // A state of so many objects of each kind in which the invariants hold, and a step from it after which the formula
  // does not.
  virtual std::optional<Counterexample> counterexample(const std::string& transition, const std::string& formula,
                                                       size_t objects, std::chrono::milliseconds timeout) const = 0;
};

struct ModelProofOptions {
  std::set<Property> refuted;     // these are not tried. Views are tied to the promise only if both are to be kept
  bool try_refuted = false;       // what those say of a step is owed all the same, and stays open
  std::set<std::string> without;  // invariants that are left out, to see what they are good for
  std::chrono::milliseconds timeout{20'000};
  ProofCache* cache = nullptr;
  std::optional<std::chrono::steady_clock::time_point> deadline;  // what is asked after it is unknown
  bool to_first_open = false;                                     // a path ends where an obligation is open
  bool paths_only = false;                                        // nothing is owed, and no step is judged
};
// Null if nobody has said what holds for that model (claims_of.h).
std::unique_ptr<ModelProofs> model_proofs(const std::string& model, const ModelProofOptions& options);
// The same claims, of the mutated text. Its paths take note of the calls that they make.
std::unique_ptr<ModelProofs> mutant_proofs(const Mutant& mutant, const ModelProofOptions& options);

}  // namespace lockstep
