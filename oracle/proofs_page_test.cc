// SPDX-License-Identifier: GPL-2.0-or-later
// docs/proofs.md shows the properties with their run-time checks. To update the page:
//   LOCKSTEP_UPDATE_DOCS=1 oracle_test --gtest_filter='ProofsPage.*'
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "model/model.h"
#include "oracle/prove_result.h"

namespace lockstep {
namespace {

const std::string kPage = LOCKSTEP_SOURCE_DIR "/docs/proofs.md";

std::string page() {
  std::ifstream in(kPage, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Holds a table against what stands between the marks of this name; or puts it there.
void expect_table(const std::string& name, const std::string& table) {
  auto text = page();
  const auto mark = fmt::format("<!-- made by oracle/proofs_page_test.cc: {} -->\n", name);
  const auto begin = text.find(mark), end = text.find("<!-- end -->\n", begin);
  ASSERT_NE(begin, text.npos) << name;
  ASSERT_NE(end, text.npos) << name;
  const auto inside = begin + mark.size();
  if (std::getenv("LOCKSTEP_UPDATE_DOCS") != nullptr) {
    std::ofstream(kPage) << text.replace(inside, end - inside, table);
    return;
  }
  EXPECT_EQ(text.substr(inside, end - inside), table)
      << kPage << " is behind; update it with\n  LOCKSTEP_UPDATE_DOCS=1 oracle_test --gtest_filter='ProofsPage.*'";
}

TEST(ProofsPage, ShowsThePropertiesAndTheirChecks) {
  std::string table = "| property | says | while something runs |\n|---|---|---|\n";
  for (int i = 0; i < kProperties; ++i) {
    const auto property = static_cast<Property>(i);
    const auto& check = check_of(property);
    table += fmt::format("| `{}` | {} | {} (`{}`, `{}`) |\n", name_of(property), text_of(property), check.text,
                         check.file, check.function);
  }
  expect_table("properties", table);
}

std::string cell_of(const Result& result, Property property) {
  for (const auto& row : result.proofs)
    if (row.property == property) return name_of(row.status);
  return "–";
}

// A line of the table: head, and a cell for each model.
template <class Cell>
std::string line(const std::vector<Result>& results, const std::string& head, Cell cell) {
  auto out = fmt::format("| {} |", head);
  for (const auto& result : results) out += fmt::format(" {} |", cell(result));
  return out + "\n";
}

TEST(ProofsPage, ShowsTheLastRunAndItIsAsExpected) {
  std::vector<std::string> names;
  for (const auto& model : models()) names.push_back(model.name);
  const auto results = prove_results(prove({.models = names, .timeout = std::chrono::minutes(5)}), names);
  auto table = line(results, "property", [](const auto& r) { return "`" + r.model + "`"; });
  table += line(results, "---", [](const auto&) { return "---"; });
  for (int i = 0; i < kProperties; ++i)
    if (const auto property = static_cast<Property>(i); property != Property::linearizable)
      table +=
          line(results, fmt::format("`{}`", name_of(property)), [&](const auto& r) { return cell_of(r, property); });
  table += line(results, "obligations", [](const auto& r) {
    size_t count = r.lemmas.size();
    for (const auto& row : r.proofs) count += row.obligations.size();
    return count;
  });
  table += line(results, "dead ways of branches", [](const auto& r) {
    return std::count_if(r.branches.begin(), r.branches.end(),
                         [](const auto& side) { return side.status == SideStatus::dead; });
  });
  for (const auto& result : results) EXPECT_EQ(exit_code(result), 0) << result.model;
  expect_table("last run", table);
}

}  // namespace
}  // namespace lockstep
