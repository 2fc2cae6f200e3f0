// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/finds.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/common.h"
#include "harness/targets.h"
#include "harness/vm.h"
#include "model/trace_text.h"
#include "reports/run.h"
#include "reports/whole_file.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {

std::string plain(std::string text) {
  for (auto& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  return text;
}

constexpr std::string_view kFoundBy = "Found by ", kOn = " on ", kCause = ": ";

}  // namespace

int repeats_on(const Target& target) {
  const bool foreign = is_kernel(target) || target.name().ends_with(".so");
  return foreign ? 3 : 1;
}

void add_lines_reached(Result& result, Target* target) {
  auto* guest = dynamic_cast<VmTarget*>(target);
  if (guest == nullptr) return;
  try {
    for (const auto& [file, words] : guest->lines_reached())
      result.statistics.push_back({"lines reached of " + file, words});
  } catch (const std::runtime_error& why) {
    result.notes.push_back(fmt::format("which lines were reached is not known: {}", why.what()));
  }
}

void require_place_for_finds(const fs::path& folder) {
  try {
    fs::create_directories(folder);
    const auto trial = folder / ".writable";
    write_whole_file(trial, "");
    fs::remove(trial);
  } catch (const std::system_error& error) {
    throw Unavailable(fmt::format("{}: finds cannot be written there: {}; name another folder with --corpus",
                                  folder.string(), error.code().message()));
  }
}

void save_find(Find& find, const std::string& model, const std::string& target, const fs::path& folder) {
  find.trace.model = model;
  find.trace.shows = {fmt::format("{}{}{}{}{}{}", kFoundBy, find.name, kOn, target, kCause, find.divergence.cause),
                      fmt::format("step {}: {}", find.divergence.step, find.divergence.text)};
  if (find.flaky()) find.trace.shows.push_back(fmt::format("flaky: {} of {} runs", find.repeated, find.runs));
  move_find(find, model, target, folder);
}

void move_find(Find& find, const std::string& model, const std::string& target, const fs::path& folder) {
  const auto name = fmt::format("{}-on-{}-{}-{}.trace", plain(model), plain(target), plain(find.divergence.property),
                                finding_identity(find));
  fs::create_directories(folder);
  write_file(folder / name, write_trace(find.trace));
  find.name = (folder / name).string();
}

std::string found_on(const Trace& trace) {
  const std::string line = trace.shows.empty() ? "" : trace.shows[0];
  const auto on = line.find(kOn), cause = line.rfind(kCause);
  if (!line.starts_with(kFoundBy) || on == std::string::npos || cause == std::string::npos || cause < on) return "";
  const auto target = line.substr(on + kOn.size(), cause - on - kOn.size());
  return target.find(' ') == std::string::npos ? target : "";  // a sentence of somebody else's
}

std::vector<fs::path> trace_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->is_regular_file() && at->path().extension() == ".trace") files.push_back(at->path());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<Expectation> expectations_for(const Trace& trace, const std::string& model, const Target* target) {
  std::vector<Expectation> all;
  // What a trace expects, it expects of the model that it names.
  const auto base = [](const std::string& name) { return name.substr(0, name.find('@')); };
  if (target == nullptr || base(trace.model) != base(model)) return all;
  for (const auto& expectation : trace.expectations)
    if (expectation.target == target->name()) all.push_back(expectation);
  return all;
}

namespace {

// also: what else the same step breaks counts too.
bool foresees(const Expectation& expectation, const Divergence& d, bool also) {
  const bool broken = expectation.property.empty() || expectation.property == d.property ||
                      (also && std::find(d.also.begin(), d.also.end(), expectation.property) != d.also.end());
  return expectation.diverges && broken && (expectation.step == 0 || expectation.step == d.step);
}

void judge(const Trace& trace, const std::string& file, const std::vector<Expectation>& expectations,
           const Conformance& outcome, Result& result) {
  if (outcome.divergence) {
    const bool met = std::any_of(expectations.begin(), expectations.end(), [&](const auto& expectation) {
      return foresees(expectation, *outcome.divergence, false);
    });
    result.finds.push_back({.divergence = *outcome.divergence, .trace = trace, .name = file, .expected = met});
  }
  for (const auto& expectation : expectations)
    if (expectation.diverges && !(outcome.divergence && foresees(expectation, *outcome.divergence, true)))
      result.missing.push_back(fmt::format("{} expects {} to diverge{}", file, expectation.target,
                                           expectation.property.empty() ? "" : " (" + expectation.property + ")"));
}

}  // namespace

Conformance run_trace(const Trace& trace, const std::string& file, const std::string& model, Target* target,
                      FactSet asked, Result& result, const Watcher& watch, Target* against) {
  Conformance outcome;
  const auto start = std::chrono::steady_clock::now();
  try {
    outcome = Conformer(model, target, asked, against).run(trace, watch);
  } catch (const NotCapable& why) {
    ++result.skipped;
    result.notes.push_back(fmt::format("skipped: {}: {}", file, why.what()));
    return outcome;
  }
  result.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  ++result.traces;
  result.steps += outcome.steps;
  result.unobserved += outcome.unobserved + outcome.against.unobserved;
  if (outcome.steps == 0) result.shortcomings.push_back(file + ": no step was run");
  if (outcome.cut && !outcome.divergence)
    result.shortcomings.push_back(
        fmt::format("{}: compared up to step {} only: the allocation that fails there is another one in {}", file,
                    outcome.steps, target->name()));
  if (outcome.parted && !outcome.divergence && outcome.steps < trace.steps.size())
    result.shortcomings.push_back(
        fmt::format("{}: compared up to step {} only: what the targets gave there is not what {} gives, from which the "
                    "trace goes on",
                    file, outcome.steps, model));
  if (target != nullptr) note_unobserved(result, outcome, *target);
  if (against != nullptr) note_unobserved(result, outcome.against, *against);
  judge(trace, file, expectations_for(trace, model, against == nullptr ? target : nullptr), outcome, result);
  return outcome;
}

void end_early(Result& result, const std::string& file, const std::runtime_error& why) {
  if (result.traces == 0 && result.finds.empty()) throw;
  result.shortcomings.push_back(fmt::format("the run ended early, after {}: {}", file, why.what()));
}

}  // namespace lockstep::cli
