// SPDX-License-Identifier: GPL-2.0-or-later
// What can be seen of a kernel with a node design: the objects that tasks lead to by BPF, the views by what the kernel
// really runs.
#pragma once

#include <unordered_map>

#include "harness/bpf/nodes.h"
#include "harness/live/bpf_observer.h"
#include "harness/live/rules.h"

namespace lockstep::live {

class NodeObserver : public BpfObserver {
 public:
  NodeObserver(observe_bpf* programs, Rules& rules);
  Capabilities capabilities() const override;
  void meet(Crew& crew) override {
    crew_ = &crew;
    BpfObserver::meet(crew);
  }
  void fill(const std::vector<uint16_t>& tasks, Snapshot& snapshot) override;

 private:
  void fill_views(Snapshot& snapshot);
  void fill_objects(Snapshot& snapshot);
  void fill_pointers(const std::vector<uint16_t>& tasks, Snapshot& snapshot) const;
  void point_owner(const std::vector<uint16_t>& tasks, uint16_t node, uint64_t owner, Snapshot& snapshot) const;
  void point(Link link, uint16_t from, uint64_t to, Snapshot& snapshot, uint8_t event = 0) const;

  Rules& rules_;
  Crew* crew_ = nullptr;
  nodes_observation& nodes_;
  int look_fd_;
  std::unordered_map<uint64_t, uint16_t> places_;  // address -> index in the snapshot being filled
};

}  // namespace lockstep::live
