// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the programs of bpf/observe.bpf.c and turns what they saw into facts.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstring>

#include "harness/bpf/observe.h"
#include "harness/live/file.h"
#include "harness/live/filters.h"
#include "harness/live/observer.h"
#include "observe.skel.h"

namespace lockstep::live {

namespace {

static_assert(int{OBSERVE_SLOTS} == int{kWorkerSlots});
static_assert(OBSERVE_DEPTH >= kMaxAttaches, "no chain of a trace is longer than what the observer reads");

// Programs of this kind take no input; libbpf's wrapper costs more than the call.
void run_program(int fd) {
  bpf_attr attr;
  const size_t size = offsetof(bpf_attr, test) + sizeof(attr.test);
  std::memset(&attr, 0, size);
  attr.test.prog_fd = fd;
  if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, size) != 0)
    throw std::runtime_error("live: the observer does not run: " + error_text(errno));
}

class BpfObserver : public Observer {
 public:
  BpfObserver(observe_bpf* programs, observation* shared)
      : programs_(programs), shared_(*shared), observe_fd_(bpf_program__fd(programs->progs.observe)) {
    run_program(bpf_program__fd(programs->progs.introduce));
  }
  ~BpfObserver() override { observe_bpf__destroy(programs_); }
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
  void arrived(unsigned child) override {
    if (shared_.armed != 0 || shared_.task[child] == 0)
      throw std::runtime_error(fmt::format("live: the observer did not see that P{} was made", child));
  }
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

 private:
  uint16_t place(const observed_filter& filter, bool& met, Snapshot& snapshot);
  void fill_chain(const observed_task& seen, uint16_t task, Snapshot& snapshot);

  observe_bpf* programs_;
  observation& shared_;
  int observe_fd_;
  std::vector<std::pair<unsigned long long, uint16_t>> places_;  // address -> index in the snapshot being filled
};

// Index of the filter among the snapshot's objects; the same address is the same filter.
uint16_t BpfObserver::place(const observed_filter& filter, bool& met, Snapshot& snapshot) {
  for (const auto& [address, index] : places_) {
    if (address != filter.address) continue;
    met = true;
    return index;
  }
  met = false;
  const auto index = uint16_t(snapshot.objects.size());
  places_.emplace_back(filter.address, index);
  snapshot.objects.push_back({.kind = Kind::filter,
                              .number = uint16_t(number_of_mark(filter.mark)),
                              .counter = {int32_t(filter.refs), int32_t(filter.users)},
                              .size = filter.len});
  return index;
}

void BpfObserver::fill_chain(const observed_task& seen, uint16_t task, Snapshot& snapshot) {
  std::vector<uint16_t>& view = snapshot.tasks[task].view[0];
  Link link = Link::task_filter;
  uint16_t from = task;
  bool linked = false;  // the pointer to this filter is in the snapshot already, and so is all that follows it
  for (unsigned i = 0; i < seen.depth; ++i) {
    bool met = false;
    const uint16_t to = place(seen.filter[i], met, snapshot);
    view.push_back(snapshot.objects[to].number);
    if (!linked) snapshot.pointers.push_back({.link = link, .from = from, .to = to});
    linked = linked || met;
    link = Link::filter_prev;
    from = to;
  }
}

void BpfObserver::fill(const std::vector<uint16_t>& tasks, Snapshot& snapshot) {
  snapshot.filters = true;
  snapshot.complete = false;
  places_.clear();
  for (uint16_t number : tasks) {
    const observed_task& seen = shared_.seen[number];
    // No trace attaches as many as are read.
    if (seen.truncated) throw TargetFault(fmt::format("live: P{}'s filters do not end: the chain has a cycle", number));
    snapshot.tasks.push_back({.number = number,
                              .life = seen.exit_state != 0 ? Life::zombie : Life::alive,
                              .mode = uint8_t(seen.mode),
                              .filter_count = uint16_t(seen.count),
                              .nnp = seen.nnp != 0,
                              .view = {}});
    fill_chain(seen, uint16_t(snapshot.tasks.size() - 1), snapshot);
  }
}

int silent(libbpf_print_level, const char*, va_list) { return 0; }

}  // namespace

std::unique_ptr<Observer> make_bpf_observer(std::string& why) {
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    why = "the kernel has no BTF";
    return nullptr;
  }
  const auto print = libbpf_set_print(silent);
  observe_bpf* programs = observe_bpf__open_and_load();
  const int error = programs == nullptr ? errno : -observe_bpf__attach(programs);
  libbpf_set_print(print);
  if (error == 0) return std::make_unique<BpfObserver>(programs, &programs->bss->observation);
  observe_bpf__destroy(programs);
  why = "BPF programs cannot be loaded: " + error_text(error);
  return nullptr;
}

}  // namespace lockstep::live
