// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the designs have in common: a program's admission, and the life of a rule. A program
 * reference that is passed in belongs to the function; it ends up in a rule or is dropped.
 */
#include "landlock_rule.h"

/* The load keeps the event in the attach type, so that it needs no field of its own. */
unsigned int landlock_prog_event(const struct bpf_prog *prog)
{
	return prog->expected_attach_type;
}

/* Drops the program if it is not one of ours. */
int landlock_check_type(struct bpf_prog *prog)
{
	if (prog->type == BPF_PROG_TYPE_LANDLOCK)
		return 0;
	bpf_prog_put(prog);
	return -EINVAL;
}

unsigned long landlock_list_pages(const struct landlock_rule *newest)
{
	const struct landlock_rule *rule;
	unsigned long pages = 0;

	for (rule = newest; rule; rule = rule->prev)
		pages += rule->prog->pages;
	return pages;
}

/**
 * landlock_new_rule - make a rule of a program, if the caller's view has room for it
 * @prog: dropped on failure
 * @other_pages: what the view holds already
 *
 * The rule is zeroed, so its usage is 0: nothing refers to it until it is linked.
 */
struct landlock_rule *landlock_new_rule(struct bpf_prog *prog, unsigned long other_pages)
{
	struct landlock_rule *rule;

	if (prog->pages + other_pages > LANDLOCK_MAX_PAGES) {
		bpf_prog_put(prog);
		return ERR_PTR(-E2BIG);
	}
	rule = kzalloc(sizeof(*rule), GFP_KERNEL);
	if (!rule) {
		bpf_prog_put(prog);
		return ERR_PTR(-ENOMEM);
	}
	rule->prog = prog;
	return rule;
}

/*
 * A freed rule gives back the reference that it holds on the older one, hence the loop. A rule
 * that was never used goes from 0 to -1, which is not 0: it stays, and its program with it.
 */
void landlock_put_rule(struct landlock_rule *rule)
{
	while (rule && atomic_dec_and_test(&rule->usage)) {
		struct landlock_rule *older = rule->prev;

		bpf_prog_put(rule->prog);
		kfree(rule);
		rule = older;
	}
}

/*
 * Makes a rule, whose reference the list takes over, the newest of that list. The list's reference
 * on the rule that was the newest becomes the one that the new rule's @prev stands for.
 */
void landlock_push_rule(struct landlock_rule **newest, struct landlock_rule *rule)
{
	rule->prev = READ_ONCE(*newest);
	/* Readers take no lock: they must see @prev and @prog as soon as they see the rule. */
	smp_store_release(newest, rule);
}

/* The same for a rule as landlock_new_rule() left it: the list's reference is its first. */
void landlock_link_unused_rule(struct landlock_rule **newest, struct landlock_rule *rule)
{
	rule->prev = READ_ONCE(*newest);
	WARN_ON(atomic_read(&rule->usage));
	atomic_set(&rule->usage, 1);
	smp_store_release(newest, rule);
}

/* Returns false if @visit ended the walk. */
bool landlock_walk_list(const struct landlock_rule *newest, landlock_visit_t visit, void *data)
{
	const struct landlock_rule *rule;

	for (rule = newest; rule; rule = rule->prev) {
		if (!visit(rule, data))
			return false;
	}
	return true;
}
