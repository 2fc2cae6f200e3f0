// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "harness/kernels/build.h"
#include "harness/kernels/cache.h"
#include "harness/kernels/fetch.h"

namespace lockstep {

namespace fs = std::filesystem;
using namespace kernels;

namespace {

constexpr const char* kDesigns[] = {"v5", "v5-intended", "v6"};
constexpr const char* kStock[] = {"6.1", "6.12"};  // what a plain Debian 12 has
constexpr const char* kSanitizers = "@sanitizers";
constexpr const char* kNewest = "newest";  // of those in the cache, if it is newer than what Debian 12 has

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
  if (!parsed.is_design && ((!is_version(parsed.base) && name != kNewest) || parsed.flavour == Flavour::sanitizers))
    throw UnknownKernel(fmt::format("{}: no such kernel; `lockstep kernel list` lists them", name));
  return parsed;
}

// Those in the cache and those of Debian 12, lowest first.
std::vector<std::string> known_versions() {
  std::vector<std::string> versions(std::begin(kStock), std::end(kStock));
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(kernels_folder(), none))
    if (is_version(entry.path().filename())) versions.push_back(entry.path().filename());
  std::sort(versions.begin(), versions.end(),
            [](const auto& a, const auto& b) { return strverscmp(a.c_str(), b.c_str()) < 0; });
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  return versions;
}

std::optional<KernelImage> in_folder(const std::string& folder, const std::string& parameters) {
  const auto place = kernels_folder() / folder;
  auto release = read_file(place / "release");
  if (release.empty() || !fs::is_regular_file(place / "bzImage")) return std::nullopt;
  release.erase(release.find_last_not_of('\n') + 1);
  return KernelImage{place / "bzImage", release, parameters};
}

std::string status_of(const std::string& name, const std::function<std::string()>& otherwise) {
  if (const auto image = find_kernel(name))
    return fmt::format("in the cache: {}, {}", image->release, image->image.string());
  return fmt::format("{}: {}", otherwise(), kernel_remedy(name));
}

std::string build_status() {
  const auto missing = missing_for_build({});
  if (missing.empty()) return "can be built";
  return fmt::format("cannot be built until these packages are installed: {}; then", fmt::join(missing, " "));
}

std::string fetch_status(const std::string& version) {
  const auto package = offered(Packages::own(), version, {});
  return package.name.empty() ? "not in this machine's package lists; after apt-get update perhaps"
                              : fmt::format("can be fetched ({})", package.text());
}

}  // namespace

std::optional<KernelImage> find_kernel(const std::string& name) {
  const auto parsed = parse(name);
  if (parsed.is_design) return in_folder(built_name(parsed.flavour), "lockstep_design=" + parsed.base);
  if (name == kNewest) {
    const auto newest = known_versions().back();
    return newest == std::end(kStock)[-1] ? std::nullopt : in_folder(newest, "");
  }
  return in_folder(parsed.base, "");
}

std::string kernel_remedy(const std::string& name) {
  const auto parsed = parse(name);
  if (!parsed.is_design) return "lockstep kernel fetch " + name;
  return parsed.flavour == Flavour::fast ? "lockstep kernel build v5" : "lockstep kernel build v5 --flavour sanitizers";
}

std::vector<KernelStatus> list_kernels() {
  std::vector<KernelStatus> all;
  for (const auto& name : known_versions()) all.push_back({name, status_of(name, [&] { return fetch_status(name); })});
  for (const auto* flavour : {"", kSanitizers})
    for (const auto* design : kDesigns) {
      const auto name = std::string(design) + flavour;
      all.push_back({name, status_of(name, [] { return build_status(); })});
    }
  return all;
}

}  // namespace lockstep
