// SPDX-License-Identifier: GPL-2.0-or-later
// prove: the proofs of models, as results.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/trace.h"
#include "oracle/prove.h"
#include "oracle/result.h"

namespace lockstep::cli {

struct CorpusTrace {
  std::string file;
  Trace trace;
  std::string model;
};

// Proves, runs each refutation on what implements the model too and writes its trace into `folder`; names the traces of
// the corpus that break a property; warns where the source of a kernel in the cache is not what was reviewed. Shows
// progress, and stops early if interrupted. One result for each of options.models. REQUIRES: these exist.
std::vector<Result> run_proofs(ProveOptions options, bool cached, const std::vector<CorpusTrace>& corpus,
                               const std::filesystem::path& folder);

}  // namespace lockstep::cli
