/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sim_designs.c and sim_dump.c share. The designs differ in what stands in struct design. */
#ifndef LOCKSTEP_HARNESS_SIM_INSTANCE_H
#define LOCKSTEP_HARNESS_SIM_INSTANCE_H

#include "harness/lockstep_sim.h"
#include "landlock_node_common.h"

/* One of the designs' events objects: struct landlock_events or struct landlock_v6_events. */
typedef void sim_events;

/* What the designs see of a task is its address. */
struct task_struct {
  bool exists;
  bool nnp;
  bool cap;
  sim_events* events;
};

struct dump;
struct design {
  sim_events* (*append)(struct task_struct* task, sim_events* events, struct bpf_prog* prog);
  sim_events* (*get)(sim_events* events);
  void (*exit)(struct task_struct* task, sim_events* events);
  void (*walk)(const sim_events* events, unsigned int event, landlock_visit_t visit, void* data);
  /* Shows the pointers of one object. */
  void (*events_pointers)(struct dump* dump, const sim_events* events);
  void (*owner_pointer)(struct dump* dump, const struct landlock_node* node);
};

struct lockstep_sim {
  const struct design* design;
  struct shim* shim;
  uint32_t highest_task; /* none above it was used since the reset */
  /* By P number. Number 0 is a child that nobody gave a name, for as long as it takes to end it. */
  struct task_struct task[LOCKSTEP_SIM_MAX_TASK + 1];
  uint32_t dumps;
  uint32_t shown_freed[SHIM_IDS]; /* the number of the dump that showed this freed object last */
};

void sim_dump(struct lockstep_sim* sim, const struct lockstep_sim_sink* sink);
void sim_node_events_pointers(struct dump* dump, const sim_events* events);
void sim_v6_events_pointers(struct dump* dump, const sim_events* events);
void sim_owner_slot_pointer(struct dump* dump, const struct landlock_node* node);
void sim_owner_task_pointer(struct dump* dump, const struct landlock_node* node);

#endif /* LOCKSTEP_HARNESS_SIM_INSTANCE_H */
