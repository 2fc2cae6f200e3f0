// SPDX-License-Identifier: GPL-2.0-or-later
// Results as KTAP, version 1 (Documentation/dev-tools/ktap.rst of the kernel): a test for each result and each find.
#include <fmt/format.h>

#include "model/utf8.h"
#include "reports/command.h"
#include "reports/conclusion.h"
#include "reports/plain_text.h"
#include "reports/proof_words.h"
#include "reports/writers.h"

namespace lockstep {

namespace {

// A description ends at the first '#'; the kernel's own parser knows no escape for it.
std::string description(const std::string& text) {
  std::string out;
  for (const char c : shown(text)) out += c == '#' ? std::string("\\x23") : std::string(1, c);
  return out;
}

std::string diagnostics(const std::string& text) {
  std::string out;
  for (const auto& line : lines_of(text)) out += line.empty() ? "#\n" : "# " + shown(line) + "\n";
  return out;
}

}  // namespace

std::string ktap_line(bool ok, int number, const std::string& what, const std::string& directive) {
  return fmt::format("{} {} {}{}\n", ok ? "ok" : "not ok", number, description(what),
                     directive.empty() ? "" : " # " + shown(directive));
}

namespace {

class Ktap {
 public:
  void test(bool ok, const std::string& what, const std::string& directive, const std::string& told) {
    tests_ += diagnostics(told);
    tests_ += ktap_line(ok, ++count_, what, directive);
  }
  void result(const Result& r) {
    std::string told, directive;
    for (const auto& warning : warnings_of(r)) told += warning + "\n";
    for (const auto& note : r.notes) told += "note: " + note + "\n";
    const auto conclusion = conclusion_of(r);
    if (conclusion == Conclusion::skipped) directive = "SKIP " + reason_of(r);
    if (conclusion == Conclusion::inconclusive) directive = "ERROR " + reason_of(r);
    const bool ok = conclusion == Conclusion::passed || conclusion == Conclusion::skipped;
    test(ok, fmt::format("{} {}", r.job, pair_of(r)), directive, told + verdict_line(r));
    for (const auto& row : r.proofs) proof(row, r);
    for (const auto& each : r.finds) find(each, r);
  }
  std::string end() const { return fmt::format("KTAP version 1\n1..{}\n{}", count_, tests_); }

 private:
  void proof(const ProofRow& row, const Result& r) {
    const auto verdict = verdict_of(row, r.branches);
    const auto told =
        outcome_words(row, verdict) + (row.scope.empty() ? "" : " (" + row.scope + ")") + ": " + row.reason;
    const char* directives[] = {row.status == ProofStatus::refuted ? "XFAIL " : "", "", "ERROR ", "SKIP "};
    std::string directive = directives[static_cast<size_t>(verdict)];
    if (!directive.empty()) directive += told;
    test(verdict == RowVerdict::as_expected || verdict == RowVerdict::not_applicable,
         fmt::format("{} {}: {}", r.job, pair_of(r), name_of(row.property)), directive, told);
  }
  void find(const Find& f, const Result& r) {
    const auto& d = f.divergence;
    std::string told = fmt::format("{} at step {}: {}\n", d.property, d.step, d.text);
    if (f.flaky()) told += fmt::format("flaky: {} of {} runs\n", f.repeated, f.runs);
    told += steps_of(f) + "reproduce: " + reproduce_command(f, r) + "\n";
    test(f.expected, fmt::format("{} {}: {}", r.job, pair_of(r), d.cause),
         f.expected ? "XFAIL expected divergence" : "", told);
  }
  std::string tests_;
  int count_ = 0;
};

}  // namespace

std::string write_ktap(std::span<const Result> results) {
  Ktap ktap;
  for (const auto& result : results) ktap.result(result);
  return ktap.end();
}

}  // namespace lockstep
