// SPDX-License-Identifier: GPL-2.0-or-later
// Results as JUnit XML: a suite for each job, a case for each pair of model and target and for each find.
#include <fmt/format.h>

#include "reports/command.h"
#include "reports/conclusion.h"
#include "reports/markup.h"
#include "reports/plain_text.h"
#include "reports/proof_words.h"
#include "reports/writers.h"

namespace lockstep {

namespace {

struct Suite {
  std::string job;
  std::string cases, properties;
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;
};

std::string element(const char* name, const std::string& message, const std::string& body) {
  return fmt::format("      <{0} message=\"{1}\">{2}</{0}>\n", name, markup_attribute(message), markup_text(body));
}

void add_case(Suite& suite, const std::string& name, double seconds, const std::string& inside) {
  suite.cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", markup_attribute(suite.job),
                             markup_attribute(name), seconds);
  suite.cases += inside.empty() ? "/>\n" : ">\n" + inside + "    </testcase>\n";
  ++suite.tests;
}

void add_result(Suite& suite, const Result& r) {
  std::string inside, lines;
  for (const auto& line : warnings_of(r)) lines += line + "\n";
  switch (conclusion_of(r)) {
    case Conclusion::passed:
      break;
    case Conclusion::failed:
      inside = element("failure", reason_of(r), lines);
      ++suite.failures;
      break;
    case Conclusion::skipped:
      inside = element("skipped", reason_of(r), "");
      ++suite.skipped;
      break;
    case Conclusion::inconclusive:
      inside = element("error", reason_of(r), lines);
      ++suite.errors;
      break;
  }
  for (const auto& note : r.notes) lines += "note: " + note + "\n";
  inside += fmt::format("      <system-out>{}</system-out>\n", markup_text(lines + verdict_line(r) + "\n"));
  add_case(suite, pair_of(r), r.seconds, inside);
}

// Its name stays the same from night to night: the cause, not the seed.
void add_find(Suite& suite, const Find& find, const Result& r) {
  const auto& d = find.divergence;
  const std::string told = fmt::format("{}\n\n{}\nreproduce: {}\n", d.text, steps_of(find), reproduce_command(find, r));
  const std::string name = fmt::format("{}: {}{}", pair_of(r), d.cause, has_file(find) ? " (" + find.name + ")" : "");
  const std::string message =
      fmt::format("{} at step {}{}: {}", d.property, d.step, find.flaky() ? ", flaky" : "", d.text);
  if (!find.expected) ++suite.failures;
  add_case(suite, name, 0,
           find.expected ? fmt::format("      <system-out>{}</system-out>\n", markup_text("expected: " + told))
                         : element("failure", message, told));
}

void add_proof(Suite& suite, const ProofRow& row, const Result& r) {
  const auto verdict = verdict_of(row, r.branches);
  const auto told = outcome_words(row, verdict) + (row.scope.empty() ? "" : " (" + row.scope + ")") + ": " + row.reason;
  std::string inside = fmt::format("      <system-out>{}</system-out>\n", markup_text(told));
  if (verdict == RowVerdict::unexpected) inside = element("failure", told, ""), ++suite.failures;
  if (verdict == RowVerdict::undecided) inside = element("error", told, ""), ++suite.errors;
  if (verdict == RowVerdict::not_applicable) inside = element("skipped", told, ""), ++suite.skipped;
  add_case(suite, fmt::format("{}: {}", pair_of(r), name_of(row.property)), row.seconds, inside);
}

std::string property(const std::string& name, const std::string& value) {
  return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", markup_attribute(name), markup_attribute(value));
}

Suite& suite_of(std::vector<Suite>& suites, const Result& r) {
  const std::string job = r.job.empty() ? "run" : r.job;
  for (auto& suite : suites)
    if (suite.job == job) return suite;
  suites.push_back({.job = job});
  return suites.back();
}

std::string counts_of(const Suite& s) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"", s.tests, s.failures,
                     s.errors, s.skipped, s.seconds);
}

}  // namespace

std::string write_junit(std::span<const Result> results, const RenderOptions& options) {
  std::vector<Suite> suites;
  Suite total;
  for (const auto& r : results) {
    auto& suite = suite_of(suites, r);
    suite.seconds += r.seconds;
    suite.properties += property("verdict", verdict_line(r));
    add_result(suite, r);
    for (const auto& row : r.proofs) add_proof(suite, row, r);
    for (const auto& find : r.finds) add_find(suite, find, r);
  }
  std::string body, provenance;
  if (options.run != nullptr)
    for (const auto& [name, value] : named_of(*options.run)) provenance += property(name, value);
  for (const auto& s : suites) {
    body += fmt::format("  <testsuite name=\"{}\" {}>\n    <properties>\n", markup_attribute(s.job), counts_of(s));
    body += provenance + s.properties + "    </properties>\n" + s.cases + "  </testsuite>\n";
    total.tests += s.tests, total.failures += s.failures, total.errors += s.errors, total.skipped += s.skipped;
    total.seconds += s.seconds;
  }
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lockstep\" {}>\n{}</testsuites>\n",
                     counts_of(total), body);
}

}  // namespace lockstep
