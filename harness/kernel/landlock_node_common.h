/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nodes and events: what the v5 design as it was posted and as it was intended share. They
 * differ in what an owner is, and in what an append makes of it.
 */
#ifndef LANDLOCK_NODE_COMMON_H
#define LANDLOCK_NODE_COMMON_H

#include "landlock_rule.h"

/**
 * struct landlock_node - the rules of one task for one event
 * @usage: references: slots of events objects, and the @prev of other nodes
 * @rule: newest rule of the node's list, or NULL
 * @prev: the node that was inherited, or NULL
 * @owner: who may add rules in place; an address that is only compared, not a reference
 */
struct landlock_node {
	atomic_t usage;
	struct landlock_rule *rule;
	struct landlock_node *prev;
	union {
		struct landlock_node **slot; /* as posted: this slot of an events object */
		struct task_struct *task;    /* as intended */
	} owner;
};

/**
 * struct landlock_events - what a task has, and shares with those that it forked
 * @usage: references: tasks
 * @nodes: one reference each, or NULL
 */
struct landlock_events {
	atomic_t usage;
	struct landlock_node *nodes[LANDLOCK_EVENTS];
};

/* What making an events object costs, in pages, rounded up. */
#define LANDLOCK_EVENTS_PAGES DIV_ROUND_UP(sizeof(struct landlock_events), PAGE_SIZE)

struct landlock_events *landlock_new_empty_events(void);
struct landlock_events *landlock_get_events(struct landlock_events *events);
void landlock_put_node(struct landlock_node *node);
unsigned long landlock_events_pages(const struct landlock_events *events);
void landlock_walk_events(const struct landlock_events *events, unsigned int event,
			  landlock_visit_t visit, void *data);

#endif /* LANDLOCK_NODE_COMMON_H */
