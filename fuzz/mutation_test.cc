// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/mutation.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "fuzz/generate.h"
#include "harness/sim.h"
#include "harness/spec.h"
#include "oracle/mutant_excuses.h"
#include "oracle/mutant_explorer.h"

namespace lockstep {
namespace {

constexpr uint64_t kTraces = 300;

Detector against_the_model() {
  return {"fuzz", [](const Mutant& mutant) {
            auto target = make_spec(make_mutant(mutant));
            return fuzz_mutant({.model = mutant.model, .traces = kTraces}, *target, make_model(mutant.model));
          }};
}
Detector against_our_c(const std::string& sim) {
  std::shared_ptr<Target> target = make_sim(sim);
  return {"sim", [target](const Mutant& mutant) {
            return fuzz_mutant({.model = mutant.model, .traces = kTraces}, *target, make_mutant(mutant));
          }};
}
Detector in_every_state(const std::string& model) {
  const auto explorer = std::make_shared<MutantExplorer>(model);
  return {"explore", [explorer](const Mutant& mutant) { return explorer->run(mutant); }};
}
std::optional<Kill> kill_of(const MutantMatrix& matrix, const std::string& name, size_t detector) {
  for (const auto& row : matrix.rows)
    if (row.mutant.name == name) return row.trials[detector]->kill;
  ADD_FAILURE() << "no mutant " << name;
  return {};
}

TEST(Mutation, WithoutOneAModelIsItself) {
  for (const auto& info : models()) {
    auto target = make_spec(make_mutant({.model = info.name}));
    const auto run = fuzz({.model = info.name, .traces = 200}, *target).result;
    EXPECT_EQ(run.verdict(), Verdict::conforms) << info.name;
    EXPECT_GT(run.steps, 2000u);
  }
}

struct Size {
  const char* model;
  size_t sites, reached, mutants;
};
// What the transition texts have. A new call in a text changes a line here, and that is what the line is for.
constexpr Size kSizes[] = {
    {"v5-intended", 69, 69, 91},   {"v5-new-hierarchy", 70, 70, 92}, {"v5-posted", 90, 69, 114},
    {"v6-posted", 62, 62, 80},     {"seccomp", 59, 59, 75},          {"seccomp@6.1", 59, 59, 75},
    {"seccomp-nodes", 75, 75, 97},
};

// Held against the letters of the texts too: what nobody ran would not be found by running.
TEST(Mutation, FindsEachCallOfATextByItself) {
  ASSERT_EQ(std::size(kSizes), models().size());
  std::set<Site> everywhere;
  std::map<std::string, int> found;  // calls by place
  for (const auto& size : kSizes) {
    const auto mutants = find_mutants(size.model, 1).mutants;
    std::set<Site> sites, reached;
    std::set<std::string> names;
    for (const auto& mutant : mutants) {
      sites.insert(mutant.site);
      if (mutant.reached) reached.insert(mutant.site);
      names.insert(mutant.full_name());
      if (everywhere.insert(mutant.site).second) ++found[mutant.place];
    }
    EXPECT_EQ(sites.size(), size.sites) << size.model;
    EXPECT_EQ(reached.size(), size.reached) << size.model;
    EXPECT_EQ(mutants.size(), size.mutants) << size.model;
    EXPECT_EQ(names.size(), mutants.size()) << size.model << ": two mutants share a name";
  }
  const std::regex call(
      R"(\bw\.(template )?(inc|dec_and_test|store|publish|branch|warn|alloc|alloc_named|free|fail)\b)");
  for (const auto* file :
       {"rules.h", "v5.h", "v5_intended.h", "v5_posted.h", "v6_posted.h", "seccomp.h", "seccomp_nodes.h"}) {
    std::ifstream in(std::string(LOCKSTEP_SOURCE_DIR "/model/") + file);
    ASSERT_TRUE(in) << file;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      const auto calls = std::distance(std::sregex_iterator(line.begin(), line.end(), call), std::sregex_iterator());
      const auto place = "model/" + std::string(file) + ":" + std::to_string(++number);
      EXPECT_EQ(found[place], calls) << place << ": " << line;
    }
  }
}

// The table of excuses cannot rot: each is of a mutant that there is, and that is not killed.
TEST(Mutation, EveryFaultIsKilledAndEveryExcuseIsNeeded) {
  size_t used = 0, listed = 0;
  for (const auto& excuse : excuses())
    listed += 1 + static_cast<size_t>(std::count(excuse.models.begin(), excuse.models.end(), ' '));
  for (const auto& model : models()) {
    const auto matrix = run_mutants({.model = model.name, .jobs = 2}, [&] {
      return std::vector{against_the_model(), in_every_state(model.name)};
    });
    EXPECT_EQ(matrix.verdict(), Verdict::conforms) << model.name;
    for (const auto& row : matrix.rows) {
      EXPECT_TRUE(row.fate != Fate::hole && row.fate != Fate::excuse_refuted)
          << row.mutant.full_name() << ": " << name_of(row.fate);
      used += row.fate == Fate::equivalent || row.fate == Fate::known_hole;
    }
  }
  EXPECT_EQ(used, listed) << "an excuse names a model or a mutant that there is not";
}

TEST(Mutation, OurCodeInCNoticesThemToo) {
  const auto matrix = run_mutants({.model = "v6-posted"}, [] { return std::vector{against_our_c("v6")}; });
  EXPECT_EQ(matrix.count(Fate::equivalent), 1u);
  EXPECT_EQ(matrix.killed(), matrix.rows.size() - 1);
}

// It has nothing to compare with: what breaks no property it cannot see.
TEST(Mutation, TheExplorerNoticesWhatBreaksAProperty) {
  const auto matrix = run_mutants({.model = "v6-posted"}, [] { return std::vector{in_every_state("v6-posted")}; });
  for (const auto& row : matrix.rows)
    if (const auto& kill = row.trials[0]->kill) {
      EXPECT_TRUE(find_property(kill->property)) << row.mutant.name;
    }
  // A reference that the fork does not take. This very property the model breaks too, later.
  EXPECT_EQ(kill_of(matrix, "fork inc#1 skipped", 0)->property, "refcount-exact");
  EXPECT_EQ(kill_of(matrix, "fork inc#1 skipped", 0)->length, 2u);
  // EPERM where there was none harms nobody's view.
  EXPECT_FALSE(kill_of(matrix, "enter_append branch#1 negated", 0));
}

TEST(Mutation, WhoNeverNoticesLeavesHoles) {
  const auto matrix = run_mutants({.model = "seccomp"}, [] {
    return std::vector<Detector>{{"blind", [](const Mutant&) { return Trial{.steps = 1}; }}, {"none", {}}};
  });
  EXPECT_GT(matrix.rows.size(), 50u);
  EXPECT_EQ(matrix.count(Fate::hole), matrix.rows.size());
  EXPECT_EQ(matrix.verdict(), Verdict::diverges);
  EXPECT_EQ(matrix.steps(), matrix.rows.size());
  EXPECT_FALSE(matrix.rows[0].trials[1].has_value());
}

TEST(Mutation, WhatADetectorThrowsEndsTheRun) {
  auto make = [] {
    return std::vector<Detector>{{"broken", [](const Mutant&) -> Trial { throw std::runtime_error("broken"); }}};
  };
  EXPECT_THROW(run_mutants({.model = "seccomp", .jobs = 3}, make), std::runtime_error);
}

TEST(Mutation, AStoppedRunKeepsWhatIsDone) {
  std::atomic<int> asked = 0;
  const auto matrix = run_mutants({.model = "seccomp", .stop = [&] { return ++asked > 11; }},
                                  [] { return std::vector{against_the_model()}; });
  EXPECT_TRUE(matrix.interrupted);
  EXPECT_EQ(matrix.rows.size(), 5u);  // asked before and after each
  EXPECT_EQ(matrix.verdict(), Verdict::inconclusive);
}

}  // namespace
}  // namespace lockstep
