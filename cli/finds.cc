// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/finds.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/common.h"
#include "model/trace_text.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {

// FNV-1a: stable from run to run and machine to machine.
uint32_t hash_of(const std::string& text) {
  uint32_t hash = 2166136261u;
  for (unsigned char c : text) hash = (hash ^ c) * 16777619u;
  return hash;
}

std::string plain(std::string text) {
  for (auto& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  return text;
}

}  // namespace

int repeats_on(const Target& target) { return target.name().starts_with("live") ? 3 : 1; }

void save_find(Find& find, const std::string& model, const std::string& target, const fs::path& folder) {
  find.trace.model = model;
  find.trace.shows = {fmt::format("Found by {} on {}: {}", find.name, target, find.divergence.cause),
                      fmt::format("step {}: {}", find.divergence.step, find.divergence.text)};
  if (find.flaky()) find.trace.shows.push_back(fmt::format("flaky: {} of {} runs", find.repeated, find.runs));
  const auto text = write_trace(find.trace);
  const auto name =
      fmt::format("{}-on-{}-{}-{:08x}.trace", plain(model), plain(target), find.divergence.property, hash_of(text));
  write_file(folder / name, text);
  find.name = (folder / name).string();
}

std::vector<fs::path> trace_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->is_regular_file() && at->path().extension() == ".trace") files.push_back(at->path());
  std::sort(files.begin(), files.end());
  return files;
}

const Expectation* expectation_for(const Trace& trace, const std::string& target) {
  for (const auto& expectation : trace.expectations)
    if (expectation.target == target) return &expectation;
  return nullptr;
}

Conformance run_trace(const Trace& trace, const std::string& file, const std::string& model, Target* target,
                      FactSet asked, Result& result, const Watcher& watch) {
  Conformance outcome;
  try {
    outcome = Conformer(model, target, asked).run(trace, watch);
  } catch (const NotCapable& why) {
    ++result.skipped;
    result.notes.push_back(fmt::format("skipped {}: {}", file, why.what()));
    return outcome;
  }
  ++result.traces;
  result.steps += outcome.steps;
  result.unobserved += outcome.unobserved;
  if (target != nullptr) note_unobserved(result, outcome, *target);
  const auto* expected = target == nullptr ? nullptr : expectation_for(trace, target->name());
  const bool foreseen = expected != nullptr && expected->diverges;
  if (outcome.divergence) {
    const auto& d = *outcome.divergence;
    const bool fits = foreseen && (expected->property.empty() || expected->property == d.property) &&
                      (expected->step == 0 || expected->step == d.step);
    result.finds.push_back({.divergence = d, .trace = trace, .name = file, .expected = fits});
  } else if (foreseen) {
    result.missing.push_back(fmt::format("{} expects {} to diverge{}, and it did not", file, target->name(),
                                         expected->property.empty() ? "" : " (" + expected->property + ")"));
  }
  return outcome;
}

}  // namespace lockstep::cli
