// SPDX-License-Identifier: GPL-2.0-or-later
// report: makes the reports of a nightly again from what its report.json holds, or joins those of its shards.
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/finds.h"
#include "cli/folder_lock.h"
#include "cli/merge.h"
#include "cli/provenance.h"
#include "cli/publish.h"
#include "model/utf8.h"
#include "reports/counterexample.h"
#include "reports/read_json.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {

struct Options {
  std::string folder;
  std::vector<std::string> shards;
  std::string into;
  Output output;
};

Run read_report(const fs::path& folder) {
  const auto file = folder / "report.json";
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw UsageError(file.string() + ": cannot be read; is a nightly's report there?");
  try {
    auto run = read_run(text.str());
    if (run.id.empty()) throw std::runtime_error("it is not of a nightly");
    return run;
  } catch (const std::exception& why) {
    // The library's own messages begin with a number in brackets, which says nothing here.
    std::string_view reason = why.what();
    if (reason.starts_with("[json.exception")) reason.remove_prefix(std::min(reason.find("] ") + 2, reason.size()));
    throw UsageError(fmt::format("{}: not a report that can be read: {}", file.string(), shown(reason)));
  }
}

int publish(const Run& run, const fs::path& folder, const Output& output) {
  const auto history = write_reports(run, folder);
  if (output.format == "text")
    for (const auto& result : run.results) fmt::print("{}", job_line(result));
  return print_run(run, history, folder, output);
}

int remake(const Options& options) {
  const auto run = read_report(options.folder);
  const FolderLock lock(options.folder);
  return publish(run, options.folder, options.output);
}

// The find's trace and pictures, from the shard that they stand for.
void take_over(Find& find, const Result& result, const std::vector<std::string>& shards, const fs::path& into) {
  if (result.generated) move_find(find, result.model, result.target, into / "finds");
  const auto name = counterexample_folder(result, find);
  for (const auto& shard : shards) {
    if (!fs::is_directory(fs::symlink_status(fs::path(shard) / name)) || fs::exists(into / name)) continue;
    fs::create_directories(into / name);
    fs::copy(fs::path(shard) / name, into / name, fs::copy_options::recursive | fs::copy_options::skip_symlinks);
  }
}

int join(const Options& options) {
  std::vector<Part> parts;
  for (const auto& shard : options.shards) {
    std::error_code error;
    if (fs::equivalent(shard, options.into, error))
      throw UsageError(shard + ": a shard cannot be the folder of the whole");
    parts.push_back({shard, read_report(shard)});
  }
  auto run = merge(std::move(parts));
  // Some of what a report says follows from its numbers, by rules that are this program's.
  if (const auto own = provenance_here().tool_version; run.provenance.tool_version != own)
    throw UsageError(fmt::format("the shards are of lockstep {}, this is {}: join them with the one that made them",
                                 shown(run.provenance.tool_version), own));
  const FolderLock lock(options.into);
  require_own_counterexamples(options.into);
  fs::remove_all(fs::path(options.into) / "counterexamples");
  for (auto& result : run.results)
    for (auto& find : result.finds) take_over(find, result, options.shards, options.into);
  return publish(run, options.into, options.output);
}

}  // namespace

void add_report(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("report", "the reports of a nightly again, or of its shards joined");
  sub->footer("Example: lockstep report build/nightly");
  sub->add_option("DIR", options->folder, "a nightly's folder: its reports are made again from its report.json");
  add_output(*sub, options->output);
  auto* merge = sub->add_subcommand("merge", "join the reports of shards: the same as one run of the whole");
  merge->footer("Example: lockstep report merge shard1 shard2 shard3 shard4 -o whole");
  merge->add_option("DIR", options->shards, "the shards' folders")->required();
  merge->add_option("-o,--output", options->into, "where the joined report is written")->required();
  add_output(*merge, options->output);
  sub->callback([options, merge, &exit_code] {
    if (!merge->parsed() && options->folder.empty()) throw UsageError("name a nightly's folder, or `merge`");
    exit_code = merge->parsed() ? join(*options) : remake(*options);
  });
}

}  // namespace lockstep::cli
