// SPDX-License-Identifier: GPL-2.0-or-later
// transitions: which kernel function or section of a design each transition restates, and whether it is still that
// text.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/kernel_review.h"
#include "cli/kernel_source.h"
#include "harness/kernels/fetch.h"
#include "reports/plain_text.h"

namespace lockstep::cli {

namespace {

int list() {
  for (const auto& each : restated()) {
    const auto* function = find_reviewed(each.function);
    fmt::print("{:<16} {:<18} {}\n", each.file, each.transition,
               function != nullptr ? fmt::format("{}: {}", function->file, function->name)
                                   : std::string(each.place.starts_with("docs") ? "" : "docs/mechanisms.md, section ") +
                                         std::string(each.place));
  }
  return kOk;
}

std::string tree_of(const std::string& name) {
  if (!kernels::is_version(name)) return name;
  Progress progress("source of " + name);
  try {
    return fetch_source(name, {.say = [&](const std::string& state) { progress.show(state); }, .stop = interrupted});
  } catch (const kernels::Stopped&) {
    throw_if_interrupted();
    throw;
  }
}

int compare(const std::string& tree) {
  const auto review = review_kernel(tree);
  for (const auto& each : review.functions)
    fmt::print("{:<18} {:<28} {}\n", each.function->file, each.function->name,
               each.same             ? "as reviewed"
               : each.sha256.empty() ? "MISSING"
                                     : "CHANGED, now " + each.sha256);
  fmt::print("{} of {} functions of {} are as reviewed at {}\n", review.functions.size() - review.changed(),
             review.functions.size(), review.version.empty() ? "this kernel" : "Linux " + review.version,
             kReviewedReleases[review.release]);
  return review.changed() == 0 ? kOk : kUnexpected;
}

}  // namespace

void add_transitions(CLI::App& app, int& exit_code) {
  auto tree = std::make_shared<std::string>();
  auto* sub =
      app.add_subcommand("transitions", "what each transition restates, and whether a kernel still has that text");
  sub->footer("Example: lockstep transitions 6.12");
  sub->add_option("TREE", *tree,
                  "a kernel's source, or a version like 6.12, which is fetched: held against what was reviewed");
  sub->callback([tree, &exit_code] { exit_code = tree->empty() ? list() : compare(tree_of(*tree)); });
}

}  // namespace lockstep::cli
