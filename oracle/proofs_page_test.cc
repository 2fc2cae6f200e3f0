// SPDX-License-Identifier: GPL-2.0-or-later
// docs/proofs.md shows the properties with their run-time checks. To update the page:
//   LOCKSTEP_UPDATE_DOCS=1 oracle_test --gtest_filter='ProofsPage.*'
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "oracle/property.h"

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

}  // namespace
}  // namespace lockstep
