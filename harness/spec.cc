// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/spec.h"

#include "model/trace_text.h"

namespace lockstep {

namespace {

class Spec : public Target {
 public:
  explicit Spec(std::unique_ptr<Model> model)
      : model_(std::move(model)),
        name_("spec:" + model_->info().name),
        capabilities_{.layout = model_->info().layout, .faults = true} {}
  const std::string& name() const override { return name_; }
  const Capabilities& capabilities() const override { return capabilities_; }
  void reset(const Trace& trace) override {
    if (auto why = misfit(trace, model_->info().name)) throw NotCapable(name_ + ": " + *why);
    model_->reset(trace.start);
  }
  Outcome step(const Step& step) override { return model_->step(step); }
  void observe(Snapshot& snapshot) override { model_->observe(snapshot); }

 private:
  std::unique_ptr<Model> model_;
  std::string name_;
  Capabilities capabilities_;
};

}  // namespace

std::unique_ptr<Target> make_spec(const std::string& model) {
  auto made = make_model(model);
  return made == nullptr ? nullptr : make_spec(std::move(made));
}

std::unique_ptr<Target> make_spec(std::unique_ptr<Model> model) { return std::make_unique<Spec>(std::move(model)); }

}  // namespace lockstep
