// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/interleave.h"

#include <fmt/format.h>

#include "oracle/explore.h"
#include "oracle/interleave_machine.h"

namespace lockstep {

const char* name_of(AtomicStep::What what) {
  constexpr const char* kNames[] = {"begin",   "end", "alloc",        "free", "load",   "store",
                                    "publish", "inc", "dec_and_test", "lock", "unlock", "change"};
  return kNames[static_cast<size_t>(what)];
}

const char* name_of(ProcessLock lock) {
  constexpr const char* kNames[] = {"siglock", "cred_guard_mutex"};
  return kNames[static_cast<size_t>(lock)];
}

bool expected_race(const std::string& model, const std::string& cause) {
  struct Known {
    std::string_view model, cause;
  };
  // v5-intended and the two proposals: walks are no snapshots. v5-posted: linking without a lock, and what comes of it.
  static constexpr Known kKnown[] = {
      {"v5-intended", "linearizable results"},      {"v5-intended", "linearizable check"},
      {"v5-new-hierarchy", "linearizable results"}, {"v5-new-hierarchy", "linearizable check"},
      {"seccomp-nodes", "linearizable results"},    {"seccomp-nodes", "linearizable check"},
      {"v5-posted", "linearizable lost rule"},      {"v5-posted", "linearizable rule.exists"},
      {"v5-posted", "linearizable results"},        {"v5-posted", "linearizable check"},
      {"v5-posted", "linearizable views"},
  };
  return std::any_of(std::begin(kKnown), std::end(kKnown),
                     [&](const Known& known) { return known.model == model && known.cause == cause; });
}

Interleaving interleave(const std::string& model, const InterleaveOptions& options) {
  check_sizes(model, options.sizes);
  if (model == "v5-intended") return Interleaver(NodeFamily<V5Intended>{}, options).run();
  if (model == "v5-new-hierarchy") return Interleaver(NodeFamily<V5NewHierarchy>{}, options).run();
  if (model == "v5-posted") return Interleaver(NodeFamily<V5Posted>{}, options).run();
  if (model == "v6-posted") return Interleaver(NodeFamily<V6Posted>{}, options).run();
  if (model == "seccomp-nodes") return Interleaver(SeccompFamily<SeccompNodes>{}, options).run();
  return Interleaver(SeccompFamily<>{{.release_at_reap = model == "seccomp@6.1"}}, options).run();
}

}  // namespace lockstep
