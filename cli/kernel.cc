// SPDX-License-Identifier: GPL-2.0-or-later
// kernel fetch, build, list: the kernels that vm: targets boot.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "harness/kernels.h"
#include "harness/kernels/build.h"
#include "harness/kernels/fetch.h"
#include "model/trace_error.h"

namespace lockstep::cli {

namespace {

using kernels::Flavour;
using kernels::Work;

// A change of what is done gets a line of its own; numbers that only grow are shown now and then.
Work work_of(Progress& progress, const std::string& what) {
  auto last = std::make_shared<std::string>();
  return {.say =
              [&progress, what, last](const std::string& state) {
                const auto kind = state.substr(0, state.find(':'));
                if (kind != *last) fmt::print(stderr, "{}: {}\n", what, kind);
                *last = kind;
                if (kind != state) progress.show(state);
              },
          .stop = interrupted};
}

int show(const std::string& name, const char* how) {
  const auto image = find_kernel(name);
  if (!image) throw Unavailable(fmt::format("{}: somebody has taken it out of the cache; try again", name));
  fmt::print("{:<20} {}: {}, {}\n", name, how, image->release, image->image.string());
  return kOk;
}

// Throws Interrupted for a piece of work that was stopped.
template <class F>
auto finished(F&& work) {
  try {
    return work();
  } catch (const kernels::Stopped&) {
    throw_if_interrupted();
    throw;
  } catch (const std::filesystem::filesystem_error& error) {
    throw Unavailable(fmt::format("{}; is there room on the disk?", error.what()));
  }
}

int fetch(const std::string& name) {
  if (name != "newest" && !kernels::is_version(name))
    throw UsageError(
        fmt::format("{}: a kernel to fetch is named by its version, like 6.12, or newest", lockstep::quoted(name)));
  Progress progress("kernel " + name);
  const auto fetched = finished([&] { return kernels::fetch_kernel(name, work_of(progress, "kernel " + name)); });
  return show(fetched, "in the cache");
}

int build(const std::string& name, const std::string& flavour_name) {
  const auto flavour = flavour_name == "fast" ? Flavour::fast : Flavour::sanitizers;
  Progress progress("kernel " + name);
  const auto built = finished([&] { return kernels::build_kernel(flavour, work_of(progress, "kernel " + name)); });
  const auto* suffix = flavour == Flavour::fast ? "" : "@sanitizers";
  for (const auto* design : {"v5", "v5-intended", "v6"})
    show(std::string(design) + suffix, built.made ? "built" : "in the cache");
  return kOk;
}

int list() {
  for (const auto& kernel : list_kernels()) fmt::print("{:<22} {}\n", kernel.name, kernel.status);
  fmt::print("{:<22} {}\n", "newest", "whatever sid has, under its version: lockstep kernel fetch newest");
  return kOk;
}

}  // namespace

void add_kernel(CLI::App& app, int& exit_code) {
  auto* sub = app.add_subcommand("kernel", "the kernels that vm: targets boot: fetch, build and list them");
  sub->require_subcommand(1);
  sub->footer("Example: lockstep kernel list");

  auto name = std::make_shared<std::string>(), flavour = std::make_shared<std::string>("fast");
  auto* fetched = sub->add_subcommand("fetch", "one of Debian's, unpacked into the cache; nothing is installed");
  fetched->footer("Example: lockstep kernel fetch 6.12");
  fetched->add_option("NAME", *name, "its version, or newest: what sid has")->required();
  fetched->callback([name, &exit_code] { exit_code = fetch(*name); });

  auto* built = sub->add_subcommand("build", "Linux 6.1 with the designs v5, v5-intended and v6: minutes, once");
  built->footer("Example: lockstep kernel build v5 --flavour sanitizers");
  built->add_option("NAME", *name, "any of the three: one kernel has them all")
      ->required()
      ->check(CLI::IsMember({"v5", "v5-intended", "v6"}));
  built->add_option("--flavour", *flavour, "fast, or sanitizers: KASAN, kmemleak, fault injection, KCOV")
      ->check(CLI::IsMember({"fast", "sanitizers"}))
      ->capture_default_str();
  built->callback([name, flavour, &exit_code] { exit_code = build(*name, *flavour); });

  auto* listed = sub->add_subcommand("list", "which there are, and what puts the others into the cache");
  listed->footer("Example: lockstep kernel list");
  listed->callback([&exit_code] { exit_code = list(); });
}

}  // namespace lockstep::cli
