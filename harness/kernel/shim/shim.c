// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory of a small kernel: slots, births, failures on demand, and what went wrong. */
#include "shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__thread struct shim *shim_current;

static const char *const kind_names[SHIM_KINDS] = {"set of events", "node", "rule", "program"};

struct shim *shim_create(void)
{
	/* Both are large and mostly never touched: fresh zero pages cost nothing. */
	struct shim *shim = calloc(1, sizeof(*shim));

	if (!shim)
		return NULL;
	shim->arena = calloc(SHIM_IDS, SHIM_SLOT);
	if (!shim->arena) {
		free(shim);
		return NULL;
	}
	return shim;
}

void shim_destroy(struct shim *shim)
{
	if (!shim)
		return;
	if (shim_current == shim)
		shim_current = NULL;
	free(shim->arena);
	free(shim);
}

void shim_reset(struct shim *shim)
{
	for (int kind = 0; kind < SHIM_KINDS; kind++) {
		size_t word = (size_t)kind * SHIM_SLOTS / 64;
		size_t bytes = (shim->used[kind] + 63) / 64 * sizeof(shim->live[0]);

		memset(&shim->live[word], 0, bytes);
		memset(&shim->accused[word], 0, bytes);
		shim->used[kind] = 0;
		shim->first[kind] = 0;
	}
	shim->births = 0;
	shim->allocations = 0;
	shim->fail_alloc = 0;
	shim->warnings = 0;
	shim->double_frees = 0;
	shim->fault_count = 0;
}

void shim_use(struct shim *shim)
{
	shim_current = shim;
}

void shim_begin_step(struct shim *shim, uint32_t fail_alloc)
{
	shim->allocations = 0;
	shim->fail_alloc = fail_alloc;
}

bool shim_alloc_fails(struct shim *shim)
{
	return ++shim->allocations == shim->fail_alloc;
}

static void add_fault(struct shim *shim, const char *before, const char *what, const char *after)
{
	if (shim->fault_count < SHIM_FAULTS)
		snprintf(shim->fault[shim->fault_count], SHIM_FAULT_TEXT, "%s%s%s", before, what,
			 after);
	shim->fault_count++;
}

void *shim_take(struct shim *shim, enum shim_kind kind)
{
	uint32_t word = shim->first[kind];
	uint64_t *live = &shim->live[kind * SHIM_SLOTS / 64];
	uint32_t slot, id;

	while (word < SHIM_SLOTS / 64 && live[word] == UINT64_MAX)
		word++;
	shim->first[kind] = word;
	if (word == SHIM_SLOTS / 64) {
		add_fault(shim, "the shim has no room for another ", kind_names[kind], "");
		return NULL;
	}
	slot = word * 64 + (uint32_t)__builtin_ctzll(~live[word]);
	live[word] |= UINT64_C(1) << (slot % 64);
	if (slot >= shim->used[kind])
		shim->used[kind] = slot + 1;
	id = kind * SHIM_SLOTS + slot;
	shim->accused[id / 64] &= ~(UINT64_C(1) << (id % 64));
	shim->birth[id] = ++shim->births;
	return shim_object(shim, id);
}

void shim_free(const void *object)
{
	struct shim *shim = shim_current;
	uint32_t id, kind, word;

	if (!object)
		return;
	id = shim_id(shim, object);
	kind = id / SHIM_SLOTS;
	if (!shim_is_live(shim, id)) {
		shim->double_frees++;
		add_fault(shim, "a ", kind_names[kind], " was freed twice");
		return;
	}
	shim->live[id / 64] &= ~(UINT64_C(1) << (id % 64));
	word = id % SHIM_SLOTS / 64;
	if (word < shim->first[kind])
		shim->first[kind] = word;
}

void shim_warn(const char *condition)
{
	shim_current->warnings++;
	add_fault(shim_current, "WARN_ON(", condition, ")");
}

/* Once for each object, however often: the first touch is the finding. */
void shim_touched_freed(uint32_t id)
{
	struct shim *shim = shim_current;
	uint64_t bit = UINT64_C(1) << (id % 64);

	if (shim->accused[id / 64] & bit)
		return;
	shim->accused[id / 64] |= bit;
	add_fault(shim, "a freed ", kind_names[id / SHIM_SLOTS], " was touched");
}

uint32_t shim_next(const struct shim *shim, enum shim_kind kind, uint32_t id)
{
	const uint32_t end = kind * SHIM_SLOTS + shim->used[kind];

	while (id < end) {
		uint64_t rest = shim->live[id / 64] >> (id % 64);

		if (rest)
			return id + (uint32_t)__builtin_ctzll(rest);
		id = (id / 64 + 1) * 64;
	}
	return SHIM_IDS;
}
