// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/kernel_source.h"

#include <fmt/format.h>

#include <set>

#include "harness/kernels/cache.h"
#include "harness/kernels/packages.h"
#include "model/target.h"
#include "oracle/transitions.h"

namespace lockstep::cli {

namespace fs = std::filesystem;

std::filesystem::path sources_folder() { return kernels::cache_folder() / "sources"; }

std::filesystem::path fetch_source(const std::string& version, const kernels::Work& work) {
  const auto packages = kernels::Packages::own();
  kernels::Package package{"linux-source-" + version, ""};
  package.version = packages.candidate(package.name, work);
  if (package.version.empty())
    throw Unavailable(fmt::format("{}: not in this machine's package lists; run apt-get update, or name a source tree",
                                  package.name));
  const auto place = sources_folder() / version;
  if (kernels::read_file(place / "made-from") == package.text() + "\n") return place;
  const kernels::Workshop workshop(work);
  packages.unpack(package, workshop.folder() / "package", work);
  std::vector<std::string> words{"tar", "-C", workshop.folder(), "-xf",
                                 workshop.folder() / "package/usr/src" / (package.name + ".tar.xz")};
  std::set<std::string> files{"Makefile"};
  for (const auto& function : reviewed_functions()) files.emplace(function.file);
  for (const auto& file : files) words.push_back(package.name + "/" + file);
  require_success(kernels::run({words}, work), package.name, "is there room on the disk?");
  const auto tree = workshop.folder() / package.name;
  kernels::write_file(tree / "made-from", package.text() + "\n");
  fs::create_directories(sources_folder());
  fs::remove_all(place);
  fs::rename(tree, place);
  return place;
}

}  // namespace lockstep::cli
