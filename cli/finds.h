// SPDX-License-Identifier: GPL-2.0-or-later
// Counterexamples as files, and traces run against what they expect.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/target.h"
#include "oracle/conform.h"
#include "oracle/result.h"

namespace lockstep::cli {

// How often a trace is run before its divergence is believed: a real kernel is not trusted once.
int repeats_on(const Target& target);

// Says which lines of a node design in a guest's kernel no trace has reached, where that kernel tells.
void add_lines_reached(Result& result, Target* target);

// Makes the folder. Throws Unavailable if nothing can be written there: better before a long run than after it.
void require_place_for_finds(const std::filesystem::path& folder);

// Writes the find's trace into the folder, with where it comes from, and names the find after the file,
// whose name has the find's identity: found again, it is the same file.
void save_find(Find& find, const std::string& model, const std::string& target, const std::filesystem::path& folder);
// The same for a find that was saved elsewhere before.
void move_find(Find& find, const std::string& model, const std::string& target, const std::filesystem::path& folder);

// The target that save_find() says a trace was found on; empty if this is no trace of its making.
std::string found_on(const Trace& trace);

// The files of a corpus folder, in order.
std::vector<std::filesystem::path> trace_files(const std::filesystem::path& folder);

// A trace on a target, or on its model alone (null), judged by its `expect` lines for that target; or on one target
// against another, of which a trace expects nothing. Adds to `result`.
Conformance run_trace(const Trace& trace, const std::string& file, const std::string& model, Target* target,
                      FactSet asked, Result& result, const Watcher& watch = {}, Target* against = nullptr);

// Nothing more can be asked of the target after this trace; what was found until then stands, and is no pass.
// REQUIRES: `why` is being handled. It goes on if nothing was run.
void end_early(Result& result, const std::string& file, const std::runtime_error& why);

// What the trace expects of this target; nothing where it is run on another model than its own.
std::vector<Expectation> expectations_for(const Trace& trace, const std::string& model, const Target* target);

}  // namespace lockstep::cli
