// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/jobs.h"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep::cli {

namespace {
// What `lockstep properties` says that the posted v5 breaks, and what a wrong view does to the results of system calls.
constexpr std::string_view kPostedBreaks[] = {
    "isolation", "inheritance", "no-use-after-free", "refcount-exact", "no-leak", "error-atomic", "results"};
constexpr Job kJobs[] = {
    {.id = "corpus", .kind = JobKind::corpus_on_models},
    {.id = "corpus-sim-v5", .kind = JobKind::corpus_on_targets, .target = "sim:v5"},
    {.id = "corpus-sim-v5-intended", .kind = JobKind::corpus_on_targets, .target = "sim:v5-intended"},
    {.id = "corpus-sim-v6", .kind = JobKind::corpus_on_targets, .target = "sim:v6"},
    {.id = "corpus-live", .kind = JobKind::corpus_on_targets, .target = "live"},
    {.id = "corpus-vm-v5", .kind = JobKind::corpus_on_targets, .target = "vm:v5"},
    {.id = "corpus-vm-v5-intended", .kind = JobKind::corpus_on_targets, .target = "vm:v5-intended"},
    {.id = "prove-v5-intended", .kind = JobKind::prove, .model = "v5-intended"},
    {.id = "prove-v5-posted", .kind = JobKind::prove, .model = "v5-posted"},
    {.id = "prove-v6-posted", .kind = JobKind::prove, .model = "v6-posted"},
    {.id = "prove-v5-new-hierarchy", .kind = JobKind::prove, .model = "v5-new-hierarchy"},
    {.id = "prove-seccomp-nodes", .kind = JobKind::prove, .model = "seccomp-nodes"},
    {.id = "prove-seccomp", .kind = JobKind::prove, .model = "seccomp"},
    {.id = "explore-v5-intended", .kind = JobKind::explore, .model = "v5-intended"},
    {.id = "explore-v5-new-hierarchy", .kind = JobKind::explore, .model = "v5-new-hierarchy"},
    {.id = "explore-v5-posted", .kind = JobKind::explore, .model = "v5-posted"},
    {.id = "explore-v6-posted", .kind = JobKind::explore, .model = "v6-posted"},
    {.id = "explore-seccomp", .kind = JobKind::explore, .model = "seccomp"},
    {.id = "explore-seccomp-nodes", .kind = JobKind::explore, .model = "seccomp-nodes"},
    {.id = "interleave-v5-intended", .kind = JobKind::interleave, .model = "v5-intended"},
    {.id = "interleave-v5-new-hierarchy", .kind = JobKind::interleave, .model = "v5-new-hierarchy"},
    {.id = "interleave-v5-posted", .kind = JobKind::interleave, .model = "v5-posted"},
    {.id = "interleave-v6-posted", .kind = JobKind::interleave, .model = "v6-posted"},
    {.id = "interleave-seccomp", .kind = JobKind::interleave, .model = "seccomp"},
    {.id = "interleave-seccomp-nodes", .kind = JobKind::interleave, .model = "seccomp-nodes"},
    {.id = "canary",
     .kind = JobKind::fuzz,
     .model = "v5-intended",
     .target = "sim:v5",
     .weight = 1,
     .expected_properties = kPostedBreaks,
     .reason = "the posted design does not keep the thread's promise"},
    {.id = "fuzz-v5-intended", .kind = JobKind::fuzz, .model = "v5-intended", .target = "sim:v5-intended", .weight = 2},
    {.id = "fuzz-v5-posted", .kind = JobKind::fuzz, .model = "v5-posted", .target = "sim:v5", .weight = 2},
    {.id = "fuzz-v6-posted", .kind = JobKind::fuzz, .model = "v6-posted", .target = "sim:v6", .weight = 2},
    {.id = "fuzz-seccomp", .kind = JobKind::fuzz, .model = "seccomp", .target = "live", .weight = 6},
    {.id = "fuzz-vm-v5", .kind = JobKind::fuzz, .model = "v5-posted", .target = "vm:v5", .weight = 1},
    {.id = "fuzz-vm-v5-intended",
     .kind = JobKind::fuzz,
     .model = "v5-intended",
     .target = "vm:v5-intended",
     .weight = 1},
    {.id = "fuzz-vm-v6", .kind = JobKind::fuzz, .model = "v6-posted", .target = "vm:v6", .weight = 1},
    {.id = "fuzz-vm-6.1", .kind = JobKind::fuzz, .model = "seccomp", .target = "vm:6.1", .weight = 1},
    {.id = "fuzz-vm-6.12", .kind = JobKind::fuzz, .model = "seccomp", .target = "vm:6.12", .weight = 1},
    {.id = "fuzz-vm-newest", .kind = JobKind::fuzz, .model = "seccomp", .target = "vm:newest", .weight = 1},
};
}  // namespace

std::span<const Job> nightly_jobs() { return kJobs; }

const Job* find_job(std::string_view id) {
  const auto* job = std::find_if(std::begin(kJobs), std::end(kJobs), [&](const auto& each) { return each.id == id; });
  return job == std::end(kJobs) ? nullptr : job;
}

uint64_t seed_of(const Job& job, uint64_t seed_of_run) { return job.expected_properties.empty() ? seed_of_run : 1; }

void judge(const Job& job, Result& result) {
  if (job.expected_properties.empty()) return;
  const auto& list = job.expected_properties;
  for (auto& find : result.finds)
    find.expected = !find.flaky() && std::find(list.begin(), list.end(), find.divergence.property) != list.end();
  const auto silent = fmt::format("{} was to diverge ({}), and did not", job.id, job.reason);
  const auto too_short = fmt::format("{}, in fewer than {} traces", silent, kCanaryTraces);
  std::erase(result.missing, silent);
  std::erase(result.shortcomings, too_short);
  if (result.expected() != 0) return;
  if (result.traces < kCanaryTraces)
    result.shortcomings.push_back(too_short);
  else
    result.missing.push_back(silent);
}

}  // namespace lockstep::cli
