// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/build.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>
#include <thread>

#include "harness/kernels/cache.h"
#include "harness/kernels/config.h"
#include "harness/kernels/insertions.h"
#include "harness/kernels/packages.h"
#include "model/target.h"

namespace lockstep::kernels {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSource = "linux-source-6.1";

// A program, and the package that has it.
constexpr std::pair<const char*, const char*> kTools[] = {
    {"gcc", "gcc"},       {"make", "make"},   {"ld", "binutils"}, {"flex", "flex"}, {"bison", "bison"}, {"bc", "bc"},
    {"pahole", "pahole"}, {"xz", "xz-utils"}, {"tar", "tar"},     {"perl", "perl"}, {"apt-get", "apt"},
};

bool is_here(const std::string& tool, const Work& work) {
  return run({{"sh", "-c", "command -v \"$0\"", tool}}, work).code == 0;
}

std::string compiler(const Work& work) {
  const auto ended = run({{"gcc", "--version"}}, work);
  return ended.output.substr(0, ended.output.find('\n'));
}

// What decides about the image beside our own files. Without package lists it is whatever the cache has.
std::string inputs(const Package& source, const Work& work) {
  return fmt::format("{}\n{}\n", source.text(), compiler(work));
}

void require_tools(const Work& work) {
  const auto missing = missing_for_build(work);
  if (!missing.empty())
    throw Unavailable(fmt::format("packages that a kernel build needs are missing; as root: apt-get install {}",
                                  fmt::join(missing, " ")));
}

fs::path unpack_source(const Package& source, const fs::path& folder, const Work& work) {
  Packages::own().unpack(source, folder / "package", work);
  const auto archive = folder / "package/usr/src" / fmt::format("{}.tar.xz", kSource);
  require_success(run({{"tar", "-C", folder, "-xf", archive}}, work), archive.filename(), "is there room on the disk?");
  fs::remove_all(folder / "package");
  return folder / kSource;
}

std::vector<std::string> make(std::vector<std::string> targets) {
  // The same inputs make the same image, whoever builds it where and when.
  std::vector<std::string> words = {"make", "KBUILD_BUILD_USER=lockstep", "KBUILD_BUILD_HOST=lockstep",
                                    "KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970"};
  words.insert(words.end(), targets.begin(), targets.end());
  return words;
}

void configure(const fs::path& tree, Flavour flavour, const Work& work) {
  const auto wanted = config_fragment(flavour);
  work.say("configuring");
  write_file(tree / "lockstep.config", fragment_for_kconfig(wanted));
  require_success(run({.words = make({"KCONFIG_ALLCONFIG=lockstep.config", "allnoconfig"}), .folder = tree}, work),
                  "the kernel's configuration", "please report that");
  const auto dropped = dropped_options(wanted, read_file(tree / ".config"));
  if (!dropped.empty())
    throw Unavailable(
        fmt::format("the kernel's configuration left out {}; do this source, this compiler and pahole have it?",
                    fmt::join(dropped, ", ")));
}

void compile(const fs::path& tree, const Work& work) {
  int files = 0;
  const auto jobs = std::max(1U, std::thread::hardware_concurrency());
  const auto line = [&](const std::string& text) {
    if (text.starts_with("  CC ")) work.say(fmt::format("compiling: {} files", ++files));
    if (text.starts_with("  LD ") && text.ends_with("vmlinux.o")) work.say("linking, and writing down its types");
  };
  const auto ended = run({.words = make({fmt::format("-j{}", jobs), "bzImage"}), .folder = tree, .line = line}, work);
  if (ended.code == 0) return;
  const auto log = kernels_folder() / "build.log";
  write_file(log, ended.output);
  require_success(ended, "the kernel's build failed", fmt::format("its output is in {}", log.string()));
}

// What is kept of a build.
void collect(const fs::path& tree, const fs::path& made, Flavour flavour) {
  fs::create_directory(made);
  fs::copy_file(tree / "arch/x86/boot/bzImage", made / "bzImage");
  fs::copy_file(tree / ".config", made / "config");
  // Turns addresses from KCOV and reports into lines.
  if (flavour == Flavour::sanitizers) fs::copy_file(tree / "vmlinux", made / "vmlinux");
}

}  // namespace

std::vector<std::string> missing_for_build(const Work& work) {
  std::vector<std::string> missing;
  for (const auto& [tool, package] : kTools)
    if (!is_here(tool, work)) missing.emplace_back(package);
  if (run({{"gcc", "-E", "-include", "gelf.h", "-x", "c", "/dev/null"}}, work).code != 0)
    missing.emplace_back("libelf-dev");
  return missing;
}

std::string built_name(Flavour flavour) {
  return fmt::format("v5-{}-{}", name_of(flavour), source_key(source_files(), flavour));
}

void add_sources(const fs::path& tree) {
  const auto ours = tree / "security/lockstep";
  fs::create_directory(ours);
  for (const auto& file : source_files()) {
    const auto name = fs::path(file.name).filename();
    const bool is_code = name.extension() == ".c" || name.extension() == ".h";
    if (name == "lockstep.h")
      write_file(tree / "include/linux" / name, std::string(file.text));
    else if (is_code || name == "Makefile" || name == "Kconfig")
      write_file(ours / name, std::string(file.text));
  }
  insert_all(parse_insertions(source_text("linux/insertions")), tree);
}

Built build_kernel(Flavour flavour, const Work& work) {
  const auto name = built_name(flavour);
  require_tools(work);
  const Package source{kSource, Packages::own().candidate(kSource, work)};
  const auto made_from = inputs(source, work);
  const auto is_there = [&] {
    const auto there = read_file(kernels_folder() / name / "made-from");
    return source.version.empty() ? !there.empty() : there == made_from;
  };
  if (is_there()) return {};
  if (source.version.empty())
    throw Unavailable(
        fmt::format("{}: this machine's package lists do not have it; as root, on Debian 12: apt-get update", kSource));
  Workshop workshop(work);
  if (is_there()) return {};  // another process was faster
  const auto tree = unpack_source(source, workshop.folder(), work);
  work.say("adding our files");
  try {
    add_sources(tree);
  } catch (const InsertionError& error) {
    throw Unavailable(fmt::format("{} {} is not what this program knows: {}; please report that", kSource,
                                  source.version, error.what()));
  }
  configure(tree, flavour, work);
  compile(tree, work);
  collect(tree, workshop.folder() / "made", flavour);
  workshop.publish(workshop.folder() / "made", name, made_from);
  return {.made = true};
}

}  // namespace lockstep::kernels
