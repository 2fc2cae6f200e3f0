// SPDX-License-Identifier: GPL-2.0-or-later
// One nightly as data: what was found, on what, with which tools, and what the runs before it knew of that. Nightly and
// merge fill it, the history keeps it, the page shows it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "oracle/result.h"

namespace lockstep {

// What a result was got on. Values are data from the machine, not yet made safe for any format.
struct Provenance {
  std::string tool_version;
  std::string kernel;       // "6.18.5 x86_64"
  std::string btf_hash;     // SHA-256 of /sys/kernel/btf/vmlinux, in hex; or empty
  std::string config_hash;  // of the kernel's configuration; or empty
  std::vector<Named> more;  // switches that were probed, model parameters, libraries and packages with versions;
                            // and why a hash is missing
};

struct Run {
  std::string id;       // "20261124T013518Z-1": when it began (UTC), and a number against equal ones
  std::string started;  // "2026-11-24 01:35:18 UTC"
  std::string command;  // that repeats it
  std::string plan;     // its options, shard and folder apart: what parts of one run have in common
  std::string shard;    // "1/1"; of a merged run: "merged 4", or "merged 3 of 4"
  uint64_t seed = 0;
  double seconds = 0;
  Provenance provenance;
  std::vector<Result> results;
};

// What the history knows of one divergence.
struct Sighting {
  std::string identity;    // finding_identity()
  std::string first_seen;  // Run::started of the first and of the latest run that had it, this one included
  std::string last_seen;
  uint64_t runs = 1;   // that had it
  bool is_new = true;  // the run before this one did not have it
};

// An earlier run in one line, for trends; oldest first.
struct RunSummary {
  std::string id, started, kernel;
  uint64_t traces = 0, steps = 0, unexpected = 0, expected = 0, skipped = 0;
  double seconds = 0;
};

struct Gone {
  std::string identity, property, cause, job, last_seen;
};

struct RunHistory {
  std::vector<RunSummary> earlier;            // empty: this is the first run
  std::map<std::string, Sighting> sightings;  // by identity, of this run's finds
  // That the run before had, expected or not, and this one has not, though it ran the same job.
  std::vector<Gone> gone;
};

// The run and its provenance in words, for people: "kernel", "6.18.5 x86_64". What is empty is left out.
std::vector<Named> named_of(const Run& run);

// Stable over runs and machines: a hash of the shrunk trace (model, start and steps; no names of files, seeds, comments
// or expectations) and its cause. 16 hex digits.
std::string finding_identity(const Find& find);

}  // namespace lockstep
