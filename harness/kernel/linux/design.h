/* SPDX-License-Identifier: GPL-2.0-only */
/* The designs side by side: what a task's life and its checks call, whichever was chosen at boot.
 */
#ifndef LOCKSTEP_DESIGN_H
#define LOCKSTEP_DESIGN_H

#include "landlock_rule.h"

struct lockstep_design {
	const char *name;
	/* For the current task; the program's reference is taken over. 0 or an error. */
	int (*append)(struct bpf_prog *prog);
	void (*get)(struct task_struct *child);
	/* The task is no longer current, or anybody. */
	void (*release)(struct task_struct *task);
	/* The rules of the current task. */
	void (*walk)(unsigned int event, landlock_visit_t visit, void *data);
};

extern const struct lockstep_design *lockstep_design;

#endif /* LOCKSTEP_DESIGN_H */
