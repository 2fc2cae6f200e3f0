// SPDX-License-Identifier: GPL-2.0-or-later
// Every transition of the models' text stands in the table, and docs/transitions.md shows the table. To update the
// page:
//   LOCKSTEP_UPDATE_DOCS=1 oracle_test --gtest_filter='TransitionsPage.*'
#include "oracle/transitions.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace lockstep {
namespace {

namespace fs = std::filesystem;

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

using Name = std::pair<std::string, std::string>;

// The function templates over a world, in the files that describe mechanisms.
std::set<Name> transitions_of(const std::string& file, const std::string& text) {
  static const std::regex kTransition(R"(template <class W[^>]*>\s+(?:static )?(?:int|void|auto) (\w+)\(W& w)");
  std::set<Name> all;
  for (std::sregex_iterator at(text.begin(), text.end(), kTransition), end; at != end; ++at)
    all.emplace(file, (*at)[1]);
  return all;
}
bool is_mechanism(const std::string& file) {
  return file.starts_with("seccomp") || file.starts_with("v5") || file.starts_with("v6") || file == "rules.h";
}

TEST(Transitions, EachOfTheTextStandsInTheTableAndNoOther) {
  std::set<Name> there, listed;
  for (const auto& entry : fs::directory_iterator(LOCKSTEP_SOURCE_DIR "/model"))
    if (const auto file = entry.path().filename().string(); is_mechanism(file) && file.ends_with(".h"))
      there.merge(transitions_of(file, slurp(entry.path())));
  EXPECT_GE(there.size(), 40u);
  for (const auto& each : restated()) listed.emplace(each.file, each.transition);
  EXPECT_EQ(listed, there);
}

TEST(Transitions, WhatLooksForThemFindsThem) {
  EXPECT_EQ(transitions_of("f", "  template <class W, class Task>\n  static int fork(W& w, Task t) {"),
            (std::set<Name>{{"f", "fork"}}));
  EXPECT_EQ(transitions_of("f", "template <class W, class P>\nvoid put(W& w, P p) {").size(), 1u);
  EXPECT_EQ(transitions_of("f", "template <class View>\nbool contains(const View& view) {").size(), 0u);
}

TEST(Transitions, AFunctionIsReviewedInEveryReleaseAndUsed) {
  std::set<std::string_view> names, used;
  for (const auto& function : reviewed_functions()) {
    EXPECT_TRUE(names.insert(function.name).second) << function.name;
    for (const auto sha256 : function.sha256) {
      EXPECT_EQ(sha256.size(), 64u) << function.name;
      EXPECT_EQ(sha256.find_first_not_of("0123456789abcdef"), sha256.npos) << function.name;
    }
  }
  for (const auto& each : restated()) {
    EXPECT_NE(each.function.empty(), each.place.empty()) << each.transition;
    if (!each.function.empty()) used.insert(each.function);
  }
  EXPECT_EQ(used, names);
}

const std::string kPage = LOCKSTEP_SOURCE_DIR "/docs/transitions.md";
const std::string kBegin = "<!-- made by oracle/transitions_test.cc: begin -->\n";
const std::string kEnd = "<!-- end -->\n";

std::string kernel_table() {
  std::string out = "| transition | kernel function |";
  for (const auto release : kReviewedReleases) out += fmt::format(" SHA-256 in {} |", release);
  out += "\n|---|---|---|---|\n";
  for (const auto& each : restated()) {
    if (each.function.empty()) continue;
    const auto& function = *find_reviewed(each.function);
    out += fmt::format("| `{}` `{}` | `{}` `{}` |", each.file, each.transition, function.file, function.name);
    for (size_t i = 0; i < function.sha256.size(); ++i)
      out += i != 0 && function.sha256[i] == function.sha256[0]
                 ? " the same |"
                 : fmt::format(" `{}…` |", function.sha256[i].substr(0, 16));
    out += "\n";
  }
  return out;
}

std::string design_table() {
  std::string out = "\n| transition | section, and what of it |\n|---|---|\n";
  for (const auto& each : restated())
    if (each.function.empty()) out += fmt::format("| `{}` `{}` | {} |\n", each.file, each.transition, each.place);
  return out;
}

TEST(TransitionsPage, ShowsTheTables) {
  auto text = slurp(kPage);
  const auto begin = text.find(kBegin), end = text.find(kEnd);
  ASSERT_NE(begin, text.npos) << kPage;
  ASSERT_NE(end, text.npos) << kPage;
  const auto inside = begin + kBegin.size();
  const auto tables = kernel_table() + design_table();
  if (std::getenv("LOCKSTEP_UPDATE_DOCS") != nullptr) {
    std::ofstream(kPage) << text.replace(inside, end - inside, tables);
    return;
  }
  EXPECT_EQ(text.substr(inside, end - inside), tables)
      << kPage << " is behind oracle/transitions.cc; update it with\n"
      << "  LOCKSTEP_UPDATE_DOCS=1 oracle_test --gtest_filter='TransitionsPage.*'";
}

}  // namespace
}  // namespace lockstep
