// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/packages.h"

#include <fmt/format.h>

#include <sstream>

#include "harness/kernels/cache.h"
#include "model/target.h"

namespace lockstep::kernels {

namespace fs = std::filesystem;

namespace {

// An error of apt or tar, or else whatever was said last.
std::string last_word(const std::string& output) {
  std::istringstream in(output);
  std::string last, error;
  for (std::string line; std::getline(in, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
    if (line.starts_with("E: ") || line.find("error:") != std::string::npos) error = line;
  }
  return error.empty() ? last : error;
}

}  // namespace

void require_success(const Ended& ended, const std::string& what, const std::string& remedy) {
  if (ended.code == 0) return;
  const auto why = ended.code == 127 ? "a program that this needs is missing" : last_word(ended.output);
  throw Unavailable(fmt::format("{}: {}; {}", what, why, remedy));
}

std::string debian_mirror(const std::string& targets) {
  std::istringstream in(targets);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string origin, label, uri;
    if (words >> origin >> label >> uri && origin == "Debian" && label == "Debian") return uri;
  }
  return "";
}

// The download runs as whoever we are: the folder need not be open to apt's own user.
Packages Packages::own() { return Packages({"-o", "APT::Sandbox::User=root"}); }

Packages Packages::of_suite(const std::string& suite, const Work& work) {
  const auto targets = run({{"apt-get", "indextargets", "--format", kTargetFormat, "Created-By: Packages"}}, work);
  const auto mirror = debian_mirror(targets.output);
  if (mirror.empty())
    throw Unavailable("this machine's apt knows no Debian mirror; as root: apt-get update, on a Debian system");
  const auto folder = cache_folder() / "apt" / suite;
  std::error_code error;
  for (const auto* name : {"lists/partial", "cache/archives/partial"}) fs::create_directories(folder / name, error);
  write_file(folder / "sources.list", fmt::format("deb {} {} main\n", mirror, suite));
  auto packages = own();
  for (const auto& [name, value] : {std::pair{"Dir::Etc::sourcelist", folder / "sources.list"},
                                    {"Dir::Etc::sourceparts", "-"},
                                    {"Dir::Etc::preferences", "-"},
                                    {"Dir::Etc::preferencesparts", "-"},
                                    {"Dir::State::lists", folder / "lists"},
                                    {"Dir::Cache", folder / "cache"}})
    packages.options_.insert(packages.options_.end(), {"-o", fmt::format("{}={}", name, value.string())});
  work.say(fmt::format("reading the package lists of {}", suite));
  require_success(run({packages.command({"apt-get", "update", "--error-on=any"})}, work),
                  "the package lists of " + suite, "is there a network?");
  return packages;
}

std::vector<std::string> Packages::command(std::vector<std::string> words) const {
  words.insert(words.begin() + 1, options_.begin(), options_.end());
  return words;
}

std::vector<std::string> Packages::names(const std::string& prefix, const Work& work) const {
  std::istringstream in(run({command({"apt-cache", "pkgnames", prefix})}, work).output);
  std::vector<std::string> names;
  for (std::string name; std::getline(in, name);) names.push_back(name);
  return names;
}

std::string Packages::candidate(const std::string& name, const Work& work) const {
  std::istringstream in(run({command({"apt-cache", "policy", name})}, work).output);
  for (std::string word; in >> word;)
    if (word == "Candidate:" && in >> word) return word == "(none)" ? "" : word;
  return "";
}

void Packages::unpack(const Package& package, const fs::path& folder, const Work& work) const {
  const auto download = fs::path(folder).concat(".deb");
  fs::create_directories(download);
  work.say("downloading " + package.text());
  require_success(
      run({.words = command({"apt-get", "download", package.name + "=" + package.version}), .folder = download}, work),
      package.text(), "is there a network, and are the package lists new (apt-get update)?");
  work.say("unpacking " + package.text());
  for (const auto& file : fs::directory_iterator(download))
    require_success(run({{"dpkg-deb", "-x", file.path(), folder}}, work), package.text(), "is there room on the disk?");
  fs::remove_all(download);
}

}  // namespace lockstep::kernels
