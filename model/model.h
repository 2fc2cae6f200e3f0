// SPDX-License-Identifier: GPL-2.0-or-later
// A model as the tools see it: something that predicts. And the list of those that there are.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/facts.h"
#include "model/process_table.h"
#include "model/promise.h"
#include "model/target.h"
#include "model/trace.h"
#include "model/world.h"

namespace lockstep {

struct ModelInfo {
  std::string name;    // "v5-posted"; with a preset "seccomp@6.1"
  std::string layout;  // counters are compared with targets of the same layout
  PromiseKind promise{};
  std::string summary;           // one line
  std::vector<Branch> branches;  // all that the text has
  std::vector<Branch>
      dead_branches;     // those of which one way is believed never to be taken, reasons in oracle/property.cc
  std::string proposal;  // of a design that was only proposed: what it promises and whether it can keep that, sentences
};

class Model {
 public:
  virtual ~Model() = default;
  virtual const ModelInfo& info() const = 0;
  virtual void reset(const Start& start) = 0;
  // REQUIRES: step.task is alive, and a name that the step makes is new.
  virtual Outcome step(const Step& step) = 0;
  // Fills a cleared snapshot, in any order.
  virtual void observe(Snapshot& snapshot) const = 0;
  virtual std::unique_ptr<Model> clone() const = 0;
  virtual const ProcessTable& processes() const = 0;
  virtual const Coverage& coverage() const = 0;  // since the model was made
  virtual uint32_t allocations() const = 0;      // that the last step tried
  virtual uint32_t limit() const = 0;            // the bound that append and attach keep
  virtual void set_limit(uint32_t limit) = 0;
};

// The names that `lockstep models` lists, presets included.
std::span<const ModelInfo> models();
const ModelInfo* find_model(std::string_view name);
// Null if there is no such model.
std::unique_ptr<Model> make_model(std::string_view name);

}  // namespace lockstep
