// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/jobs.h"

namespace lockstep::cli {

namespace {
constexpr Job kJobs[] = {
    {.id = "corpus", .kind = JobKind::corpus_on_models},
    {.id = "corpus-sim-v5", .kind = JobKind::corpus_on_targets, .target = "sim:v5"},
    {.id = "corpus-sim-v5-intended", .kind = JobKind::corpus_on_targets, .target = "sim:v5-intended"},
    {.id = "corpus-sim-v6", .kind = JobKind::corpus_on_targets, .target = "sim:v6"},
    {.id = "corpus-live", .kind = JobKind::corpus_on_targets, .target = "live"},
    {.id = "canary",
     .kind = JobKind::fuzz,
     .model = "v5-intended",
     .target = "sim:v5",
     .weight = 1,
     .expected_properties = "isolation inheritance no-use-after-free refcount-exact no-leak error-atomic results",
     .reason = "the posted design does not keep the thread's promise"},
    {.id = "fuzz-v5-intended", .kind = JobKind::fuzz, .model = "v5-intended", .target = "sim:v5-intended", .weight = 2},
    {.id = "fuzz-v5-posted", .kind = JobKind::fuzz, .model = "v5-posted", .target = "sim:v5", .weight = 2},
    {.id = "fuzz-v6-posted", .kind = JobKind::fuzz, .model = "v6-posted", .target = "sim:v6", .weight = 2},
    {.id = "fuzz-seccomp", .kind = JobKind::fuzz, .model = "seccomp", .target = "live", .weight = 6},
};
}  // namespace

std::span<const Job> nightly_jobs() { return kJobs; }

}  // namespace lockstep::cli
