/* SPDX-License-Identifier: GPL-2.0-only OR GPL-2.0-or-later */
/* What the audit's BPF programs and user space share. No kernel address leaves the programs: an object goes by its
 * place in these arrays, and from reading to reading by an id, which is its address scrambled with keys of this run. */
#ifndef LOCKSTEP_HOST_READER_H
#define LOCKSTEP_HOST_READER_H

#include <linux/types.h> /* before libbpf's headers, which need them */

enum {
  HOST_NONE = 0xffffffff, /* instead of an index */
  HOST_PATH = 4096,       /* more filters than fit on a path: 32768 instructions, at least 5 + 4 each */
  HOST_BIRTHS = 65536,
};

struct host_task {
  __u64 start; /* when it was made, ns: tells it from a later one with its pid */
  __u32 filter;
  __u32 pid;
  __u32 tgid;
  __u32 exited; /* a zombie, or about to be released */
  char comm[16];
};

struct host_filter {
  __u64 id;
  __u32 prev;
  __u32 refs;
  __u32 users;
  __u32 len;
  __u32 listened; /* it has a listener, which somebody holds open */
  __u32 unreadable;
};

/* A descriptor of a listener. */
struct host_file {
  __u64 id; /* of the open file: descriptors that are copies share it */
  __u32 filter;
  __u32 pid;
  __u32 fd;
  char comm[16];
};

struct host_tally {
  __u32 tasks_seen;
  __u32 between; /* tasks that are exiting and may be about to drop a filter that they no longer show */
  __u32 tasks;   /* in the arrays, or needed there if they are too small */
  __u32 filters;
  __u32 files;
  __u32 lost;     /* could not be put there for another reason */
  __u32 rings;    /* descriptors of io_uring */
  __u32 inflight; /* some task's user has descriptors in flight over sockets */
  __u32 nested;   /* we are in a pid namespace of our own, and see no further */
};

#endif
