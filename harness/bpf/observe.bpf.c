// SPDX-License-Identifier: GPL-2.0-only
// Looks at tasks and their seccomp filters. One method for all kernels from 6.1 on: a tracepoint catches the
// addresses of the workers as they are made, and a program that user space runs reads what they lead to. (Finding a
// task by its pid would need kfuncs that 6.1 does not have, and pids as the first namespace counts them.)
#include "observe.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kernel.h"

enum { kTaskDead = 0x80 };  // TASK_DEAD, a macro and so not in BTF; the last thing that a task sets on its way out

char LICENSE[] SEC("license") = "GPL";
struct observation observation;

#include "nodes.bpf.h"

static __always_inline void read_filter(struct seccomp_filter* filter, struct observed_filter* out) {
  out->address = (unsigned long long)filter;
  out->refs = BPF_CORE_READ(filter, refs.refs.counter);
  out->users = BPF_CORE_READ(filter, users.refs.counter);
  struct bpf_prog* prog = BPF_CORE_READ(filter, prog);
  out->len = BPF_CORE_READ(prog, len);
  struct bpf_insn insn = {};
  bpf_probe_read_kernel(&insn, sizeof(insn),
                        (void*)prog + bpf_core_field_offset(prog->insnsi) + observation.mark_index * sizeof(insn));
  out->mark = insn.imm;
}

// A function of its own, so that the verifier walks the loop once and not once for each task.
__noinline int read_task(unsigned slot) {
  if (slot >= OBSERVE_SLOTS) return 0;
  struct task_struct* task = (void*)observation.task[slot];
  struct observed_task* out = &observation.seen[slot];
  out->present = 0;
  out->settled = 1;
  if (!task) return 0;
  // The memory of a released task still reads plausible, or belongs to somebody else by now.
  out->pid = BPF_CORE_READ(task, pid);
  if (out->pid != observation.pid[slot]) return 0;
  out->settled = (BPF_CORE_READ(task, __state) & kTaskDead) != 0;
  if (!BPF_CORE_READ(task, sighand)) return 0;
  out->present = 1;
  out->exit_state = BPF_CORE_READ(task, exit_state);
  out->mode = BPF_CORE_READ(task, seccomp.mode);
  out->count = BPF_CORE_READ(task, seccomp.filter_count.counter);
  out->nnp = BPF_CORE_READ(task, atomic_flags) & 1;  // PFA_NO_NEW_PRIVS
  struct seccomp_filter* filter = BPF_CORE_READ(task, seccomp.filter);
  unsigned depth = 0;
  for (; depth < OBSERVE_DEPTH && filter; ++depth) {
    read_filter(filter, &out->filter[depth]);
    filter = BPF_CORE_READ(filter, prev);
  }
  out->depth = depth;
  out->truncated = filter != 0;
  return 0;
}

SEC("syscall")
int observe(void* unused) {
  for (unsigned i = 0; i < OBSERVE_SLOTS; ++i) {
    if (i >= observation.wanted_count) break;
    read_task(observation.wanted[i]);
  }
  return 0;
}

// The task that runs it gets slot 0: so the controller makes itself known before it makes the nursery.
SEC("syscall")
int introduce(void* unused) {
  observation.task[0] = bpf_get_current_task();
  return 0;
}

SEC("raw_tp/sched_process_fork")
int on_fork(struct bpf_raw_tracepoint_args* args) {
  if (!observation.armed) return 0;
  unsigned parent = observation.armed_parent;
  if (parent >= OBSERVE_SLOTS || args->args[0] != observation.task[parent]) return 0;
  unsigned slot = observation.armed_slot;
  if (slot >= OBSERVE_SLOTS) return 0;
  observation.armed = 0;
  observation.pid[slot] = BPF_CORE_READ((struct task_struct*)args->args[1], pid);
  observation.task[slot] = args->args[1];
  return 0;
}
