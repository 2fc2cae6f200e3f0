// SPDX-License-Identifier: GPL-2.0-or-later
// corpus list: the tree's traces and what each shows.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/finds.h"
#include "model/trace_text.h"

namespace lockstep::cli {

namespace {

int list(const std::filesystem::path& folder) {
  const auto files = trace_files(folder);
  if (files.empty()) throw UsageError(fmt::format("{}: no traces there", folder.string()));
  for (const auto& file : files) {
    const auto trace = read_trace(file.string());
    fmt::print("{:<58} {}\n", std::filesystem::relative(file, folder).string(),
               trace.shows.empty() ? "" : trace.shows[0]);
  }
  return kOk;
}

}  // namespace

void add_corpus(CLI::App& app, int& exit_code) {
  auto folder = std::make_shared<std::string>();
  auto* sub = app.add_subcommand("corpus", "the traces that come with lockstep");
  sub->require_subcommand(1);
  auto* all = sub->add_subcommand("list", "each trace and what it shows");
  all->add_option("--corpus", *folder, "another folder");
  all->footer("Example: lockstep corpus list | grep seccomp");
  all->callback(
      [folder, &exit_code] { exit_code = list(folder->empty() ? corpus_folder() : std::filesystem::path(*folder)); });
}

}  // namespace lockstep::cli
