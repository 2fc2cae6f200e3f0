// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "harness/kernels/build.h"
#include "harness/kernels/cache.h"
#include "harness/kernels/fetch.h"

namespace lockstep {

namespace fs = std::filesystem;
using namespace kernels;

namespace {

constexpr const char* kDesigns[] = {"v5", "v5-intended", "v6"};
constexpr const char* kStock[] = {"6.1", "6.12"};  // what a plain Debian 12 has
constexpr const char* kNewest = "newest";
constexpr const char* kSanitizers = "@sanitizers";

struct Name {
  std::string base;
  Flavour flavour = Flavour::fast;
  bool is_design = false;
};

Name parse(const std::string& name) {
  Name parsed{.base = name};
  if (name.ends_with(kSanitizers)) {
    parsed.base = name.substr(0, name.size() - std::strlen(kSanitizers));
    parsed.flavour = Flavour::sanitizers;
  }
  parsed.is_design = std::find(std::begin(kDesigns), std::end(kDesigns), parsed.base) != std::end(kDesigns);
  const bool is_stock = is_version(parsed.base) || parsed.base == kNewest;
  if (!parsed.is_design && (!is_stock || parsed.flavour == Flavour::sanitizers))
    throw UnknownKernel(fmt::format("{}: no such kernel; `lockstep kernel list` lists them", name));
  return parsed;
}

std::vector<std::string> fetched_versions() {
  std::vector<std::string> versions;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(kernels_folder(), none))
    if (is_version(entry.path().filename())) versions.push_back(entry.path().filename());
  std::sort(versions.begin(), versions.end(),
            [](const auto& a, const auto& b) { return strverscmp(a.c_str(), b.c_str()) > 0; });
  return versions;
}

std::optional<KernelImage> in_folder(const std::string& folder, const std::string& parameters) {
  const auto place = kernels_folder() / folder;
  auto release = read_file(place / "release");
  if (release.empty() || !fs::is_regular_file(place / "bzImage")) return std::nullopt;
  release.erase(release.find_last_not_of('\n') + 1);
  return KernelImage{place / "bzImage", release, parameters};
}

std::string status_of(const std::string& name, const std::string& otherwise) {
  const auto image = find_kernel(name);
  return image ? fmt::format("in the cache: {}, {}", image->release, image->image.string()) : otherwise;
}

std::string build_status() {
  const auto missing = missing_for_build({});
  if (missing.empty()) return "can be built: ";
  return fmt::format("cannot be built until these packages are installed: {}; then: ", fmt::join(missing, " "));
}

std::string fetch_status(const std::string& version) {
  const auto package = offered(Packages::own(), version, {});
  if (package.name.empty()) return "not in this machine's package lists (apt-get update): ";
  return fmt::format("can be fetched, {}: ", package.text());
}

}  // namespace

std::optional<KernelImage> find_kernel(const std::string& name) {
  const auto parsed = parse(name);
  if (parsed.is_design) return in_folder(built_name(parsed.flavour), "lockstep_design=" + parsed.base);
  if (parsed.base != kNewest) return in_folder(parsed.base, "");
  const auto versions = fetched_versions();
  return versions.empty() ? std::nullopt : in_folder(versions.front(), "");
}

std::string kernel_remedy(const std::string& name) {
  const auto parsed = parse(name);
  if (!parsed.is_design) return "lockstep kernel fetch " + name;
  return parsed.flavour == Flavour::fast ? "lockstep kernel build v5" : "lockstep kernel build v5 --flavour sanitizers";
}

std::vector<KernelStatus> list_kernels() {
  std::vector<KernelStatus> all;
  auto versions = fetched_versions();
  for (const auto* version : kStock)
    if (std::find(versions.begin(), versions.end(), version) == versions.end()) versions.emplace_back(version);
  std::sort(versions.begin(), versions.end(),
            [](const auto& a, const auto& b) { return strverscmp(a.c_str(), b.c_str()) < 0; });
  for (const auto& name : versions) all.push_back({name, status_of(name, "")});
  for (auto& row : all)
    if (row.status.empty()) row.status = fetch_status(row.name) + kernel_remedy(row.name);
  all.push_back({kNewest, status_of(kNewest, "")});
  const auto build = build_status();
  for (const auto* flavour : {"", kSanitizers})
    for (const auto* design : kDesigns) {
      const auto name = std::string(design) + flavour;
      all.push_back({name, status_of(name, build + kernel_remedy(name))});
    }
  return all;
}

}  // namespace lockstep
