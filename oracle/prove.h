// SPDX-License-Identifier: GPL-2.0-or-later
// Proofs for any number of tasks, objects and steps, on the models' own transition text (docs/proofs.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/branches.h"
#include "model/trace.h"
#include "oracle/property.h"

namespace lockstep {

enum class ProofStatus : uint8_t { proved, refuted, unknown, not_applicable };
const char* name_of(ProofStatus status);  // "proved" "refuted" "unknown" "n/a"

// What the solver said of a formula. open: it may be false; unknown: the solver gave up or ran out of time.
enum class ProofAnswer : uint8_t { proved, open, unknown };
const char* name_of(ProofAnswer answer);

// One query: on this path of this transition this formula holds.
struct Obligation {
  std::string model;       // with its preset
  std::string transition;  // "append event=0"
  std::string path;        // "3: first_append !no_events" and where on it: "walk_refs round"
  std::string formula;     // "rule.usage is exact"
  std::string key;         // hash of the SMT problem's text and of the solver's version
  ProofAnswer answer{};
  double seconds = 0;
  bool cached = false;
  std::string counterexample;  // open: what is known of the states from which it fails
};

// What bounded unrolling (unroll.h) says of a property.
struct Unrolled {
  std::optional<Property> property;  // none: a lemma
  std::string transition, formula;   // of the last step, and what it has to break of the property; empty: any
  std::optional<Trace> trace;        // breaks it, and none with fewer steps does
  size_t kept = 0;                   // runs of up to so many steps keep it
  std::string why;                   // without a trace: why the search ended there
  double seconds = 0;                // from the first step on
};

// One property of one model.
struct ProofRow {
  std::string model;
  Property property{};
  ProofStatus status{};
  std::string scope;   // "unbounded", or what bounds the search for a refutation
  std::string reason;  // n/a: why; refuted: what breaks; proved: what carries it; unknown: what is open
  std::vector<Obligation> obligations;
  std::optional<Trace> trace;  // refuted: a shortest one
  double seconds = 0;
  std::optional<Unrolled> unrolled;  // refuted: whether the solver comes to the same
};

enum class SideStatus : uint8_t { reachable, dead, unknown };
const char* name_of(SideStatus status);

// One side of one branch of a model's text.
struct BranchProof {
  std::string model;
  Branch branch{};
  bool side = false;
  SideStatus status{};
  std::optional<Trace> witness;  // reachable: a trace that takes it
  std::string why;               // dead: the proof; unknown: what is missing
};

// Answers of earlier runs, by key. Called from several threads at once.
class ProofCache {
 public:
  struct Entry {
    ProofAnswer answer{};
    double seconds = 0;
  };
  virtual ~ProofCache() = default;
  virtual std::optional<Entry> find(const std::string& key) = 0;
  virtual void put(const std::string& key, const Entry& entry) = 0;
};

struct ProveProgress {
  std::string model;
  uint64_t obligations = 0, open = 0;  // so far, of all models
};

struct ProveOptions {
  std::vector<std::string> models;            // empty: all, presets aside
  std::vector<Property> properties;           // empty: all but linearizable
  bool all_presets = false;                   // with `models` empty: seccomp@6.1 too
  unsigned jobs = 0;                          // threads; 0: all cores
  std::chrono::milliseconds timeout{20'000};  // of an obligation
  ProofCache* cache = nullptr;
  unsigned unroll = 0;  // refuted properties: look for a shortest trace of up to so many steps by unrolling too
  std::function<void(const ProveProgress&)> progress;  // now and then, from one thread at a time
  std::function<bool()> stop;                          // asked now and then; true: end here
};

struct Proofs {
  std::vector<ProofRow> rows;         // by model, then by property
  std::vector<BranchProof> branches;  // by model, branch and side
  std::vector<Obligation> lemmas;     // that belong to no property but carry all of a model; and whatever is open
  uint64_t obligations = 0;           // all of them, lemmas included
  uint64_t from_cache = 0;
  double seconds = 0;
  double slowest = 0;    // seconds of one obligation
  bool stopped = false;  // early: rows are missing
  std::string solver;    // "Z3 4.8.12"
};

std::string solver_name();

// REQUIRES: there is a model of each name.
Proofs prove(const ProveOptions& options);

}  // namespace lockstep
