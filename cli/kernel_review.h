// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel's source held against the text that the models restate, as it was reviewed.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "oracle/transitions.h"

namespace lockstep::cli {

struct FunctionState {
  const ReviewedFunction* function = nullptr;
  std::string sha256;  // empty: it is missing
  bool same = false;   // as reviewed in KernelReview::release
};

struct KernelReview {
  std::string version;  // of the tree, as its Makefile says it; or empty
  size_t release = 0;   // of kReviewedReleases: that of which most is the same
  std::vector<FunctionState> functions;
  size_t changed() const;
};

// Throws UsageError if this is no kernel's source. functions: must outlive the review.
KernelReview review_kernel(const std::filesystem::path& tree,
                           std::span<const ReviewedFunction> functions = reviewed_functions());

// What is not as it was reviewed, one sentence; empty if nothing.
std::string warning_of(const KernelReview& review, const std::filesystem::path& tree);

// What is to be said of the kernels in a cache, one sentence each: a source in `sources` whose text is not what was
// reviewed; a kernel in `kernels` made from a package that was not reviewed and of which no source is there.
std::vector<std::string> review_cache(const std::filesystem::path& kernels, const std::filesystem::path& sources);

}  // namespace lockstep::cli
