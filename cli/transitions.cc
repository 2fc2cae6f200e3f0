// SPDX-License-Identifier: GPL-2.0-or-later
// transitions: which kernel function or section of a design each transition restates, and whether it is still that
// text.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/kernel_review.h"
#include "reports/plain_text.h"

namespace lockstep::cli {

namespace {

int list() {
  for (const auto& each : restated()) {
    const auto* function = find_reviewed(each.function);
    fmt::print("{:<16} {:<18} {}\n", each.file, each.transition,
               function != nullptr ? fmt::format("{}: {}", function->file, function->name)
                                   : fmt::format("section {}", each.place));
  }
  return kOk;
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
  sub->footer("Example: lockstep transitions linux-source-6.12");
  sub->add_option("TREE", *tree, "a kernel's source: its functions are held against those that were reviewed");
  sub->callback([tree, &exit_code] { exit_code = tree->empty() ? list() : compare(*tree); });
}

}  // namespace lockstep::cli
