// SPDX-License-Identifier: GPL-2.0-or-later
// A fuzz run: random traces of a model on a target, every divergence repeated, shrunk and named by its cause.
#pragma once

#include <functional>
#include <memory>

#include "fuzz/statistics.h"
#include "model/model.h"
#include "model/target.h"
#include "oracle/result.h"

namespace lockstep {

struct FuzzOptions {
  std::string model;
  uint64_t seed = 1;
  uint64_t traces = 1000;
  uint64_t first = 0;      // number of the first trace: a resumed run goes on where it was
  double for_seconds = 0;  // stops earlier; 0: does not
  uint32_t shard = 1, shards = 1;
  bool faults = true;  // where the target can
  FactSet asked;
  size_t max_causes = 8;  // the run ends when it has found so many
  bool shrink = true;     // false: a find stands as it was found, seen once
  int repeats = 3;        // runs that must agree before a candidate counts as diverging; 1 where one run says all
  std::function<void(uint64_t traces, uint64_t steps, size_t finds)> progress;  // called now and then
  std::function<bool()> stop;                                                   // asked after each trace
};

struct FuzzRun {
  Result result;
  Statistics statistics;
  uint64_t next = 0;  // number of the first trace that was not run
};

// Throws Unavailable if the target cannot run at all.
FuzzRun fuzz(const FuzzOptions& options, Target& target);
// The same traces, but `model` says what comes of them: a mutated one, say.
FuzzRun fuzz(const FuzzOptions& options, Target& target, std::unique_ptr<Model> model);

// The smallest trace found that still diverges by the same cause; `trace` itself if it does not diverge on `target`.
struct ShrinkRun {
  Find find;
  bool diverges = false;
  int tried = 0;
};
ShrinkRun shrink_divergence(const Trace& trace, const std::string& model, Target& target, FactSet asked, int repeats,
                            const std::function<bool()>& stop = {});

}  // namespace lockstep
