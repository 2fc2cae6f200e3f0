/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The v5 node design as it was posted, good or bad. A fork takes landlock_get_events(), a check
 * runs landlock_walk_events(), a released task's events go to landlock_nodes_put_events().
 */
#ifndef LANDLOCK_NODES_H
#define LANDLOCK_NODES_H

#include "landlock_node_common.h"

struct landlock_events *landlock_nodes_append(struct landlock_events *current_events,
					      struct bpf_prog *prog);
void landlock_nodes_put_events(struct landlock_events *events);

#endif /* LANDLOCK_NODES_H */
