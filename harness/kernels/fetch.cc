// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <regex>

#include "harness/kernels/cache.h"
#include "model/target.h"

namespace lockstep::kernels {

namespace fs = std::filesystem;

namespace {

constexpr const char* kNewestSuite = "sid";
constexpr const char* kPrefixes[] = {"linux-binary-", "linux-image-"};

// 1: what the name begins with, 2: the version, and as a whole behind 1: what tells older from newer.
const std::regex& package_name() {
  static const std::regex pattern("(linux-(?:image|binary)-)([0-9]+\\.[0-9]+)\\..*-cloud-amd64");
  return pattern;
}

bool newer(const std::string& a, const std::string& b) { return strverscmp(a.c_str(), b.c_str()) > 0; }

std::vector<std::string> all_names(const Packages& packages, const Work& work) {
  std::vector<std::string> all;
  for (const auto* prefix : kPrefixes)
    for (auto& name : packages.names(prefix, work)) all.push_back(std::move(name));
  return all;
}

fs::path image_in(const fs::path& folder) {
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename().string().starts_with("vmlinuz")) return entry.path();
  return {};
}

void fetch(const Packages& packages, const Package& package, const std::string& version, const Work& work) {
  const auto made_from = package.text() + "\n";
  const auto is_there = [&] { return read_file(kernels_folder() / version / "made-from") == made_from; };
  if (is_there()) return;
  Workshop workshop(work);
  if (is_there()) return;  // another process was faster
  const auto unpacked = workshop.folder() / "package", made = workshop.folder() / "made";
  packages.unpack(package, unpacked, work);
  const auto image = image_in(unpacked);
  if (image.empty()) throw Unavailable(package.text() + ": there is no kernel in it; please report that");
  fs::create_directory(made);
  fs::copy_file(image, made / "bzImage");
  workshop.publish(made, version, made_from);
}

}  // namespace

bool is_version(const std::string& name) {
  static const std::regex pattern("[1-9][0-9]*\\.[0-9]+");
  return std::regex_match(name, pattern);
}

std::vector<std::string> kernel_packages(std::vector<std::string> names, const std::string& version) {
  std::erase_if(names, [&](const auto& name) {
    std::smatch part;
    return !std::regex_match(name, part, package_name()) || part[2] != version;
  });
  const auto rest = [](const std::string& name) { return name.substr(name.find_first_of("0123456789")); };
  std::sort(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return rest(a) == rest(b) ? a < b : newer(rest(a), rest(b));  // "binary" comes before "image"
  });
  return names;
}

std::vector<std::string> kernel_versions(const std::vector<std::string>& names) {
  std::vector<std::string> versions;
  for (const auto& name : names) {
    std::smatch part;
    if (std::regex_match(name, part, package_name())) versions.push_back(part[2]);
  }
  std::sort(versions.begin(), versions.end(), newer);
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  return versions;
}

Package offered(const Packages& packages, const std::string& version, const Work& work) {
  for (const auto& name : kernel_packages(all_names(packages, work), version))
    if (auto candidate = packages.candidate(name, work); !candidate.empty()) return {name, candidate};
  return {};
}

std::string fetch_kernel(const std::string& name, const Work& work) {
  if (name != "newest") {
    const auto own = Packages::own();
    if (const auto package = offered(own, name, work); !package.name.empty())
      return fetch(own, package, name, work), name;
  }
  const auto suite = Packages::of_suite(kNewestSuite, work);
  const auto versions = kernel_versions(all_names(suite, work));
  for (const auto& version : versions) {
    if (name != "newest" && version != name) continue;
    if (const auto package = offered(suite, version, work); !package.name.empty())
      return fetch(suite, package, version, work), version;
  }
  throw Unavailable(
      fmt::format("{}: neither this machine's package lists nor {} has such a kernel ({} has {}); are the lists new "
                  "(apt-get update)?",
                  name, kNewestSuite, kNewestSuite, versions.empty() ? "none" : versions.front()));
}

}  // namespace lockstep::kernels
