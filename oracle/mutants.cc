// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutants.h"

#include <fmt/format.h>

#include <map>
#include <string_view>

#include "model/model_of.h"
#include "oracle/mutant_world.h"

namespace lockstep {

namespace {

constexpr int kStrayRuns = 8;  // of each step

constexpr const char* kCallNames[] = {"inc",  "dec_and_test", "store",       "publish", "branch",
                                      "warn", "alloc",        "alloc_named", "free",    "fail"};
static_assert(std::size(kCallNames) == static_cast<size_t>(Call::fail) + 1);
constexpr const char* kChangeNames[] = {"", "skipped", "skipped-as-zero", "doubled", "negated"};

// "put_node" of "lockstep::put_node(W&, N)::<lambda(auto:1&)> [with ...]": a lambda counts to the function around it.
std::string function_of(const Site& site) {
  std::string_view name = site.function;
  name = name.substr(0, name.find('('));
  name = name.substr(0, name.find('<'));
  const auto before = name.find_last_of(": ");
  return std::string(before == std::string_view::npos ? name : name.substr(before + 1));
}

std::string_view file_of(const Site& site) {
  std::string_view file = site.file;
  const auto room = file.rfind("model/");
  return room == std::string_view::npos ? file : file.substr(room);
}

// The machine carries the text and is none of it: it stands for the system call's caller.
bool in_text(const Site& site) { return file_of(site) != "model/machine.h"; }

// A second store of the same value or a second failure changes nothing, and a task's place is taken once.
std::vector<Change> changes_of(const Site& site) {
  using enum Change;
  switch (site.call) {
    case Call::inc:
    case Call::alloc:
    case Call::free:
      return {skipped, doubled};
    case Call::dec_and_test:
      return {skipped, skipped_as_zero, doubled, negated};
    case Call::alloc_named:
    case Call::store:
    case Call::publish:
    case Call::fail:
      return {skipped};
    case Call::branch:
    case Call::warn:
      return {negated};
  }
  return {};
}

}  // namespace

void SiteFinder::run(const Trace& trace) {
  with_machine<MutantWorld>(model_, [&](auto machine) {
    machine.reset(trace.start);
    for (const auto& step : trace.steps) {
      for (int i = 0; i < kStrayRuns; ++i) {
        auto astray = machine;
        astray.world.record(&all_);
        astray.world.stray(++chance_);
        astray.step(step);
      }
      machine.world.record(&reached_);
      machine.step(step);
    }
  });
  all_.insert(reached_.begin(), reached_.end());
}

void SiteFinder::add_reached(const std::set<Site>& sites) {
  reached_.insert(sites.begin(), sites.end());
  all_.insert(sites.begin(), sites.end());
}

std::vector<Mutant> SiteFinder::mutants() const {
  std::vector<Mutant> mutants;
  std::map<std::string, int> ordinals;
  for (const auto& site : all_) {
    if (!in_text(site)) continue;
    const auto call = fmt::format("{} {}", function_of(site), kCallNames[static_cast<size_t>(site.call)]);
    const int ordinal = ++ordinals[call];
    for (auto change : changes_of(site))
      mutants.push_back({.model = model_,
                         .name = fmt::format("{}#{} {}", call, ordinal, kChangeNames[static_cast<size_t>(change)]),
                         .place = fmt::format("{}:{}", file_of(site), site.line),
                         .site = site,
                         .change = change,
                         .reached = reached_.contains(site)});
  }
  return mutants;
}

std::unique_ptr<Model> make_mutant(const Mutant& mutant) {
  return with_machine<MutantWorld>(mutant.model, [&](auto machine) {
    machine.world.mutate(mutant.site, mutant.change);
    return model_of(*find_model(mutant.model), std::move(machine));
  });
}

}  // namespace lockstep
