// SPDX-License-Identifier: GPL-2.0-or-later
// corpus: the tree's traces and what each shows; adds a find to them.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/finds.h"
#include "cli/promote.h"
#include "model/trace_text.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {

int list(const fs::path& folder) {
  const auto files = trace_files(folder);
  if (files.empty()) throw UsageError(fmt::format("{}: no traces there", folder.string()));
  for (const auto& file : files) {
    const auto trace = read_trace(file.string());
    fmt::print("{:<58} {}\n", fs::relative(file, folder).string(), trace.shows.empty() ? "" : trace.shows[0]);
  }
  return kOk;
}

fs::path chosen(const std::string& folder) { return folder.empty() ? corpus_folder() : fs::path(folder); }

void add_list(CLI::App& app, int& exit_code) {
  auto folder = std::make_shared<std::string>();
  auto* sub = app.add_subcommand("list", "each trace and what it shows");
  sub->footer("Example: lockstep corpus list | grep seccomp");
  sub->add_option("--corpus", *folder, "another folder");
  sub->callback([folder, &exit_code] { exit_code = list(chosen(*folder)); });
}

void add_promote(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<PromoteOptions>();
  auto folder = std::make_shared<std::string>();
  auto* sub = app.add_subcommand("promote", "add a find: shrunk, with a mark of its own and what it does as expected");
  sub->footer("Example: lockstep corpus promote finds/v5-intended-on-sim_v6-inheritance-0a1b2c3d.trace");
  sub->add_option("TRACE", options->file, "the find")->required();
  sub->add_option("--corpus", *folder, "another folder");
  sub->add_option("--target", options->target, "instead of the one that it was found on");
  sub->add_option("--shows", options->shows, "what it shows, in your words");
  sub->callback([options, folder, &exit_code] {
    options->corpus = chosen(*folder);
    exit_code = promote(*options);
  });
}

}  // namespace

void add_corpus(CLI::App& app, int& exit_code) {
  auto* sub = app.add_subcommand("corpus", "the traces that come with lockstep: list them, add one");
  sub->footer("Example: lockstep corpus list");
  sub->require_subcommand(1);
  add_list(*sub, exit_code);
  add_promote(*sub, exit_code);
}

}  // namespace lockstep::cli
