// SPDX-License-Identifier: GPL-2.0-or-later
// A mutation run as tests, JUnit XML and KTAP: a suite for each model, a test for each mutant.
#include <fmt/format.h>

#include "reports/markup.h"
#include "reports/mutant_report.h"
#include "reports/run.h"
#include "reports/writers.h"

namespace lockstep {

namespace {

enum class TestEnd : uint8_t { passed, expected, skipped, failed, error };

TestEnd end_of(const MutantMatrix& matrix, const MutantRow& row) {
  switch (row.fate) {
    case Fate::killed:
    case Fate::equivalent:
      return TestEnd::passed;
    case Fate::known_hole:
      return TestEnd::expected;
    case Fate::unreached:
      return TestEnd::skipped;
    case Fate::hole:
      return matrix.full_search ? TestEnd::failed : TestEnd::error;
    case Fate::unproved:
      return TestEnd::error;
    case Fate::excuse_refuted:
      break;
  }
  return TestEnd::failed;
}

std::string told(const MutantMatrix& matrix, const MutantRow& row) {
  std::string text = std::string(name_of(row.fate)) + " (" + row.mutant.place + ")";
  if (!row.argument.empty()) text += fmt::format(": {}", row.argument);
  for (const auto& words : proofs_say(matrix, row)) text += "; " + words;
  if (row.fate == Fate::hole && !matrix.full_search) text += ": the search was cut down; a whole one may kill it";
  return text;
}

// What stands for the mutants that are missing: nothing can be concluded.
std::string unfinished(const MutantMatrix& matrix) {
  if (matrix.interrupted) return "interrupted: mutants are missing";
  return matrix.rows.empty() ? "there are no mutants" : "";
}

std::string junit_case(const std::string& model, const std::string& name, const std::string& inside) {
  return fmt::format("    <testcase classname=\"mutants.{}\" name=\"{}\">\n      {}\n    </testcase>\n",
                     markup_attribute(model), markup_attribute(name), inside);
}

std::string junit_inside(TestEnd end, const std::string& text) {
  const auto* name = end == TestEnd::failed ? "failure" : end == TestEnd::error ? "error" : "skipped";
  if (end == TestEnd::passed || end == TestEnd::expected)
    return fmt::format("<system-out>{}</system-out>", markup_text(text));
  return fmt::format("<{} message=\"{}\"/>", name, markup_attribute(text));
}

std::string junit_suite(const MutantMatrix& matrix, const RenderOptions& options) {
  std::string cases, properties;
  size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  const auto add = [&](TestEnd end, const std::string& name, const std::string& text) {
    cases += junit_case(matrix.model, name, junit_inside(end, text));
    ++tests;
    failures += end == TestEnd::failed, errors += end == TestEnd::error, skipped += end == TestEnd::skipped;
  };
  for (const auto& row : matrix.rows) add(end_of(matrix, row), row.mutant.name, told(matrix, row));
  if (const auto why = unfinished(matrix); !why.empty()) add(TestEnd::error, "all mutants", why);
  std::vector<Named> named = {{"verdict", verdict_line(std::span(&matrix, 1))}};
  if (options.run != nullptr)
    for (const auto& each : named_of(*options.run)) named.push_back(each);
  for (const auto& [name, value] : named)
    properties +=
        fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", markup_attribute(name), markup_attribute(value));
  return fmt::format(
      "  <testsuite name=\"mutants.{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n"
      "    <properties>\n{}    </properties>\n{}  </testsuite>\n",
      markup_attribute(matrix.model), tests, failures, errors, skipped, matrix.seconds, properties, cases);
}

}  // namespace

std::string mutant_junit(std::span<const MutantMatrix> matrices, const RenderOptions& options) {
  std::string suites;
  for (const auto& matrix : matrices) suites += junit_suite(matrix, options);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lockstep\">\n" + suites + "</testsuites>\n";
}

std::string mutant_ktap(std::span<const MutantMatrix> matrices) {
  std::string lines;
  int number = 0;
  const auto add = [&](TestEnd end, const std::string& name, const std::string& text) {
    constexpr const char* kDirectives[] = {"", "XFAIL ", "SKIP ", "", "ERROR "};
    const std::string directive = kDirectives[static_cast<size_t>(end)];
    lines += ktap_line(end != TestEnd::failed && end != TestEnd::error, ++number, name,
                       directive.empty() ? "" : directive + text);
  };
  for (const auto& matrix : matrices) {
    for (const auto& row : matrix.rows)
      add(end_of(matrix, row), "mutants " + matrix.model + " " + row.mutant.name, told(matrix, row));
    if (const auto why = unfinished(matrix); !why.empty()) add(TestEnd::error, "mutants " + matrix.model, why);
  }
  return fmt::format("KTAP version 1\n1..{}\n{}# {}\n", number, lines, verdict_line(matrices));
}

}  // namespace lockstep
