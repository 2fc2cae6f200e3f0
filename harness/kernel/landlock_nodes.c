// SPDX-License-Identifier: GPL-2.0-only
/*
 * The v5 node design as it was posted. An owner is the address of one slot of one events object.
 * Nothing is locked: the counters are meant to be enough.
 */
#include "landlock_nodes.h"

/* Nodes that outlive the events object lose an owner that is about to go; others keep theirs. */
void landlock_nodes_put_events(struct landlock_events *events)
{
	size_t i;

	if (!events || !atomic_dec_and_test(&events->usage))
		return;
	for (i = 0; i < LANDLOCK_EVENTS; i++) {
		struct landlock_node *node = events->nodes[i];

		/* A half-filled object has empty slots. */
		if (!node)
			continue;
		if (node->owner.slot == &events->nodes[i])
			node->owner.slot = NULL;
		landlock_put_node(node);
	}
	kfree(events);
}

/* A first append gets a node for every event at once, each owned by its slot. */
static struct landlock_events *new_filled_events(void)
{
	struct landlock_events *events;
	size_t i;

	events = landlock_new_empty_events();
	if (IS_ERR(events))
		return events;
	for (i = 0; i < LANDLOCK_EVENTS; i++) {
		struct landlock_node *node;

		node = kzalloc(sizeof(*node), GFP_KERNEL);
		if (!node) {
			landlock_nodes_put_events(events);
			return ERR_PTR(-ENOMEM);
		}
		atomic_set(&node->usage, 1);
		node->owner.slot = &events->nodes[i];
		events->nodes[i] = node;
	}
	return events;
}

/* Caller has none: the rule goes into a fresh set of nodes. */
static struct landlock_events *append_first(struct landlock_rule *rule, unsigned int event)
{
	struct landlock_events *events;

	events = new_filled_events();
	if (IS_ERR(events)) {
		landlock_put_rule(rule);
		return events;
	}
	landlock_link_unused_rule(&events->nodes[event]->rule, rule);
	return events;
}

/*
 * The node of the fork below. It names a slot of the events object that the caller is about to
 * leave: the new one does not exist yet.
 */
static struct landlock_node *new_forked_node(struct landlock_node **owner,
					     struct landlock_rule *rule)
{
	struct landlock_node *node;

	node = kmalloc(sizeof(*node), GFP_KERNEL);
	if (!node)
		return NULL;
	atomic_set(&node->usage, 1);
	node->prev = NULL;
	node->owner.slot = owner;
	atomic_set(&rule->usage, 1);
	node->rule = rule;
	return node;
}

/* Each slot of @to gets what @from has, and a reference. Returns the node of @event. */
static struct landlock_node *copy_slots(struct landlock_events *to, struct landlock_events *from,
					unsigned int event)
{
	size_t i;

	for (i = 0; i < LANDLOCK_EVENTS; i++) {
		to->nodes[i] = READ_ONCE(from->nodes[i]);
		if (!WARN_ON(!to->nodes[i]))
			atomic_inc(&to->nodes[i]->usage);
	}
	return to->nodes[event];
}

/* Caller shares its events and owns no node: a node of its own in a copy of its events. */
static struct landlock_events *append_forked(struct landlock_events *current_events,
					     struct landlock_rule *rule, unsigned int event)
{
	struct landlock_events *events;
	struct landlock_node *node;

	node = new_forked_node(&current_events->nodes[event], rule);
	if (!node) {
		landlock_put_rule(rule);
		return ERR_PTR(-ENOMEM);
	}
	events = landlock_new_empty_events();
	if (IS_ERR(events)) {
		/* The rule is in the node by now and goes with it. */
		landlock_put_node(node);
		return events;
	}
	/* The copied slot's reference is the one that @prev stands for. */
	node->prev = copy_slots(events, current_events, event);
	events->nodes[event] = node;
	landlock_nodes_put_events(current_events);
	return events;
}

/* What this append would load the caller with, its program aside. */
static unsigned long other_pages(const struct landlock_events *current_events)
{
	unsigned long pages = landlock_events_pages(current_events);

	/* Shared events are paid for as if they were going to be copied. */
	if (current_events && atomic_read(&current_events->usage) != 1)
		pages += LANDLOCK_EVENTS_PAGES;
	return pages;
}

/**
 * landlock_nodes_append - add a program to the caller's rules
 * @current_events: the caller's, or NULL
 * @prog: of any type; its reference is taken over, also on failure
 *
 * Returns the caller's events from now on, or an error, after which it keeps those that it has.
 */
struct landlock_events *landlock_nodes_append(struct landlock_events *current_events,
					      struct bpf_prog *prog)
{
	const unsigned int event = landlock_prog_event(prog);
	struct landlock_rule *rule;
	struct landlock_node *node;
	int err;

	err = landlock_check_type(prog);
	if (err)
		return ERR_PTR(err);
	rule = landlock_new_rule(prog, other_pages(current_events));
	if (IS_ERR(rule))
		return ERR_CAST(rule);
	if (!current_events)
		return append_first(rule, event);

	node = current_events->nodes[event];
	if (node->owner.slot != &current_events->nodes[event]) {
		if (atomic_read(&current_events->usage) != 1)
			return append_forked(current_events, rule, event);
		/* Nobody else uses these events: take the node over. */
		WARN_ON(node->owner.slot);
		node->owner.slot = &current_events->nodes[event];
	}
	landlock_link_unused_rule(&node->rule, rule);
	return current_events;
}
