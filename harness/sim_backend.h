// SPDX-License-Identifier: GPL-2.0-or-later
// Where a simulated design runs: in this process, or in a child. Both speak harness/lockstep_sim.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "harness/lockstep_sim.h"
#include "harness/sim_builder.h"
#include "model/trace.h"

namespace lockstep {

struct SimDeclaration {
  std::string layout;
  uint32_t shows = 0;  // enum lockstep_sim_shows
};

class SimBackend {
 public:
  virtual ~SimBackend() = default;
  virtual const SimDeclaration& declaration() const = 0;
  virtual void reset(const lockstep_sim_start& start) = 0;
  // 0 or an errno, 1 .. 4095.
  virtual int step(const lockstep_sim_step& step) = 0;
  // Shows the views of these tasks, then objects, pointers and faults. The builder was begun with the same tasks.
  virtual void observe(std::span<const uint16_t> tasks, SnapshotBuilder& builder) = 0;
};

// The one place that turns a library's answers into what was observed, on either side of the process boundary.
// `rules` is working room that is kept between calls.
template <typename ShowView, typename Fail>
void show_views(const lockstep_sim_library& library, lockstep_sim* sim, std::span<const uint16_t> tasks,
                std::vector<uint16_t>& rules, ShowView show_view, Fail fail) {
  if (rules.empty()) rules.resize(64);
  for (uint32_t i = 0; i < tasks.size(); ++i) {
    for (uint32_t event = 0; event < kEvents; ++event) {
      int count = library.view(sim, tasks[i], event, rules.data(), static_cast<uint32_t>(rules.size()));
      if (count > static_cast<int>(rules.size()) && count <= kMaxNames) {
        rules.resize(count);
        count = library.view(sim, tasks[i], event, rules.data(), static_cast<uint32_t>(rules.size()));
      }
      if (count < 0 || count > static_cast<int>(rules.size())) {
        fail(tasks[i], event, count);
        return;
      }
      show_view(i, event, std::span<const uint16_t>(rules.data(), count));
    }
  }
}

}  // namespace lockstep
