// SPDX-License-Identifier: GPL-2.0-or-later
// The states of a run as DOT texts, one a step: the model's, with the target's numbers in it where both have the same
// objects, above the target's own where not.
#pragma once

#include <string>
#include <vector>

#include "model/target.h"
#include "oracle/conform.h"
#include "reports/ownership_graph.h"

namespace lockstep {

class StepPictures {
 public:
  // REQUIRES: make_model(model) exists. target: null if the model runs alone; it must outlive this.
  StepPictures(const std::string& model, const Target* target, size_t steps);
  // The picture after this step. `finding`: what is wrong with it, or empty.
  std::string add(const StepRecord& record, const std::string& finding = "");
  // The last picture without its title, for a page that says the same in words.
  const std::string& without_title() const { return without_title_; }

 private:
  std::vector<Panel> panels(const StepRecord& record) const;
  std::string model_, without_title_;
  const Target* target_;
  size_t steps_;
  bool same_objects_ = false;
  Snapshot model_before_, target_before_;
};

}  // namespace lockstep
