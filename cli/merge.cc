// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "cli/common.h"
#include "cli/jobs.h"
#include "cli/provenance.h"
#include "fuzz/remarks.h"
#include "model/trace_error.h"
#include "model/utf8.h"

namespace lockstep::cli {

namespace {

// ---- Do they belong together?

void require_equal(const Part& a, const Part& b, const std::string& what, const std::string& of_a,
                   const std::string& of_b) {
  if (of_a != of_b)
    throw UsageError(fmt::format("{} and {} are not shards of one run: {} is {} and {}", a.name, b.name, shown(what),
                                 shown(of_a), shown(of_b)));
}

void require_one_run(const Part& a, const Part& b) {
  const auto &p = a.run.provenance, &q = b.run.provenance;
  require_equal(a, b, "the plan", a.run.plan, b.run.plan);
  require_equal(a, b, "the seed", std::to_string(a.run.seed), std::to_string(b.run.seed));
  require_equal(a, b, "lockstep", p.tool_version, q.tool_version);
  require_equal(a, b, "the kernel", p.kernel, q.kernel);
  require_equal(a, b, "the kernel's BTF", p.btf_hash, q.btf_hash);
  require_equal(a, b, "the kernel's configuration", p.config_hash, q.config_hash);
  for (const auto& [name, value] : p.more)
    for (const auto& other : q.more)
      if (other.name == name && name != kGraphviz) require_equal(a, b, name, value, other.value);
}

Shard shard_of(const Part& part) {
  if (part.run.id.empty()) throw UsageError(part.name + ": not the report of a nightly");
  if (part.run.shard.starts_with("merged"))
    throw UsageError(part.name + ": joined already; name the shards themselves");
  return parse_shard(part.run.shard);
}

// In the order of their numbers. Returns those that are missing: "2/4".
std::vector<std::string> put_in_order(std::vector<Part>& parts) {
  std::sort(parts.begin(), parts.end(),
            [](const auto& a, const auto& b) { return shard_of(a).index < shard_of(b).index; });
  const uint32_t count = shard_of(parts[0]).count;
  std::vector<bool> there(count);
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto shard = shard_of(parts[i]);
    require_equal(parts[0], parts[i], "the number of shards", std::to_string(count), std::to_string(shard.count));
    if (there[shard.index - 1])
      throw UsageError(
          fmt::format("{} and {} are both shard {}", parts[i - 1].name, parts[i].name, parts[i].run.shard));
    there[shard.index - 1] = true;
    require_one_run(parts[0], parts[i]);
  }
  std::vector<std::string> missing;
  for (uint32_t i = 0; i < count; ++i)
    if (!there[i]) missing.push_back(fmt::format("{}/{}", i + 1, count));
  return missing;
}

// ---- What it adds up to

template <class List>
void add_new(List& to, const List& from) {
  for (const auto& each : from)
    if (std::find(to.begin(), to.end(), each) == to.end()) to.push_back(each);
}

void add_outcomes(std::vector<OutcomeCount>& to, const std::vector<OutcomeCount>& from) {
  const auto key = [](const auto& row) { return std::tie(row.operation, row.condition, row.outcome, row.possible); };
  for (const auto& row : from) {
    const auto at = std::find_if(to.begin(), to.end(), [&](const auto& each) { return key(each) == key(row); });
    if (at == to.end())
      to.push_back(row);
    else
      at->count += row.count;
  }
}

void add_generated(std::optional<Generated>& to, const std::optional<Generated>& from) {
  if (!from) return;
  if (!to) to.emplace();
  to->live += from->live;
  to->depth = std::max(to->depth, from->depth);
  to->cut += from->cut;
  for (const auto& branch : from->branches) {
    const auto at = std::find_if(to->branches.begin(), to->branches.end(),
                                 [&](const auto& each) { return each.branch == branch.branch; });
    if (at == to->branches.end()) {
      to->branches.push_back(branch);
    } else {
      at->taken |= branch.taken;
      at->not_taken |= branch.not_taken;
    }
  }
}

// A find of a fuzz job is known by its cause; one of the corpus is its trace's own.
void add_finds(Result& to, const Result& from) {
  const auto earlier = [](const Find& a, const Find& b) {
    return std::tie(a.seed, a.index) < std::tie(b.seed, b.index);
  };
  for (const auto& find : from.finds) {
    const auto at = std::find_if(to.finds.begin(), to.finds.end(), [&](const auto& each) {
      return from.generated && each.divergence.cause == find.divergence.cause;
    });
    if (at == to.finds.end()) {
      to.finds.push_back(find);
      continue;
    }
    const auto times = at->times + find.times;
    if (earlier(find, *at)) *at = find;
    at->times = times;
  }
  std::stable_sort(to.finds.begin(), to.finds.end(), earlier);
}

void add(Result& to, Result from) {
  if (from.generated) remove_remarks(from);
  if (to.steps == 0 && from.steps != 0) to.model = from.model;  // where it ran, the preset was probed
  to.traces += from.traces;
  to.steps += from.steps;
  to.unobserved += from.unobserved;
  to.skipped += from.skipped;
  to.seconds += from.seconds;
  add_finds(to, from);
  add_new(to.missing, from.missing);
  add_new(to.shortcomings, from.shortcomings);
  add_new(to.notes, from.notes);
  add_outcomes(to.outcomes, from.outcomes);
  add_generated(to.generated, from.generated);
  // Of a model that is proved in one shard.
  to.proofs.insert(to.proofs.end(), from.proofs.begin(), from.proofs.end());
  to.lemmas.insert(to.lemmas.end(), from.lemmas.begin(), from.lemmas.end());
  to.branches.insert(to.branches.end(), from.branches.begin(), from.branches.end());
  to.breaking.insert(to.breaking.end(), from.breaking.begin(), from.breaking.end());
}

// Nobody could begin it, for the same reason: that is one skip, as it would be in the whole.
bool all_skipped_alike(const std::vector<const Result*>& results) {
  return std::all_of(results.begin(), results.end(), [&](const auto* each) {
    return each->traces == 0 && each->skipped == 1 && !each->generated && each->notes == results[0]->notes;
  });
}

Result merge_job(const std::vector<const Result*>& results) {
  Result all{
      .job = results[0]->job, .model = results[0]->model, .target = results[0]->target, .seed = results[0]->seed};
  for (const auto* each : results) add(all, *each);
  if (all_skipped_alike(results)) all.skipped = 1;
  if (all.generated)
    add_remarks(all);
  else if (results.size() == 1)
    all.statistics = results[0]->statistics;  // of a job that is done in one shard
  if (const auto* job = find_job(all.job)) judge(*job, all);
  return all;
}

std::vector<Result> merge_results(const std::vector<Part>& parts) {
  std::vector<Result> all;
  for (const auto& job : nightly_jobs()) {
    std::vector<const Result*> results;
    for (const auto& part : parts)
      for (const auto& result : part.run.results)
        if (result.job == job.id) results.push_back(&result);
    if (!results.empty()) all.push_back(merge_job(results));
  }
  return all;
}

// Each of a report's results is of a job that this program knows, and of another one.
void require_known_jobs(const Part& part) {
  std::vector<std::string> seen;
  for (const auto& result : part.run.results) {
    if (find_job(result.job) == nullptr || std::find(seen.begin(), seen.end(), result.job) != seen.end())
      throw UsageError(fmt::format("{}: no job of a nightly is called {}, or it is there twice", part.name,
                                   lockstep::quoted(result.job)));
    seen.push_back(result.job);
  }
}

}  // namespace

Run merge(std::vector<Part> parts) {
  for (const auto& part : parts) require_known_jobs(part);
  const auto missing = put_in_order(parts);
  Run all = parts[0].run;
  for (const auto& part : parts) {
    all.id = std::min(all.id, part.run.id);
    all.started = std::min(all.started, part.run.started);
    if (&part == &parts[0]) continue;
    all.seconds += part.run.seconds;
    for (const auto& each : part.run.provenance.more)
      if (std::none_of(all.provenance.more.begin(), all.provenance.more.end(),
                       [&](const auto& known) { return known.name == each.name && known.value == each.value; }))
        all.provenance.more.push_back(each);
  }
  all.command = "lockstep nightly " + all.plan;
  all.shard = fmt::format("merged {}", parts.size());
  all.results = merge_results(parts);
  if (missing.empty()) return all;
  all.shard += fmt::format(" of {}", parts.size() + missing.size());
  for (auto& result : all.results)
    for (const auto& shard : missing)
      result.shortcomings.push_back(fmt::format("shard {} is missing: the run is not complete", shard));
  return all;
}

}  // namespace lockstep::cli
