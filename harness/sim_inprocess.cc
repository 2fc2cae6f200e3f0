// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/sim_inprocess.h"

#include <fmt/format.h>

#include "model/target.h"

namespace lockstep {
namespace {

class InProcess final : public SimBackend {
 public:
  explicit InProcess(const lockstep_sim_library& library)
      : library_(library), sim_(library.create(), library.destroy), declaration_{library.layout, library.shows} {
    if (sim_ == nullptr) throw Unavailable("there is no memory for the design's objects: free some and try again");
  }

  const SimDeclaration& declaration() const override { return declaration_; }
  void reset(const lockstep_sim_start& start) override { library_.reset(sim_.get(), &start); }
  int step(const lockstep_sim_step& step) override { return library_.step(sim_.get(), &step); }

  void observe(std::span<const uint16_t> tasks, SnapshotBuilder& builder) override {
    show_views(
        library_, sim_.get(), tasks, rules_,
        [&](uint32_t task, uint32_t event, std::span<const uint16_t> rules) { builder.view(task, event, rules); },
        [&](uint32_t task, uint32_t event, int count) {
          builder.broken(fmt::format("{} rules in P{}'s view of event {}", count, task, event));
        });
    const lockstep_sim_sink sink = builder.sink();
    library_.dump(sim_.get(), &sink);
  }

 private:
  const lockstep_sim_library& library_;
  std::unique_ptr<lockstep_sim, void (*)(lockstep_sim*)> sim_;
  SimDeclaration declaration_;
  std::vector<uint16_t> rules_;
};

}  // namespace

std::unique_ptr<SimBackend> run_in_process(const lockstep_sim_library& library) {
  return std::make_unique<InProcess>(library);
}

}  // namespace lockstep
