// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/proof_words.h"

#include <fmt/format.h>

#include "model/utf8.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {

constexpr size_t kWidth = 100;
constexpr std::string_view kUnbounded = "unbounded";

std::string obligation_list(std::span<const Obligation> obligations) {
  std::string out;
  for (const auto& each : obligations) out += wrap(shown(obligation_words(each)), kWidth, "      - ", "        ");
  return out;
}

std::string rows_of(const Result& result, bool every_obligation) {
  std::string out;
  for (const auto& row : result.proofs) {
    const auto count = count_obligations(row);
    const bool unbounded = row.scope == kUnbounded || row.scope.empty();
    out += fmt::format("  {:<19} {:<21} {:<10} {:>11} {:>7} {:>8.1f}\n", name_of(row.property),
                       outcome_words(row, verdict_of(row, result.branches)), unbounded ? row.scope : "bounded",
                       count.all, count.cached, row.seconds);
    const auto words = (unbounded ? "" : row.scope + ": ") + row.reason;
    if (!words.empty()) out += wrap(shown(words), kWidth, "      ", "      ");
    if (every_obligation) out += obligation_list(row.obligations);
  }
  return out;
}

std::string lemmas_in(const Result& result, bool every_obligation) {
  if (result.lemmas.empty()) return "";
  auto out =
      fmt::format("  invariants: {}, on which all of these rest\n", count_of(result.lemmas.size(), "obligation"));
  return every_obligation ? out + obligation_list(result.lemmas) : out;
}

std::string branches_in(const Result& result) {
  if (result.branches.empty()) return "";
  std::string out = fmt::format("\n  branches, each way: {}\n", sides_words(result.branches));
  for (const auto& side : result.branches)
    if (side.status != SideStatus::reachable)
      out += wrap(shown(fmt::format("{}: {}: {}", side_words(side), name_of(side.status), side.why)), kWidth, "    ",
                  "      ");
  return out;
}

}  // namespace

std::string outcome_words(const ProofRow& row, RowVerdict verdict) {
  const std::string name = name_of(row.status);
  if (verdict == RowVerdict::unexpected) return row.status == ProofStatus::refuted ? "REFUTED" : "UNEXPECTED: " + name;
  return row.status == ProofStatus::refuted && verdict == RowVerdict::as_expected ? name + ", as expected" : name;
}

std::string obligation_words(const Obligation& o) {
  return fmt::format("{}, {}: {}: {} in {:.2f} s{}{}{}", o.transition, o.path, o.formula, name_of(o.answer), o.seconds,
                     o.cached ? ", from the cache" : "", o.counterexample.empty() ? "" : "; ", o.counterexample);
}

std::string side_words(const BranchProof& side) {
  return fmt::format("{}, {}", name_of(side.branch), side.side ? "taken" : "not taken");
}

std::string sides_words(std::span<const BranchProof> branches) {
  uint64_t counts[3] = {};
  for (const auto& side : branches) ++counts[static_cast<size_t>(side.status)];
  std::string out = fmt::format("{} reachable, {} dead", counts[0], counts[1]);
  if (counts[2] != 0) out += fmt::format(", {} not decided", counts[2]);
  return out;
}

std::string proof_table(const Result& result, bool every_obligation) {
  if (result.proofs.empty()) return "";
  return fmt::format("\n  {:<19} {:<21} {:<10} {:>11} {:>7} {:>8}\n", "property", "outcome", "scope", "obligations",
                     "cached", "seconds") +
         rows_of(result, every_obligation) + lemmas_in(result, every_obligation) + branches_in(result) + "\n";
}

}  // namespace lockstep
