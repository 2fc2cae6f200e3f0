// SPDX-License-Identifier: GPL-2.0-only
/*
 * The v5 node design as intended. An owner is a task: the one that made the node, by its first
 * append. A child never takes a node over, it makes its own, linked to those that it inherited.
 */
#include "landlock_nodes_intended.h"

static void put_events(struct landlock_events *events)
{
	size_t i;

	if (!events || !atomic_dec_and_test(&events->usage))
		return;
	for (i = 0; i < LANDLOCK_EVENTS; i++)
		landlock_put_node(events->nodes[i]); /* half-made events have empty slots */
	kfree(events);
}

/* The task's own node for one event, in front of what it inherited, if anything. */
static struct landlock_node *new_own_node(struct task_struct *task, struct landlock_node *inherited)
{
	struct landlock_node *node;

	node = kzalloc(sizeof(*node), GFP_KERNEL);
	if (!node)
		return NULL;
	atomic_set(&node->usage, 1);
	node->owner.task = task;
	if (inherited)
		atomic_inc(&inherited->usage);
	node->prev = inherited;
	return node;
}

/* Nodes for all events at once, so that later rules for any of them reach the same children. */
static struct landlock_events *new_own_events(struct task_struct *task,
					      const struct landlock_events *inherited)
{
	struct landlock_events *events;
	size_t i;

	events = landlock_new_empty_events();
	if (IS_ERR(events))
		return events;
	for (i = 0; i < LANDLOCK_EVENTS; i++) {
		events->nodes[i] = new_own_node(task, inherited ? inherited->nodes[i] : NULL);
		if (!events->nodes[i]) {
			put_events(events);
			return ERR_PTR(-ENOMEM);
		}
	}
	return events;
}

static bool owns_node(const struct task_struct *task, const struct landlock_events *events,
		      unsigned int event)
{
	return events && events->nodes[event]->owner.task == task;
}

/**
 * landlock_intended_append - add a program to the caller's own rules
 * @task: the caller
 * @current_events: the caller's, or NULL
 * @prog: of any type; its reference is taken over, also on failure
 *
 * Returns the caller's events from now on, or an error, after which it keeps those that it has.
 */
struct landlock_events *landlock_intended_append(struct task_struct *task,
						 struct landlock_events *current_events,
						 struct bpf_prog *prog)
{
	const unsigned int event = landlock_prog_event(prog);
	struct landlock_events *events = current_events;
	struct landlock_rule *rule;
	unsigned long pages;
	bool owner;
	int err;

	err = landlock_check_type(prog);
	if (err)
		return ERR_PTR(err);
	owner = owns_node(task, current_events, event);
	pages = landlock_events_pages(current_events);
	/* Paid for only where one events object is made in the place of another. */
	if (current_events && !owner)
		pages += LANDLOCK_EVENTS_PAGES;
	rule = landlock_new_rule(prog, pages);
	if (IS_ERR(rule))
		return ERR_CAST(rule);
	/* Ours until it is linked, so that putting it frees it. */
	atomic_set(&rule->usage, 1);
	if (!owner) {
		events = new_own_events(task, current_events);
		if (IS_ERR(events)) {
			landlock_put_rule(rule);
			return events;
		}
		/* The inherited nodes stay: each is the @prev of a new one. */
		put_events(current_events);
	}
	landlock_push_rule(&events->nodes[event]->rule, rule);
	return events;
}

/* Nobody becomes the owner of the nodes that a task leaves to its children. */
void landlock_intended_exit(struct task_struct *task, struct landlock_events *events)
{
	size_t i;

	if (!events)
		return;
	for (i = 0; i < LANDLOCK_EVENTS; i++) {
		if (owns_node(task, events, i))
			events->nodes[i]->owner.task = NULL;
	}
	put_events(events);
}
