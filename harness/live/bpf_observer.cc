// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the programs of bpf/observe.bpf.c and turns what they saw into facts.
#include "harness/live/bpf_observer.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstring>

#include "harness/live/file.h"
#include "harness/live/filters.h"
#include "harness/live/node_observer.h"
#include "observe.skel.h"

namespace lockstep::live {

namespace {

static_assert(int{OBSERVE_SLOTS} == int{kWorkerSlots});
static_assert(OBSERVE_DEPTH >= kMaxAttaches, "no chain of a trace is longer than what the observer reads");

int silent(libbpf_print_level, const char*, va_list) { return 0; }

}  // namespace

// libbpf's wrapper costs more than the call.
void run_program(int fd) {
  bpf_attr attr;
  const size_t size = offsetof(bpf_attr, test) + sizeof(attr.test);
  std::memset(&attr, 0, size);
  attr.test.prog_fd = fd;
  if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, size) != 0)
    throw std::runtime_error("live: the observer does not run: " + error_text(errno));
}

BpfObserver::BpfObserver(observe_bpf* programs)
    : programs_(programs), shared_(programs->bss->observation), observe_fd_(bpf_program__fd(programs->progs.observe)) {
  run_program(bpf_program__fd(programs->progs.introduce));
}

BpfObserver::~BpfObserver() { observe_bpf__destroy(programs_); }

void BpfObserver::arrived(unsigned child) {
  if (shared_.armed != 0 || shared_.task[child] == 0)
    throw std::runtime_error(fmt::format("live: the observer did not see that P{} was made", child));
}

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
    if (seen.truncated)  // no trace attaches as many as are read
      throw TargetFault(
          fmt::format("live: P{} has more than {} filters: the chain has a cycle", number, int{OBSERVE_DEPTH}));
    snapshot.tasks.push_back({.number = number,
                              .life = seen.exit_state != 0 ? Life::zombie : Life::alive,
                              .mode = uint8_t(seen.mode),
                              .filter_count = uint16_t(seen.count),
                              .nnp = seen.nnp != 0,
                              .view = {}});
    fill_chain(seen, uint16_t(snapshot.tasks.size() - 1), snapshot);
  }
}

std::unique_ptr<Observer> make_bpf_observer(std::string& why, Rules* rules) {
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    why = "the kernel has no BTF";
    return nullptr;
  }
  const auto print = libbpf_set_print(silent);
  observe_bpf* programs = observe_bpf__open();
  if (programs != nullptr) {
    bpf_program__set_autoload(programs->progs.observe_nodes, rules != nullptr);
    bpf_map__set_autocreate(programs->maps.met, rules != nullptr);
  }
  int error = programs == nullptr ? errno : -observe_bpf__load(programs);
  if (error == 0) error = -observe_bpf__attach(programs);
  libbpf_set_print(print);
  if (error == 0 && rules != nullptr) return std::make_unique<NodeObserver>(programs, *rules);
  if (error == 0) return std::make_unique<BpfObserver>(programs);
  observe_bpf__destroy(programs);
  why = "BPF programs cannot be loaded: " + error_text(error);
  return nullptr;
}

}  // namespace lockstep::live
