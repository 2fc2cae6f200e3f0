// SPDX-License-Identifier: GPL-2.0-or-later
// What a nightly does, as data.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "oracle/result.h"

namespace lockstep::cli {

enum class JobKind : uint8_t {
  corpus_on_models,   // every trace of the corpus on its own model
  corpus_on_targets,  // every `expect` line of the corpus
  prove,              // every property of a model; in one shard
  explore,            // every state of the default scope; in one shard
  interleave,         // concurrent operations of the default scope; in one shard
  fuzz,
};
constexpr bool is_corpus(JobKind kind) {
  return kind == JobKind::corpus_on_models || kind == JobKind::corpus_on_targets;
}

struct Job {
  std::string_view id;
  JobKind kind{};
  std::string_view model, target;  // where there is one
  uint32_t weight = 0;             // fuzz: share of the time
  // A divergence in one of these properties is expected, and one must appear: a canary that says that the machinery
  // notices. Empty: none may.
  std::span<const std::string_view> expected_properties;
  std::string_view reason;
};

std::span<const Job> nightly_jobs();
const Job* find_job(std::string_view id);

// A canary draws the same traces whatever the run's seed: what it finds is to be the same every night.
uint64_t seed_of(const Job& job, uint64_t seed_of_run);

// A run so short may miss what a canary is to find.
inline constexpr uint64_t kCanaryTraces = 200;

// Marks the finds that the job foresees, and says so if none appeared. Judging a result again, when more was added to
// it, replaces what was said.
void judge(const Job& job, Result& result);

}  // namespace lockstep::cli
