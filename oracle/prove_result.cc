// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/prove_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "model/joined.h"
#include "model/model.h"
#include "oracle/explore_result.h"

namespace lockstep {

namespace {

// What the sides of a model's branches say against the list of those that are believed dead.
struct BranchNews {
  std::vector<std::string> unexpected;  // sentences
  std::vector<std::string> undecided;   // names
};

// A side that nobody tells of is not decided.
SideStatus status_of(std::span<const BranchProof> branches, Branch branch, bool side) {
  for (const auto& each : branches)
    if (each.branch == branch && each.side == side) return each.status;
  return SideStatus::unknown;
}

BranchNews news_of(const ModelInfo& info, std::span<const BranchProof> branches) {
  BranchNews news;
  for (const auto branch : info.branches) {
    const bool believed = std::count(info.dead_branches.begin(), info.dead_branches.end(), branch) != 0;
    const auto taken = status_of(branches, branch, true), refused = status_of(branches, branch, false);
    const bool dead = taken == SideStatus::dead || refused == SideStatus::dead;
    if (taken == SideStatus::unknown || refused == SideStatus::unknown)
      news.undecided.emplace_back(name_of(branch));
    else if (believed && !dead)
      news.unexpected.push_back(fmt::format("branch {} was to have a dead way, and goes both", name_of(branch)));
    if (dead && !believed)
      news.unexpected.push_back(fmt::format("branch {} was to go both ways, and one is dead", name_of(branch)));
  }
  return news;
}

std::vector<BranchProof> branches_of(const Proofs& proofs, const std::string& model) {
  std::vector<BranchProof> all;
  for (const auto& side : proofs.branches)
    if (side.model == model) all.push_back(side);
  return all;
}

// REQUIRES: the row is refuted, and not about branches. Without a trace that shows it nothing is.
void add_refutation(ProofRow& row, Result& result) {
  Replay replay;
  if (row.trace) replay = replay_violation(*row.trace, row.model, row.property, nullptr);
  if (!row.trace || replay.shown != Shown::confirmed) {
    row.status = ProofStatus::unknown;
    row.reason =
        fmt::format("said to be refuted, {}: {}",
                    row.trace ? "and its trace does not show it, a fault of lockstep" : "without a trace", row.reason);
    result.shortcomings.push_back(fmt::format("{} is not decided: {}", name_of(row.property), row.reason));
    return;
  }
  Find find{.divergence = std::move(replay.divergence), .trace = *row.trace};
  find.name = fmt::format("prove ({})", row.scope);
  find.expected = expected_outcome(row.model, row.property).expected == Expected::broken;
  result.finds.push_back(std::move(find));
}

void add_row(ProofRow& row, Result& result) {
  const auto& expected = expected_outcome(row.model, row.property);
  const auto* name = name_of(row.property);
  if (row.property == Property::reachable_branches && !result.branches.empty()) {
    const auto news = news_of(*find_model(row.model), result.branches);
    result.missing.insert(result.missing.end(), news.unexpected.begin(), news.unexpected.end());
    if (!news.undecided.empty())
      result.shortcomings.push_back("branches of which a way is not decided: " + joined(news.undecided, ", "));
    return;
  }
  switch (row.status) {
    case ProofStatus::proved:
      if (expected.expected == Expected::broken)
        result.missing.push_back(fmt::format("{} was to be refuted ({}), and is proved", name, expected.reason));
      if (expected.expected == Expected::not_applicable)
        result.shortcomings.push_back(fmt::format("{} is said to be proved, and is n/a: {}", name, expected.reason));
      break;
    case ProofStatus::refuted:
      add_refutation(row, result);
      break;
    case ProofStatus::unknown:
      result.shortcomings.push_back(fmt::format("{} is not decided: {}", name, row.reason));
      break;
    case ProofStatus::not_applicable:
      if (expected.expected != Expected::not_applicable)
        result.shortcomings.push_back(
            fmt::format("{} is said to be n/a ({}), and something is expected of it", name, row.reason));
      break;
  }
}

struct Counter {
  ObligationCount count;
  std::set<std::string> seen;

  void add(std::span<const Obligation> obligations) {
    for (const auto& each : obligations) {
      if (!seen.insert(each.key).second) continue;
      ++count.all;
      count.cached += each.cached;
      if (each.cached) continue;
      count.slowest = std::max(count.slowest, each.seconds);
      count.seconds += each.seconds;
    }
  }
};

Result result_of(const Proofs& proofs, const std::string& model, bool alone) {
  Result result{.job = "prove", .model = model};
  for (const auto& row : proofs.rows)
    if (row.model == model) result.proofs.push_back(row);
  for (const auto& each : proofs.lemmas)
    if (each.model == model) result.lemmas.push_back(each);
  result.branches = branches_of(proofs, model);
  const auto count = count_obligations(result);
  result.steps = count.all;
  result.seconds = alone ? proofs.seconds : count.seconds;
  for (auto& row : result.proofs) add_row(row, result);
  result.traces = result.finds.size();
  std::stable_partition(result.finds.begin(), result.finds.end(), [](const Find& find) { return !find.expected; });
  if (proofs.stopped) result.shortcomings.emplace_back("interrupted: not every obligation was looked at");
  result.statistics = {{"solver", proofs.solver},
                       {"obligations", fmt::format("{}, {} of them answered from the cache", count.all, count.cached)},
                       {"slowest obligation", fmt::format("{:.2f} s", count.slowest)}};
  return result;
}

}  // namespace

RowVerdict verdict_of(const ProofRow& row, std::span<const BranchProof> branches) {
  if (row.property == Property::reachable_branches && !branches.empty()) {
    const auto news = news_of(*find_model(row.model), branches);
    return !news.unexpected.empty()  ? RowVerdict::unexpected
           : !news.undecided.empty() ? RowVerdict::undecided
                                     : RowVerdict::as_expected;
  }
  const auto expected = expected_outcome(row.model, row.property).expected;
  switch (row.status) {
    case ProofStatus::proved:
      return expected == Expected::holds    ? RowVerdict::as_expected
             : expected == Expected::broken ? RowVerdict::unexpected
                                            : RowVerdict::undecided;
    case ProofStatus::refuted:
      return expected == Expected::broken ? RowVerdict::as_expected : RowVerdict::unexpected;
    case ProofStatus::unknown:
      return RowVerdict::undecided;
    case ProofStatus::not_applicable:
      return expected == Expected::not_applicable ? RowVerdict::not_applicable : RowVerdict::undecided;
  }
  return RowVerdict::undecided;
}

ObligationCount count_obligations(const ProofRow& row) {
  Counter counter;
  counter.add(row.obligations);
  return counter.count;
}

ObligationCount count_obligations(const Result& result) {
  Counter counter;
  counter.add(result.lemmas);
  for (const auto& row : result.proofs) counter.add(row.obligations);
  return counter.count;
}

std::vector<Result> prove_results(const Proofs& proofs, const std::vector<std::string>& models) {
  std::vector<Result> all;
  for (const auto& model : models) all.push_back(result_of(proofs, model, models.size() == 1));
  return all;
}

}  // namespace lockstep
