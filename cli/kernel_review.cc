// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/kernel_review.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "cli/common.h"
#include "oracle/function_text.h"
#include "reports/plain_text.h"
#include "reports/sha256.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// "6.12.117" of the lines VERSION = 6, PATCHLEVEL = 12, SUBLEVEL = 117.
std::string version_of(const std::string& makefile) {
  std::map<std::string, std::string> values;
  std::istringstream lines(makefile);
  for (std::string line; std::getline(lines, line) && values.size() < 3;) {
    std::istringstream words(line);
    std::string name, equals, value;
    words >> name >> equals >> value;
    if (equals == "=" && (name == "VERSION" || name == "PATCHLEVEL" || name == "SUBLEVEL")) values[name] = value;
  }
  if (values.size() < 3) return "";
  return fmt::format("{}.{}.{}", values["VERSION"], values["PATCHLEVEL"], values["SUBLEVEL"]);
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->is_directory(error)) all.push_back(at->path());
  std::sort(all.begin(), all.end());
  return all;
}

// "6.12.117-1" of the line "linux-source-6.12 6.12.117-1" that the cache keeps of each kernel; or empty.
std::string package_version(const fs::path& folder) {
  std::istringstream words(read(folder / "made-from"));
  std::string package, version;
  words >> package >> version;
  return version;
}

size_t equal_to(const KernelReview& review, size_t release) {
  return static_cast<size_t>(std::count_if(review.functions.begin(), review.functions.end(), [&](const auto& each) {
    return each.sha256 == each.function->sha256[release];
  }));
}

}  // namespace

size_t KernelReview::changed() const {
  return static_cast<size_t>(
      std::count_if(functions.begin(), functions.end(), [](const auto& each) { return !each.same; }));
}

KernelReview review_kernel(const fs::path& tree, std::span<const ReviewedFunction> functions) {
  std::error_code none;
  if (!fs::is_regular_file(tree / "kernel/seccomp.c", none))
    throw UsageError(fmt::format("{}: no kernel's source: there is no kernel/seccomp.c in it", tree.string()));
  KernelReview review{.version = version_of(read(tree / "Makefile"))};
  std::map<std::string_view, std::string> files;
  for (const auto& function : functions) {
    const auto [file, fresh] = files.try_emplace(function.file);
    if (fresh) file->second = read(tree / function.file);
    const auto text = function_text(file->second, function.name);
    review.functions.push_back({&function, text ? sha256(*text) : "", false});
  }
  for (size_t release = 1; release < kReviewedReleases.size(); ++release)
    if (equal_to(review, release) > equal_to(review, review.release)) review.release = release;
  for (auto& each : review.functions) each.same = each.sha256 == each.function->sha256[review.release];
  return review;
}

std::string warning_of(const KernelReview& review, const fs::path& tree) {
  std::vector<std::string> parts;
  for (const auto& each : review.functions)
    if (!each.same) parts.push_back(fmt::format("{}{}", each.function->name, each.sha256.empty() ? " (missing)" : ""));
  if (parts.empty()) return "";
  return fmt::format("{} ({}) is not the text that was reviewed at {}: {}; docs/transitions.md says what rests on it",
                     tree.string(), review.version.empty() ? "of unknown version" : "Linux " + review.version,
                     kReviewedReleases[review.release], list_of(parts));
}

std::vector<std::string> review_cache(const fs::path& kernels, const fs::path& sources) {
  std::vector<std::string> warnings;
  std::set<std::string> compared;  // packages' versions of which the text itself was looked at
  for (const auto& tree : folders_in(sources)) {
    if (!fs::is_regular_file(tree / "kernel/seccomp.c")) continue;
    compared.insert(package_version(tree));
    if (auto warning = warning_of(review_kernel(tree), tree); !warning.empty()) warnings.push_back(std::move(warning));
  }
  for (const auto& kernel : folders_in(kernels)) {
    const auto version = package_version(kernel);
    if (version.empty() || compared.contains(version) ||
        std::find(kReviewedReleases.begin(), kReviewedReleases.end(), version) != kReviewedReleases.end())
      continue;
    warnings.push_back(
        fmt::format("{} is made from {}, which nobody reviewed; lockstep transitions {} looks at its text",
                    kernel.string(), version, version.substr(0, version.find('.', version.find('.') + 1))));
  }
  return warnings;
}

}  // namespace lockstep::cli
