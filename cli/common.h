// SPDX-License-Identifier: GPL-2.0-or-later
// What the subcommands share: options, durations, signals, where things are.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "model/target.h"
#include "model/trace.h"
#include "oracle/result.h"

namespace lockstep::cli {

// Exit codes: docs/cli.md.
inline constexpr int kOk = 0, kUnexpected = 1, kUsage = 2, kEnvironment = 3, kInconclusive = 4;

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// A signal asked us to stop: 128 + number, after everything was cleaned up.
struct Interrupted {
  int signal;
};

struct Output {
  std::string format = "text";
  std::string color = "auto";
  bool obligations = false;  // of prove alone
};
void add_output(CLI::App& app, Output& output);
bool use_color(const Output& output);  // on standard output
// Prints results in the chosen format, their last line the verdict; returns the exit code.
int report(const std::vector<Result>& results, const Output& output);
// The same of one run, which a signal may have stopped: what was found is shown, and then the signal is obeyed.
int report_run(Result& result, const Output& output);

// What an option's value must be: a number, written in digits alone.
CLI::Validator whole_number(uint64_t low = 0, uint64_t high = UINT64_MAX);
double parse_duration(const std::string& text);  // seconds of "90", "90s", "5m", "1h"; throws UsageError
struct Shard {
  uint32_t index = 1, count = 1;
};
Shard parse_shard(const std::string& text);    // "2/4"; throws UsageError
FactSet parse_facts(const std::string& list);  // "results,views"; throws UsageError
std::vector<std::string> fact_names();

// The model to use for a trace: the option, or the trace's own. Throws UsageError if there is none or it does not fit.
std::string model_for(const Trace& trace, const std::string& option, const std::string& file);
void require_model(const std::string& name);

void add_no_drain(CLI::App& app, bool& no_drain);
// Throws UsageError if more than a guest is at stake there. `option` is what the user asked for.
void require_guest(const std::string& option, const std::string& target);

std::filesystem::path state_folder();  // of this user
// Beside the program: as it is installed, or in its build. Throws Unavailable if there is none.
std::filesystem::path corpus_folder();

void install_signal_handlers();
bool interrupted();
void throw_if_interrupted();

// Writes a file so that it is there whole or not at all. Throws Unavailable.
void write_file(const std::filesystem::path& path, const std::string& text);
// The same for what a user named: through links, and into a pipe or a device. Throws Unavailable, Interrupted.
void write_output(const std::filesystem::path& path, const std::string& text);

// A line about a long step on standard error: rewritten in place on a terminal, now and then elsewhere.
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  void show(const std::string& state);

 private:
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  double last_ = 0;
};

}  // namespace lockstep::cli
