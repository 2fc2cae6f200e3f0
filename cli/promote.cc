// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/promote.h"

#include <fmt/format.h>

#include "cli/common.h"
#include "cli/finds.h"
#include "fuzz/fuzz.h"
#include "harness/targets.h"
#include "model/trace_text.h"
#include "model/utf8.h"
#include "oracle/marks.h"
#include "reports/conclusion.h"
#include "reports/explain.h"
#include "reports/run.h"
#include "reports/whole_file.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {

Corpus read_corpus(const fs::path& folder) {
  if (!fs::is_directory(folder)) throw UsageError(folder.string() + ": no such folder");
  Corpus corpus;
  for (const auto& file : trace_files(folder)) {
    auto trace = read_trace(file.string());
    model_for(trace, "", file.string());
    corpus.emplace(file.string(), std::move(trace));
  }
  return corpus;
}

// A file may name our own targets, but no library: who says that it is to be loaded is the user.
std::string target_of(const PromoteOptions& options, const Trace& trace) {
  if (!options.target.empty()) return options.target;
  std::string name;
  for (const auto& expectation : trace.expectations)
    if (expectation.diverges && name.empty()) name = expectation.target;
  if (name.empty()) name = found_on(trace);
  if (name.empty() || name.ends_with(".so"))
    throw UsageError(options.file + ": say with --target on what it is to be run");
  return name;
}

void require_honest(const Trace& trace, const std::string& model, const std::string& file) {
  const auto alone = Conformer(model, nullptr).run(trace);
  if (alone.divergence)
    throw UsageError(fmt::format("{}: step {}: {}", file, alone.divergence->step, alone.divergence->text));
  if (alone.steps == 0) throw UsageError(file + ": the trace has no steps");
}

struct Seen {
  Expectation outcome;
  std::string text, cause;  // what happened, where it diverged
};
// None: nothing that could be relied on, which is said.
std::optional<Seen> see(const Trace& trace, const std::string& file, const std::string& model, Target& target) {
  Result result;
  const auto outcome = run_trace(trace, file, model, &target, {}, result);
  if (result.skipped != 0) throw NotCapable(reason_of(result));
  if (const auto& d = outcome.divergence) return Seen{{target.name(), true, d->property, d->step}, d->text, d->cause};
  if (result.verdict() == Verdict::conforms) return Seen{{target.name(), false, "", 0}, "", ""};
  fmt::print("{}\n", reason_of(result));
  return std::nullopt;
}

bool same_outcome(const Expectation& a, const Expectation& b) {
  return a.target == b.target && a.diverges == b.diverges && a.property == b.property;
}

// Throws if a trace of the corpus shows all of this already.
void refuse_what_is_there(const Trace& trace, const Expectation& outcome, const Corpus& corpus) {
  const auto marks = marks_of(trace);
  for (const auto& [file, other] : corpus) {
    if (other.model == trace.model && other.steps.size() == trace.steps.size() &&
        write_trace({.start = other.start, .steps = other.steps}) ==
            write_trace({.start = trace.start, .steps = trace.steps}))
      throw UsageError(fmt::format("{} has these very steps; what else they do is a line `expect` there", file));
    const bool same = std::any_of(other.expectations.begin(), other.expectations.end(),
                                  [&](const auto& known) { return same_outcome(known, outcome); });
    const auto known = same && other.model == trace.model ? marks_of(other) : std::set<std::string>{};
    if (std::includes(known.begin(), known.end(), marks.begin(), marks.end()))
      throw UsageError(fmt::format("{} shows this already: the same outcome on {}, and all marks of this trace", file,
                                   outcome.target));
  }
}

std::vector<std::string> words_for(const PromoteOptions& options, const Trace& trace, Target& target,
                                   const std::string& happened) {
  const bool found_by_us = !found_on(trace).empty();
  if (options.shows.empty() && !trace.shows.empty() && !found_by_us) return trace.shows;
  std::vector<std::string> words = {options.shows};
  if (options.shows.empty()) {
    const auto subject = account_of(trace, trace.model, &target, options.file).subject;
    words[0] = shown(subject + (happened.empty() ? "" : ": " + happened));
  }
  if (found_by_us) words.push_back(trace.shows[0]);
  return words;
}

// A find has the identity here under which it is reported.
std::string name_for(const Trace& trace, const Seen& seen) {
  const auto identity = finding_identity({.divergence = {.cause = seen.cause}, .trace = trace});
  return fmt::format("found-{}-{}.trace", seen.outcome.diverges ? seen.outcome.property : "conforms", identity);
}

// A divergence that the corpus does not show is reason enough for a trace; one without must show something itself.
void require_news(const PromoteOptions& options, const Trace& trace, const Expectation& outcome, const Corpus& corpus) {
  if (trace.mark.empty())
    throw UsageError(options.file + ": traces of the corpus carry every mark that it earns; it shows nothing new");
  if (outcome.diverges) return;
  for (const auto& [file, other] : corpus)
    if (marks_of(other).contains(trace.mark))
      throw UsageError(fmt::format("{}: does not diverge from {}, and shows nothing new: {} earns its mark too ({})",
                                   options.file, outcome.target, file, trace.mark));
}

void write_new(const fs::path& path, const Trace& trace) {
  const auto text = write_trace(trace);
  try {
    if (parse_trace(text, path.string()).shows != trace.shows) throw UsageError("--shows: one line of text, please");
  } catch (const TraceError& error) {
    throw UsageError(std::string("what would be written is no trace: ") + error.message());
  }
  if (fs::exists(path)) throw UsageError(path.string() + ": is there already, and is not overwritten");
  try {
    fs::create_directories(path.parent_path());
    write_whole_file(path, text);
  } catch (const std::system_error& error) {
    throw Unavailable(fmt::format("{}: cannot be written: {}; name a corpus of your own with --corpus", path.string(),
                                  error.code().message()));
  }
  fmt::print("written to {}:\n{}", path.string(), text);
}

}  // namespace

int promote(const PromoteOptions& options) {
  auto trace = read_trace(options.file);
  const auto corpus = read_corpus(options.corpus);
  auto model = model_for(trace, "", options.file);
  require_honest(trace, model, options.file);
  const auto target = make_target(target_of(options, trace));
  trace.model = model = probe_preset(model, *target);

  const auto run = shrink_divergence(trace, model, *target, {}, repeats_on(*target), interrupted);
  throw_if_interrupted();
  if (run.find.flaky()) {
    fmt::print("flaky: it diverged in {} of {} runs; a trace of the corpus does the same every time\n",
               run.find.repeated, run.find.runs);
    return kInconclusive;
  }
  if (run.find.trace.steps != trace.steps) {
    fmt::print("shrunk: {} steps became {}\n", trace.steps.size(), run.find.trace.steps.size());
    trace = run.find.trace;
    trace.expectations.clear();  // of the trace that it was
  }
  const auto seen = see(trace, options.file, model, *target);
  if (!seen) return kInconclusive;
  const auto& outcome = seen->outcome;
  std::erase_if(trace.expectations, [&](const auto& old) { return old.target == outcome.target; });
  trace.expectations.push_back(outcome);
  refuse_what_is_there(trace, outcome, corpus);
  trace.mark = own_mark(trace, corpus);
  require_news(options, trace, outcome, corpus);
  trace.shows = words_for(options, trace, *target, seen->text);
  write_new(options.corpus / model.substr(0, model.find('@')) / name_for(trace, *seen), trace);
  return kOk;
}

}  // namespace lockstep::cli
