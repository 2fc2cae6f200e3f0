// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copy on write: whoever appends to events that are shared leaves them to the others. So a rule
 * reaches the caller and its later children only.
 */
#include "landlock_v6.h"

/* For a fork, after the last point at which it can fail. The parent may have no events. */
struct landlock_v6_events *landlock_v6_get_events(struct landlock_v6_events *events)
{
	if (events)
		atomic_inc(&events->usage);
	return events;
}

void landlock_v6_put_events(struct landlock_v6_events *events)
{
	size_t i;

	if (!events || !atomic_dec_and_test(&events->usage))
		return;
	for (i = 0; i < LANDLOCK_EVENTS; i++)
		landlock_put_rule(events->rules[i]);
	kfree(events);
}

static struct landlock_v6_events *new_events(void)
{
	struct landlock_v6_events *events;

	events = kzalloc(sizeof(*events), GFP_KERNEL);
	if (!events)
		return ERR_PTR(-ENOMEM);
	atomic_set(&events->usage, 1);
	return events;
}

/* A copy with its own reference on each list, in the place of the caller's one on the original. */
static struct landlock_v6_events *unshare_events(struct landlock_v6_events *shared)
{
	struct landlock_v6_events *events;
	size_t i;

	events = new_events();
	if (IS_ERR(events))
		return events;
	for (i = 0; i < LANDLOCK_EVENTS; i++) {
		events->rules[i] = READ_ONCE(shared->rules[i]);
		if (events->rules[i])
			atomic_inc(&events->rules[i]->usage);
	}
	landlock_v6_put_events(shared);
	return events;
}

/* An events object that nobody but the caller uses. */
static struct landlock_v6_events *private_events(struct landlock_v6_events *current_events)
{
	if (!current_events)
		return new_events();
	if (atomic_read(&current_events->usage) > 1)
		return unshare_events(current_events);
	return current_events;
}

/* What this append would load the caller with, its program aside. */
static unsigned long other_pages(const struct landlock_v6_events *current_events)
{
	unsigned long pages = 0;
	size_t i;

	if (!current_events)
		return 0;
	for (i = 0; i < LANDLOCK_EVENTS; i++)
		pages += landlock_list_pages(READ_ONCE(current_events->rules[i]));
	if (atomic_read(&current_events->usage) != 1)
		pages += DIV_ROUND_UP(sizeof(*current_events), PAGE_SIZE);
	return pages;
}

/**
 * landlock_v6_append - add a program to the caller's rules
 * @current_events: the caller's, or NULL
 * @prog: of any type; its reference is taken over, also on failure
 *
 * Returns the caller's events from now on, or an error, after which it keeps those that it has.
 */
struct landlock_v6_events *landlock_v6_append(struct landlock_v6_events *current_events,
					      struct bpf_prog *prog)
{
	const unsigned int event = landlock_prog_event(prog);
	struct landlock_v6_events *events;
	struct landlock_rule *rule;
	int err;

	err = landlock_check_type(prog);
	if (err)
		return ERR_PTR(err);
	rule = landlock_new_rule(prog, other_pages(current_events));
	if (IS_ERR(rule))
		return ERR_CAST(rule);
	events = private_events(current_events);
	if (IS_ERR(events)) {
		landlock_put_rule(rule);
		return events;
	}
	landlock_link_unused_rule(&events->rules[event], rule);
	return events;
}

/* The check path. */
void landlock_v6_walk(const struct landlock_v6_events *events, unsigned int event,
		      landlock_visit_t visit, void *data)
{
	if (events)
		landlock_walk_list(READ_ONCE(events->rules[event]), visit, data);
}
