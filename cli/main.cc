// SPDX-License-Identifier: GPL-2.0-or-later
// lockstep: parses the command line and calls. What the exit codes mean: docs/cli.md.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "harness/targets.h"
#include "model/trace_error.h"

using namespace lockstep;
using namespace lockstep::cli;

namespace {

int fail(int code, const std::string& message) {
  fmt::print(stderr, "lockstep: {}\n", message);
  return code;
}

int run(int argc, char** argv) {
  CLI::App app{"Reference model and conformance tester for kernel code that counts references to policy nodes."};
  app.name("lockstep");
  app.set_version_flag("--version", std::string("lockstep ") + LOCKSTEP_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  int code = kOk;
  for (auto* add : {add_check, add_replay, add_fuzz, add_shrink, add_explore, add_explain, add_graph, add_corpus,
                    add_nightly, add_lists})
    add(app, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("lockstep"));
  spdlog::set_pattern("%v");
  install_signal_handlers();
  try {
    const int code = run(argc, argv);
    if (std::fflush(stdout) != 0) return fail(kEnvironment, "the results could not be written to standard output");
    return code;
  } catch (const TraceError& error) {
    fmt::print(stderr, "{}\n", error.what());
    return kUsage;
  } catch (const UsageError& error) {
    return fail(kUsage, error.what());
  } catch (const UnknownTarget& error) {
    return fail(kUsage, error.what());
  } catch (const TargetFault& error) {
    return fail(kUnexpected, error.what());
  } catch (const Unavailable& error) {
    return fail(kEnvironment, error.what());
  } catch (const NotCapable& error) {
    return fail(kEnvironment, error.what());
  } catch (const Interrupted& by) {
    return 128 + by.signal;
  } catch (const std::exception& error) {
    return fail(kEnvironment, error.what());
  }
}
