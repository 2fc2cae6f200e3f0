// SPDX-License-Identifier: GPL-2.0-or-later
// Builds a Snapshot from what an implementation of harness/lockstep_sim.h shows, and believes none of it: a kind, a
// number or a pointer out of range is a fault of the implementation, reported by finish().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "harness/lockstep_sim.h"
#include "model/facts.h"

namespace lockstep {

// From an implementation's ids to places in the snapshot. Small ids are looked up in a table that a new epoch empties
// at once: our own designs have such ids, and the look-up is most of what observing costs.
class IdMap {
 public:
  void clear();
  // False: the id is there already.
  bool add(uint64_t id, uint32_t place);
  // kNone: unknown.
  uint32_t find(uint64_t id) const;
  static constexpr uint32_t kNone = UINT32_MAX;

 private:
  static constexpr uint64_t kSmallIds = 1 << 18;
  struct Entry {
    uint32_t epoch = 0;
    uint32_t place = 0;
  };
  uint32_t epoch_ = 1;
  std::vector<Entry> small_;
  std::unordered_map<uint64_t, uint32_t> large_;
};

class SnapshotBuilder {
 public:
  // `shows`: enum lockstep_sim_shows. `snapshot` was cleared and outlives the building.
  void begin(Snapshot& snapshot, std::span<const uint16_t> tasks, uint32_t shows);
  void view(uint32_t task_index, uint32_t event, std::span<const uint16_t> rules);
  void object(const lockstep_sim_object& object);
  void pointer(const lockstep_sim_pointer& pointer);
  void fault(std::string_view text);
  void broken(std::string what);  // the implementation broke the interface; the first one counts
  // Throws TargetFault with the first thing that was out of range.
  void finish(const std::string& target_name) const;
  // Calls this builder; good as long as it is.
  lockstep_sim_sink sink();

 private:
  uint32_t task_place(uint64_t number) const;
  // The place of either end; kNone and broken() if it is not of kind `kind` (Kind::task: a task).
  uint32_t end(uint64_t id, Kind kind, const lockstep_sim_pointer& pointer);

  Snapshot* snapshot_ = nullptr;
  uint32_t shows_ = 0;
  bool slots_lead_to_rules_ = true;  // no node was shown
  IdMap ids_;
  std::array<uint16_t, LOCKSTEP_SIM_MAX_TASK + 1> task_places_{};  // place + 1; 0: no such task
  std::string broken_;
};

}  // namespace lockstep
