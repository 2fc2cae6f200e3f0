/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules, and what every posted design does with a program before it has a rule. A list of rules
 * is a pointer to its newest rule; each rule leads to the next older one.
 */
#ifndef LANDLOCK_RULE_H
#define LANDLOCK_RULE_H

#include "landlock_env.h"

/* Event types; a program is for one of them, which was checked when it was loaded. */
#define LANDLOCK_EVENTS 2

/* What a task may load itself with: the pages of all programs that its checks run. */
#define LANDLOCK_MAX_PAGES 64

/**
 * struct landlock_rule - a program in a list
 * @usage: references: the list's head, a newer rule, or the rules and heads of several lists
 * @prev: the next older rule, or NULL; never changes once the rule is published
 * @prog: holds one reference on the program
 */
struct landlock_rule {
	atomic_t usage;
	struct landlock_rule *prev;
	struct bpf_prog *prog;
};

/* Is called for each rule of a view, newest first; false ends the walk. */
typedef bool (*landlock_visit_t)(const struct landlock_rule *rule, void *data);

unsigned int landlock_prog_event(const struct bpf_prog *prog);
int landlock_check_type(struct bpf_prog *prog);
unsigned long landlock_list_pages(const struct landlock_rule *newest);
struct landlock_rule *landlock_new_rule(struct bpf_prog *prog, unsigned long other_pages);
void landlock_put_rule(struct landlock_rule *rule);
void landlock_push_rule(struct landlock_rule **newest, struct landlock_rule *rule);
void landlock_link_unused_rule(struct landlock_rule **newest, struct landlock_rule *rule);
bool landlock_walk_list(const struct landlock_rule *newest, landlock_visit_t visit, void *data);

#endif /* LANDLOCK_RULE_H */
