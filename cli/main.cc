// SPDX-License-Identifier: GPL-2.0-or-later
// lockstep: parses the command line and calls. What the exit codes mean: docs/cli.md.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sstream>
#include <system_error>

#include "cli/app.h"
#include "cli/bisect.h"
#include "cli/common.h"
#include "harness/targets.h"
#include "model/trace_error.h"
#include "reports/plain_text.h"

using namespace lockstep;
using namespace lockstep::cli;

static int fail(int code, const std::string& message) {
  fmt::print(stderr, "lockstep: {}\n", shown_lines(message));
  return code;
}

// Whoever reads no further (`| head`) has what they wanted.
static int unwritten(int error) {
  if (error == EPIPE) return 128 + SIGPIPE;
  return fail(kEnvironment, fmt::format("the results could not be written to standard output: {}", strerror(error)));
}

static int interruption() {
  try {
    throw_if_interrupted();
    return 0;
  } catch (const Interrupted& by) {
    return 128 + by.signal;
  }
}

static int parse_and_run(int argc, char** argv) {
  int code = kOk;
  const auto app = make_app(code);
  try {
    require_known_subcommand(*app, argc, argv);
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out, err;
    const bool asked = app->exit(error, out, err) == 0;  // for --help
    fmt::print("{}", out.str());
    fmt::print(stderr, "{}", shown_lines(err.str()));
    if (!asked) return kUsage;
  }
  if (std::fflush(stdout) != 0) return unwritten(errno);
  return code;
}

static int exit_code_of(int argc, char** argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const TraceError& error) {
    if (const int code = interruption(); code != 0) return code;  // while it was read
    fmt::print(stderr, "{}\n", error.what());
    return kUsage;
  } catch (const UsageError& error) {
    return fail(kUsage, error.what());
  } catch (const UnknownTarget& error) {
    return fail(kUsage, error.what());
  } catch (const TargetFault& error) {
    return fail(kUnexpected, error.what());
  } catch (const Interrupted& by) {
    return 128 + by.signal;
  } catch (const std::system_error& error) {
    return std::ferror(stdout) != 0 ? unwritten(error.code().value()) : fail(kEnvironment, error.what());
  } catch (const std::exception& error) {  // Unavailable and NotCapable among them
    return fail(kEnvironment, error.what());
  }
}

int main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("lockstep"));
  spdlog::set_pattern("%v");
  install_signal_handlers();
  const int code = exit_code_of(argc, argv);
  return asks_to_bisect(argc, argv) ? bisect_code(code) : code;
}
