// SPDX-License-Identifier: GPL-2.0-or-later
// Joins the shards of one nightly: what comes out is what the whole would have found, if it had the same budget of
// traces.
#pragma once

#include <string>
#include <vector>

#include "reports/run.h"

namespace lockstep::cli {

struct Part {
  std::string name;  // for messages: its folder
  Run run;
};

// Counts are added; of the finds of one cause in a fuzz job the first stands, with the times of all. A shard that is
// missing is a shortcoming of every result: the run is not complete. Throws UsageError where the parts do not belong to
// one run, or one is there twice. REQUIRES: !parts.empty()
Run merge(std::vector<Part> parts);

}  // namespace lockstep::cli
