/* SPDX-License-Identifier: GPL-2.0-only */
/* The series' next revision: no nodes, every events object leads straight to lists of rules. */
#ifndef LANDLOCK_V6_H
#define LANDLOCK_V6_H

#include "landlock_rule.h"

/**
 * struct landlock_v6_events - what a task has, and shares until one of the sharers appends
 * @usage: references: tasks
 * @rules: newest rule for each event, one reference each, or NULL
 */
struct landlock_v6_events {
	atomic_t usage;
	struct landlock_rule *rules[LANDLOCK_EVENTS];
};

struct landlock_v6_events *landlock_v6_append(struct landlock_v6_events *current_events,
					      struct bpf_prog *prog);
struct landlock_v6_events *landlock_v6_get_events(struct landlock_v6_events *events);
void landlock_v6_put_events(struct landlock_v6_events *events);
void landlock_v6_walk(const struct landlock_v6_events *events, unsigned int event,
		      landlock_visit_t visit, void *data);

#endif /* LANDLOCK_V6_H */
