// SPDX-License-Identifier: GPL-2.0-only
/* Nodes and events, as far as the v5 designs agree about them. */
#include "landlock_node_common.h"

/* With one reference and empty slots. */
struct landlock_events *landlock_new_empty_events(void)
{
	struct landlock_events *events;

	events = kzalloc(sizeof(*events), GFP_KERNEL);
	if (!events)
		return ERR_PTR(-ENOMEM);
	atomic_set(&events->usage, 1);
	return events;
}

/* For a fork, after the last point at which it can fail. The parent may have no events. */
struct landlock_events *landlock_get_events(struct landlock_events *events)
{
	if (events)
		atomic_inc(&events->usage);
	return events;
}

/* A freed node gives back its list and the reference that it holds on the inherited node. */
void landlock_put_node(struct landlock_node *node)
{
	while (node && atomic_dec_and_test(&node->usage)) {
		struct landlock_node *inherited = node->prev;

		landlock_put_rule(node->rule);
		kfree(node);
		node = inherited;
	}
}

/* All programs that a task with these events runs, inherited ones included. */
unsigned long landlock_events_pages(const struct landlock_events *events)
{
	const struct landlock_node *node;
	unsigned long pages = 0;
	size_t i;

	if (!events)
		return 0;
	for (i = 0; i < LANDLOCK_EVENTS; i++) {
		for (node = READ_ONCE(events->nodes[i]); node; node = node->prev)
			pages += landlock_list_pages(READ_ONCE(node->rule));
	}
	return pages;
}

/* The check path: the rules of the task's own node, then of each inherited one. */
void landlock_walk_events(const struct landlock_events *events, unsigned int event,
			  landlock_visit_t visit, void *data)
{
	const struct landlock_node *node;

	if (!events)
		return;
	for (node = READ_ONCE(events->nodes[event]); node; node = node->prev) {
		if (!landlock_walk_list(READ_ONCE(node->rule), visit, data))
			return;
	}
}
