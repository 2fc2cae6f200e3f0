// SPDX-License-Identifier: GPL-2.0-or-later
// corpus promote: a find becomes a trace of the corpus, with a mark of its own and what it does as its expectation.
#pragma once

#include <filesystem>
#include <string>

namespace lockstep::cli {

struct PromoteOptions {
  std::string file;
  std::filesystem::path corpus;
  std::string target;  // empty: the one that the file names
  std::string shows;   // empty: what the file says in somebody's own words, or else what explain says
};

// Writes one new file, or nothing. Returns the exit code; what the corpus has already is refused with a UsageError.
int promote(const PromoteOptions& options);

}  // namespace lockstep::cli
