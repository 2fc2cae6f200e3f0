// SPDX-License-Identifier: GPL-2.0-or-later
// A machine as a Model, and which machine a model's name stands for, on whatever world.
#pragma once

#include <utility>

#include "model/model.h"
#include "model/state_facts.h"

namespace lockstep {

template <class Machine>
class ModelOf : public Model {
 public:
  ModelOf(const ModelInfo& info, Machine machine) : info_(info), machine_(std::move(machine)) {}
  const ModelInfo& info() const override { return info_; }
  void reset(const Start& start) override { machine_.reset(start); }
  Outcome step(const Step& step) override { return machine_.step(step); }
  void observe(Snapshot& snapshot) const override { show(machine_, writer_, snapshot); }
  std::unique_ptr<Model> clone() const override { return std::make_unique<ModelOf>(*this); }
  const ProcessTable& processes() const override { return machine_.processes; }
  const Coverage& coverage() const override { return machine_.world.coverage; }
  uint32_t allocations() const override { return machine_.world.allocations(); }
  uint32_t limit() const override { return machine_.world.memory.limit; }
  void set_limit(uint32_t limit) override { machine_.world.memory.limit = limit; }

 private:
  const ModelInfo& info_;
  Machine machine_;
  mutable FactsWriter writer_;  // scratch
};

// As after reset({}). `info` stays the caller's and outlives the model.
template <class Machine>
std::unique_ptr<Model> model_of(const ModelInfo& info, Machine machine) {
  auto model = std::make_unique<ModelOf<Machine>>(info, std::move(machine));
  model->reset({});
  return model;
}

// use(machine), with the machine of that model on such a world. REQUIRES: there is a model of that name.
template <template <class> class World, class Use>
auto with_machine(std::string_view model, Use use) {
  if (model == "v5-intended") return use(NodeMachine<V5Intended, World>());
  if (model == "v5-new-hierarchy") return use(NodeMachine<V5NewHierarchy, World>());
  if (model == "v5-posted") return use(NodeMachine<V5Posted, World>());
  if (model == "v6-posted") return use(NodeMachine<V6Posted, World>());
  if (model == "seccomp-nodes") return use(SeccompMachineIn<World, SeccompNodes>());
  return use(SeccompMachineIn<World>({.release_at_reap = model == "seccomp@6.1"}));
}

}  // namespace lockstep
