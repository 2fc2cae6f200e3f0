// SPDX-License-Identifier: GPL-2.0-or-later
// The subcommands. Each adds itself to the command line; its callback sets the exit code.
#pragma once

#include <CLI/CLI.hpp>

namespace lockstep::cli {

void add_audit(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_corpus(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_explore(CLI::App& app, int& exit_code);
void add_export(CLI::App& app, int& exit_code);
void add_fuzz(CLI::App& app, int& exit_code);
void add_graph(CLI::App& app, int& exit_code);
void add_kernel(CLI::App& app, int& exit_code);  // kernel fetch, build, list
void add_lists(CLI::App& app, int& exit_code);   // models, targets, properties
void add_mutants(CLI::App& app, int& exit_code);
void add_nightly(CLI::App& app, int& exit_code);
void add_prove(CLI::App& app, int& exit_code);
void add_race(CLI::App& app, int& exit_code);
void add_replay(CLI::App& app, int& exit_code);
void add_report(CLI::App& app, int& exit_code);
void add_shrink(CLI::App& app, int& exit_code);
void add_transitions(CLI::App& app, int& exit_code);

}  // namespace lockstep::cli
