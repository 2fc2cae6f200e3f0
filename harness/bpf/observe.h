/* SPDX-License-Identifier: GPL-2.0-only OR GPL-2.0-or-later */
/* What the observer's BPF programs and user space share: it lies in the object's .bss, which user space maps. */
#ifndef LOCKSTEP_OBSERVE_H
#define LOCKSTEP_OBSERVE_H

#include <linux/types.h> /* before libbpf's headers, which need them */

enum {
  OBSERVE_SLOTS = 252, /* the nursery, P1 .. P250, and one for a child that was not expected */
  OBSERVE_DEPTH = 152, /* more filters than one trace may attach */
};

struct observed_filter {
  __u64 address; /* tells filters apart inside one snapshot; never printed, never kept */
  __u32 refs;
  __u32 users;
  __u32 len;
  __u32 mark; /* the immediate operand at mark_index: the filter's own number */
};

struct observed_task {
  __u32 pid;     /* in the first pid namespace */
  __u32 settled; /* it will never run again: all that its exit does is done */
  __u32 present; /* 0: released; nothing below means anything */
  __u32 exit_state;
  __u32 mode;
  __u32 count;
  __u32 nnp;
  __u32 depth;
  __u32 truncated; /* the chain goes on beyond OBSERVE_DEPTH */
  __u32 unused;
  struct observed_filter filter[OBSERVE_DEPTH]; /* newest first */
};

struct observation {
  /* set by user space */
  __u32 armed; /* the next child of task[armed_parent] goes to armed_slot */
  __u32 armed_slot;
  __u32 armed_parent;
  __u32 mark_index;
  __u32 wanted_count;
  __u16 wanted[OBSERVE_SLOTS];
  /* set by the programs, cleared by user space */
  __u64 task[OBSERVE_SLOTS]; /* addresses of task_structs, 0: empty */
  __u32 pid[OBSERVE_SLOTS];  /* of the task when it was caught; user space follows an exec */
  /* the result */
  struct observed_task seen[OBSERVE_SLOTS];
};

#endif
