// SPDX-License-Identifier: GPL-2.0-or-later
// What an audit costs beside many tasks with filters, against a bare walk over the tasks (and over their files): an
// iterator whose program does nothing. All in turns, in one run, since the machine's speed changes.
#include <benchmark/benchmark.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <ctime>

#include "harness/host_reader.h"
#include "oracle/audit.h"
#include "oracle/filtered_process.h"

namespace lockstep {
namespace {

class BareWalk {
 public:
  explicit BareWalk(const char* over) {
    const bpf_insn nothing[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
    LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_ITER,
                .attach_btf_id = __u32(libbpf_find_vmlinux_btf_id(over, BPF_TRACE_ITER)));
    program_ = bpf_prog_load(BPF_PROG_TYPE_TRACING, "bare_walk", "GPL", nothing, std::size(nothing), &options);
    link_ = bpf_link_create(program_, 0, BPF_TRACE_ITER, nullptr);
  }
  ~BareWalk() {
    close(link_);
    close(program_);
  }
  BareWalk(const BareWalk&) = delete;
  BareWalk& operator=(const BareWalk&) = delete;
  bool run() const {
    const int iterator = bpf_iter_create(link_);
    char byte;
    const bool done = iterator >= 0 && read(iterator, &byte, 1) == 0;
    close(iterator);
    return done;
  }

 private:
  int program_, link_;
};

// Of this thread's own time, which others on the machine do not lengthen; the kernel walks in it.
double ms(const std::function<void()>& act) {
  auto now = [] {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) * 1e3 + double(t.tv_nsec) / 1e6;
  };
  const double start = now();
  act();
  return now() - start;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

// One filter, which so many tasks share: nothing is freed until the last of them ends.
void BM_AuditBesideACrowd(benchmark::State& state) {
  const auto size = state.range(0);
  const test::FilteredProcess first([&] {
    test::attach_filter();
    signal(SIGCHLD, SIG_IGN);
    for (int64_t i = 1; i < size; ++i) {
      const pid_t pid = fork();
      if (pid < 0) _exit(1);
      if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) pause();
      }
    }
  });
  const BareWalk bare("task"), bare_files("task_file");
  const auto reader = make_host_reader();
  FilterNames names;
  std::vector<double> walks, file_walks, looks, audits, audit_per_walk;
  std::vector<HostTask> crowd;
  for (auto _ : state) {
    walks.push_back(ms([&] {
      if (!bare.run()) state.SkipWithError("the bare walk failed");
    }));
    file_walks.push_back(ms([&] {
      if (!bare_files.run()) state.SkipWithError("the bare walk over files failed");
    }));
    looks.push_back(ms([&] { benchmark::DoNotOptimize(reader->look()); }));
    audits.push_back(ms([&] {
      const auto report = audit([&] { return reader->look(); }, {.process = uint32_t(first.pid())}, names);
      if (report.with(Finding::explained).size() == 1) crowd = report.filters[0].view.tasks;
    }));
    audit_per_walk.push_back(audits.back() / walks.back());
  }
  if (crowd.size() != size_t(size)) state.SkipWithError("not all holders were seen");
  state.counters["bare_walk_ms"] = median(walks);
  state.counters["bare_files_ms"] = median(file_walks);
  state.counters["look_ms"] = median(looks);
  state.counters["audit_ms"] = median(audits);
  state.counters["audit:walk"] = median(audit_per_walk);
  // One after the other, so that the machine is not swamped by their ends.
  for (const auto& task : crowd) {
    if (task.pid == uint32_t(first.pid())) continue;
    kill(pid_t(task.pid), SIGKILL);
    usleep(200);
  }
}
BENCHMARK(BM_AuditBesideACrowd)->Arg(10)->Arg(1000)->Arg(5000)->Iterations(31)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lockstep
