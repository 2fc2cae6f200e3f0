// SPDX-License-Identifier: GPL-2.0-or-later
// What can be seen of a kernel with a node design: the objects that tasks lead to by BPF, the views by what the kernel
// really runs.
#pragma once

#include <array>
#include <unordered_map>
#include <vector>

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
  void new_trace() override {
    asked_.clear();
    BpfObserver::new_trace();
  }
  void fill(const std::vector<uint16_t>& tasks, Snapshot& snapshot) override;

 private:
  // What a check of a task reads, word for word, and what the kernel did when it was asked for.
  struct Asked {
    std::vector<uint64_t> read;
    std::array<std::vector<uint16_t>, kEvents> views;
  };

  void fill_views(Snapshot& snapshot);
  std::vector<uint64_t> what_a_check_reads(uint64_t events) const;
  void fill_objects(Snapshot& snapshot);
  void fill_pointers(const std::vector<uint16_t>& tasks, Snapshot& snapshot) const;
  void point_owner(const std::vector<uint16_t>& tasks, uint16_t node, uint64_t owner, Snapshot& snapshot) const;
  void point(Link link, uint16_t from, uint64_t to, Snapshot& snapshot, uint8_t event = 0) const;

  Rules& rules_;
  Crew* crew_ = nullptr;
  nodes_observation& nodes_;
  int look_fd_;
  std::unordered_map<uint64_t, uint16_t> places_;  // address -> index in the snapshot being filled
  std::unordered_map<uint64_t, Asked> asked_;      // by the address of the events
};

}  // namespace lockstep::live
