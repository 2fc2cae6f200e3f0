// SPDX-License-Identifier: GPL-2.0-or-later
// What the programs of bpf/observe.bpf.c see, as facts: tasks and their seccomp filters.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "harness/bpf/observe.h"
#include "harness/live/observer.h"

struct observe_bpf;

namespace lockstep::live {

// A program of the kind that user space runs, without input.
void run_program(int fd);

class BpfObserver : public Observer {
 public:
  // Takes over the programs, which are loaded and attached.
  explicit BpfObserver(observe_bpf* programs);
  ~BpfObserver() override;
  BpfObserver(const BpfObserver&) = delete;
  BpfObserver& operator=(const BpfObserver&) = delete;

  Capabilities capabilities() const override {
    return {.layout = "seccomp", .facts = {}, .faults = false, .unobserved = ""};
  }

  void meet(Crew&) override { arrived(kNurserySlot); }
  void new_trace() override { std::fill(shared_.pid + 2, shared_.pid + OBSERVE_SLOTS, 0); }
  void may_attach(uint32_t) override {}

  void expect(unsigned parent, unsigned child) override {
    shared_.armed_parent = parent;
    shared_.armed_slot = child;
    shared_.armed = 1;
  }
  void expect_nobody() override { shared_.armed = 0; }
  void arrived(unsigned child) override;
  void took_over(unsigned task, unsigned leader) override { std::swap(shared_.pid[task], shared_.pid[leader]); }
  void forget(unsigned task) override { shared_.task[task] = 0; }
  int pid(unsigned slot) const override { return int(shared_.pid[slot]); }

  void look(const std::vector<uint16_t>& tasks) override {
    std::copy(tasks.begin(), tasks.end(), shared_.wanted);
    shared_.wanted_count = unsigned(tasks.size());
    run_program(observe_fd_);
  }
  bool settled(unsigned task) const override { return shared_.seen[task].settled; }
  // Whoever settles has released all that goes with it.
  bool at_rest(const std::vector<uint16_t>&) const override { return true; }
  bool present(unsigned task) const override { return shared_.seen[task].present; }
  void fill(const std::vector<uint16_t>& tasks, Snapshot& snapshot) override;

  std::vector<Seen> filters(unsigned task) override {
    const observed_task& seen = shared_.seen[task];
    std::vector<Seen> all;
    for (unsigned i = 0; i < seen.depth; ++i) all.push_back({seen.filter[i].len, seen.filter[i].mark});
    return all;
  }
  void set_mark_index(uint32_t index) override { shared_.mark_index = index; }
  void set_release_at_exit(bool) override {}

 protected:
  observe_bpf* programs() const { return programs_; }
  const observation& shared() const { return shared_; }

 private:
  uint16_t place(const observed_filter& filter, bool& met, Snapshot& snapshot);
  void fill_chain(const observed_task& seen, uint16_t task, Snapshot& snapshot);

  observe_bpf* programs_;
  observation& shared_;
  int observe_fd_;
  std::vector<std::pair<unsigned long long, uint16_t>> places_;  // address -> index in the snapshot being filled
};

}  // namespace lockstep::live
