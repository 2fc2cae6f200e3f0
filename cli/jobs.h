// SPDX-License-Identifier: GPL-2.0-or-later
// What a nightly does, as data.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lockstep::cli {

enum class JobKind : uint8_t {
  corpus_on_models,   // every trace of the corpus on its own model
  corpus_on_targets,  // every `expect` line of the corpus
  fuzz,
};

struct Job {
  std::string_view id;
  JobKind kind{};
  std::string_view model, target;  // fuzz; corpus_on_targets: the target
  uint32_t weight = 0;             // fuzz: share of the time
  // A divergence in one of these properties is expected, and one must appear: a canary that says that the machinery
  // notices. Empty: none may.
  std::string_view expected_properties;
  std::string_view reason;
};

std::span<const Job> nightly_jobs();

}  // namespace lockstep::cli
