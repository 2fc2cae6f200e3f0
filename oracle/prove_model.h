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
};

struct ModelProofOptions {
  std::set<Property> refuted;  // these are not tried. Views are tied to the promise only if both are to be kept
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
