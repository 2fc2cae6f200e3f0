/* SPDX-License-Identifier: GPL-2.0-only OR GPL-2.0-or-later */
/* What the observer sees where the kernel has a node design (harness/kernel/linux): all objects that tasks lead to. */
#ifndef LOCKSTEP_NODES_H
#define LOCKSTEP_NODES_H

#include <linux/types.h>

enum { NODES_OBJECTS = 4096, NODES_NAME = 16 };
enum nodes_kind { NODES_EVENTS, NODES_NODE, NODES_RULE, NODES_PROG };

struct nodes_object {
  __u64 address; /* tells objects apart inside one snapshot; never printed, never kept */
  __u32 kind;
  __s32 counter;
  __u64 to[3]; /* events: its slots; node: prev, rule, owner; rule: prev, prog */
  __u32 pages; /* of a program */
  __u32 unused;
  char name[NODES_NAME];
};

struct nodes_observation {
  /* set by user space */
  __u32 design_has_nodes; /* slots lead to nodes, and not to rules */
  __u32 generation;       /* another one for each look */
  /* the result */
  __u32 count;
  __u32 lost;        /* there was more than there is room for */
  __u64 events[252]; /* where each wanted task leads to, by slot */
  struct nodes_object object[NODES_OBJECTS];
};

#endif
