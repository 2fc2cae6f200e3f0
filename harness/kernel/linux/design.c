// SPDX-License-Identifier: GPL-2.0-only
/* Each design on a task's pointer, and the choice: boot parameter
 * lockstep_design=v5|v5-intended|v6. */
#include <linux/init.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "design.h"
#include "landlock_nodes.h"
#include "landlock_nodes_intended.h"
#include "landlock_v6.h"

/* Only the current task changes its own pointer. */
static int set_nodes(struct landlock_events *events)
{
	if (IS_ERR(events))
		return PTR_ERR(events);
	current->seccomp.landlock_events = events;
	return 0;
}

static int append_posted(struct bpf_prog *prog)
{
	return set_nodes(landlock_nodes_append(current->seccomp.landlock_events, prog));
}

static int append_intended(struct bpf_prog *prog)
{
	return set_nodes(landlock_intended_append(current, current->seccomp.landlock_events, prog));
}

static void get_nodes(struct task_struct *child)
{
	landlock_get_events(child->seccomp.landlock_events);
}

static void release_posted(struct task_struct *task)
{
	landlock_nodes_put_events(task->seccomp.landlock_events);
	task->seccomp.landlock_events = NULL;
}

static void release_intended(struct task_struct *task)
{
	landlock_intended_exit(task, task->seccomp.landlock_events);
	task->seccomp.landlock_events = NULL;
}

static void walk_nodes(unsigned int event, landlock_visit_t visit, void *data)
{
	landlock_walk_events(current->seccomp.landlock_events, event, visit, data);
}

static int append_v6(struct bpf_prog *prog)
{
	struct landlock_v6_events *events;

	events = landlock_v6_append(current->seccomp.landlock_v6_events, prog);
	if (IS_ERR(events))
		return PTR_ERR(events);
	current->seccomp.landlock_v6_events = events;
	return 0;
}

static void get_v6(struct task_struct *child)
{
	landlock_v6_get_events(child->seccomp.landlock_v6_events);
}

static void release_v6(struct task_struct *task)
{
	landlock_v6_put_events(task->seccomp.landlock_v6_events);
	task->seccomp.landlock_v6_events = NULL;
}

static void walk_v6(unsigned int event, landlock_visit_t visit, void *data)
{
	landlock_v6_walk(current->seccomp.landlock_v6_events, event, visit, data);
}

static const struct lockstep_design designs[] = {
	{"v5", append_posted, get_nodes, release_posted, walk_nodes},
	{"v5-intended", append_intended, get_nodes, release_intended, walk_nodes},
	{"v6", append_v6, get_v6, release_v6, walk_v6},
};

const struct lockstep_design *lockstep_design = &designs[0];

static int __init choose(char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(designs); i++) {
		if (!strcmp(name, designs[i].name)) {
			lockstep_design = &designs[i];
			return 1;
		}
	}
	/* To go on with another design would give the right answers to the wrong question. */
	panic("lockstep: lockstep_design=%s: there is no such design\n", name);
}
__setup("lockstep_design=", choose);
