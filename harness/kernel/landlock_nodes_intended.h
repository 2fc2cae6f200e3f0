/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The v5 node design as its thread describes it: nodes belong to tasks. A fork takes
 * landlock_get_events(), a check runs landlock_walk_events(), a released task goes through
 * landlock_intended_exit().
 */
#ifndef LANDLOCK_NODES_INTENDED_H
#define LANDLOCK_NODES_INTENDED_H

#include "landlock_node_common.h"

struct landlock_events *landlock_intended_append(struct task_struct *task,
						 struct landlock_events *current_events,
						 struct bpf_prog *prog);
void landlock_intended_exit(struct task_struct *task, struct landlock_events *events);

#endif /* LANDLOCK_NODES_INTENDED_H */
