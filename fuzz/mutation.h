// SPDX-License-Identifier: GPL-2.0-or-later
// A mutation run: all mutants of a model, one at a time, given to each detector.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fuzz/fuzz.h"
#include "oracle/mutant_matrix.h"

namespace lockstep {

// Somebody who may notice a mutant. Used by one thread at a time.
struct Detector {
  std::string name;
  std::function<Trial(const Mutant&)> run;  // empty: there is none for this model
};

struct MutationOptions {
  std::string model;
  uint64_t seed = 1;
  unsigned jobs = 1;
  bool full_search = true;                                  // see MutantMatrix
  std::function<void(size_t done, size_t total)> progress;  // called now and then, by one thread at a time
  std::function<bool()> stop;                               // asked by several threads at once
};

// The mutants of a model. To find them its text is run on random traces and through a scope's states.
struct FoundMutants {
  std::vector<Mutant> mutants;  // in the order of the text
  std::string reach;            // "500 random traces and ...": what was run
};
FoundMutants find_mutants(const std::string& model, uint64_t seed);

// `make_detectors` is called once in each thread. What it or a detector throws ends the run and is thrown here.
MutantMatrix run_mutants(const MutationOptions& options, const std::function<std::vector<Detector>()>& make_detectors);

// Random traces until the target does not do what `model` says: one of the two is the mutant.
Trial fuzz_mutant(FuzzOptions options, Target& target, std::unique_ptr<Model> model);

}  // namespace lockstep
