// SPDX-License-Identifier: GPL-2.0-or-later
// One divergence as a page to walk through: its steps with a column a task, the picture after each, what was promised
// and how to see it again.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "oracle/result.h"
#include "reports/explain.h"
#include "reports/run.h"

namespace lockstep {

// Where a find belongs; what is not known is null or empty, and the page leaves it out.
struct Origin {
  const Run* run = nullptr;
  const Result* result = nullptr;  // of that run
  std::string report;              // the report's page as seen from this one, a relative URL: "../../index.html"
};

// The state after a step, number 0 first; as many as the run took.
struct StepState {
  std::string table;  // in text, by StepTable
  std::string svg;    // drawn; or empty
  std::string file;   // the drawing beside the page, where the page would become too large with it; or empty
};

struct Counterexample {
  const Find& find;
  const Account& account;  // of the run that was drawn
  bool shown = true;       // that run diverged as the find says
  std::vector<StepState> states;
  std::string no_pictures;  // why there are none; empty if there are
};

std::string counterexample_page(const Counterexample& counterexample, const Origin& origin = {});

}  // namespace lockstep
