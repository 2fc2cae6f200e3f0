// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/common.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include "cli/provenance.h"
#include "model/model.h"
#include "model/trace_text.h"
#include "reports/format.h"
#include "reports/plain_text.h"
#include "reports/whole_file.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {
volatile std::sig_atomic_t received_signal = 0;
void on_signal(int signal) { received_signal = signal; }

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
}  // namespace

void add_output(CLI::App& app, Output& output) {
  app.add_option("--format", output.format, "text, json, junit or ktap")
      ->check(CLI::IsMember({"text", "json", "junit", "ktap"}))
      ->capture_default_str();
  app.add_option("--color", output.color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
}

bool use_color(const Output& output) {
  if (output.color != "auto") return output.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == 0) && isatty(STDOUT_FILENO) == 1;
}

int report(const std::vector<Result>& results, const Output& output) {
  RenderOptions options{.color = use_color(output), .obligations = output.obligations};
  Run run;
  if (output.format != "text") {  // for people, on a terminal, what they look at is the result
    run.provenance = provenance_here();
    add_switches(run.provenance, results);
    options.run = &run;
  }
  fmt::print("{}", render(results, *find_format(output.format), options));
  int code = kOk;
  for (const auto& result : results) {
    const int each = exit_code(result);
    if (each == kUnexpected || code == kOk) code = each;
  }
  return results.empty() ? kInconclusive : code;
}

int report_run(Result& result, const Output& output) {
  if (interrupted()) result.shortcomings.emplace_back("interrupted");
  const int code = report({result}, output);
  throw_if_interrupted();
  return code;
}

CLI::Validator whole_number(uint64_t low, uint64_t high) {
  const auto range = low == 0 && high == UINT64_MAX ? ""
                     : high == UINT64_MAX           ? fmt::format(", {} or more", low)
                                                    : fmt::format(" from {} to {}", low, high);
  return {[=](const std::string& text) {
            uint64_t value = 0;
            const auto* last = text.data() + text.size();
            const auto [end, error] = std::from_chars(text.data(), last, value);
            const bool octal = text.size() > 1 && text[0] == '0';  // to CLI11
            const bool fits = !octal && error == std::errc() && end == last && value >= low && value <= high;
            return fits ? std::string() : fmt::format("{}: not a whole number{}", lockstep::quoted(text), range);
          },
          ""};
}

double parse_duration(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, text.data() + text.size());
  const double scale = unit.empty() || unit == "s" ? 1 : unit == "m" ? 60 : unit == "h" ? 3600 : 0;
  if (error != std::errc() || scale == 0 || !(value > 0) || value * scale > 1e9)
    throw UsageError(fmt::format("{}: not a duration; write it like 90s, 5m or 1h", lockstep::quoted(text)));
  return value * scale;
}

Shard parse_shard(const std::string& text) {
  Shard shard;
  const auto* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, shard.index);
  const bool slash = first.ec == std::errc() && first.ptr != end && *first.ptr == '/';
  const auto second = slash ? std::from_chars(first.ptr + 1, end, shard.count) : first;
  if (!slash || second.ec != std::errc() || second.ptr != end || shard.index < 1 || shard.index > shard.count)
    throw UsageError(fmt::format("{}: not a shard; write it like 2/4", lockstep::quoted(text)));
  return shard;
}

namespace {
constexpr std::pair<const char*, bool FactSet::*> kFacts[] = {
    {"results", &FactSet::results}, {"views", &FactSet::views}, {"counters", &FactSet::counters}};
}  // namespace

std::vector<std::string> fact_names() {
  std::vector<std::string> names;
  for (const auto& [name, member] : kFacts) names.emplace_back(name);
  return names;
}

FactSet parse_facts(const std::string& list) {
  FactSet facts{false, false, false};
  size_t at = 0;
  while (at <= list.size()) {
    const auto comma = std::min(list.find(',', at), list.size());
    const auto word = list.substr(at, comma - at);
    const auto* known =
        std::find_if(std::begin(kFacts), std::end(kFacts), [&](const auto& f) { return f.first == word; });
    if (known == std::end(kFacts))
      throw UsageError(
          fmt::format("{}: not a kind of fact; there are {}", lockstep::quoted(word), list_of(fact_names())));
    facts.*known->second = true;
    at = comma + 1;
  }
  return facts;
}

void require_model(const std::string& name) {
  if (find_model(name) == nullptr)
    throw UsageError(fmt::format("{}: no such model; `lockstep models` lists them", lockstep::quoted(name)));
}

void add_no_drain(CLI::App& app, bool& no_drain) {
  app.add_flag("--no-drain", no_drain, "vm: only: do not keep the kernel's queue from filling up (docs/live.md)")
      ->disable_flag_override();
}

void require_guest(const std::string& option, const std::string& target) {
  if (!target.starts_with("vm:"))
    throw UsageError(option + " can deadlock the kernel for good: it is for vm: targets only");
}

std::string model_for(const Trace& trace, const std::string& option, const std::string& file) {
  const auto& name = option.empty() ? trace.model : option;
  if (name.empty()) throw UsageError(file + ": the trace names no model: say which with --model");
  require_model(name);
  if (const auto why = misfit(trace, name)) throw UsageError(file + ": " + *why);
  return name;
}

fs::path state_folder() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != 0)
    return fs::path(state) / "lockstep";
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr && *home != 0 ? home : "/root") / ".local/state/lockstep";
}

fs::path corpus_folder() {
  const auto here = fs::read_symlink("/proc/self/exe").parent_path();
  for (const auto* name : {LOCKSTEP_INSTALLED_CORPUS, "corpus"}) {
    std::error_code none;
    const auto folder = fs::canonical(here / name, none);
    if (!none && fs::is_directory(folder, none)) return folder;
  }
  throw Unavailable("there is no corpus beside this program; name one with --corpus");
}

void install_signal_handlers() {
  struct sigaction action = {};
  action.sa_handler = on_signal;   // no SA_RESTART: a call that waits comes back
  action.sa_flags = SA_RESETHAND;  // who asks twice does not want to wait
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool interrupted() { return received_signal != 0; }
void throw_if_interrupted() {
  if (interrupted()) throw Interrupted{received_signal};
}

namespace {
void write_by(void (*write)(const fs::path&, std::string_view), const fs::path& path, const std::string& text) {
  try {
    write(path, text);
  } catch (const std::system_error& error) {
    throw_if_interrupted();  // while nobody read from a pipe
    throw Unavailable(
        fmt::format("{}: cannot be written: {}; is the folder there?", path.string(), error.code().message()));
  }
}
}  // namespace

void write_file(const fs::path& path, const std::string& text) { write_by(write_whole_file, path, text); }
void write_output(const fs::path& path, const std::string& text) { write_by(write_named_file, path, text); }

Progress::Progress(std::string what) : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1), last_(now()) {}

Progress::~Progress() {
  if (shown_ && terminal_) fmt::print(stderr, "\r\033[K");
}

void Progress::show(const std::string& state) {
  const double wait = terminal_ ? 0.2 : shown_ ? 10 : 2;
  if (now() - last_ < wait) return;
  last_ = now();
  shown_ = true;
  if (terminal_)
    fmt::print(stderr, "\r\033[K{}: {}", what_, state);
  else
    fmt::print(stderr, "{}: {}\n", what_, state);
  std::fflush(stderr);
}

}  // namespace lockstep::cli
