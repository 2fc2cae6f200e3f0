/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel's memory, small and repeatable: what stands behind the calls of landlock_env.h. One
 * struct shim is one kernel; shim_use() says which of them the calls of this thread mean.
 *
 * Every kind of object has its own region of equal slots. The lowest free slot is taken first,
 * and a freed slot keeps its contents: owners are addresses, so which address comes back matters.
 */
#ifndef LOCKSTEP_SHIM_H
#define LOCKSTEP_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum shim_kind { SHIM_EVENTS, SHIM_NODE, SHIM_RULE, SHIM_PROG, SHIM_KINDS };

#define SHIM_SLOT	64    /* bytes; no object is larger */
#define SHIM_SLOTS	32768 /* of each kind; a trace of 10,000 steps makes at most 20,000 nodes */
#define SHIM_IDS	(SHIM_KINDS * SHIM_SLOTS)
#define SHIM_FAULTS	32 /* texts kept; what comes after them is counted only */
#define SHIM_FAULT_TEXT 96

/* All of it is zero after a reset, except what freed slots hold. */
struct shim {
	char *arena; /* SHIM_IDS slots, kind by kind */
	uint64_t live[SHIM_IDS / 64];
	uint64_t accused[SHIM_IDS / 64]; /* freed objects that were reported as touched */
	uint32_t birth[SHIM_IDS];	 /* order of allocation, from 1 */
	uint32_t used[SHIM_KINDS];	 /* slots below this were used since the reset */
	uint32_t first[SHIM_KINDS];	 /* no word of `live` before this one has a free slot */
	uint32_t births;
	uint32_t allocations; /* of this step */
	uint32_t fail_alloc;  /* the number of the one that fails; 0: none */
	uint32_t warnings;
	uint32_t double_frees;
	uint32_t fault_count;
	char fault[SHIM_FAULTS][SHIM_FAULT_TEXT];
};

/* NULL if there is no memory. */
struct shim *shim_create(void);
void shim_destroy(struct shim *shim);
/* Forgets all objects, counts and faults. */
void shim_reset(struct shim *shim);

/* A thread works with one kernel at a time. */
void shim_use(struct shim *shim);
extern __thread struct shim *shim_current;

/* A step begins; its `fail_alloc`-th allocation, from 1, fails. 0: none does. */
void shim_begin_step(struct shim *shim, uint32_t fail_alloc);
/* Counts an allocation; true: it is the one that fails. */
bool shim_alloc_fails(struct shim *shim);

/* The lowest free slot, its contents as they were; NULL and a fault if none is left. */
void *shim_take(struct shim *shim, enum shim_kind kind);
void shim_free(const void *object);
void shim_warn(const char *condition);
void shim_touched_freed(uint32_t id);

/* Slots are numbered through, kind by kind. REQUIRES: address lies in the arena. */
static inline uint32_t shim_id(const struct shim *shim, const void *address)
{
	return (uint32_t)(((uintptr_t)address - (uintptr_t)shim->arena) / SHIM_SLOT);
}

static inline void *shim_object(const struct shim *shim, uint32_t id)
{
	return shim->arena + (size_t)id * SHIM_SLOT;
}

static inline bool shim_is_live(const struct shim *shim, uint32_t id)
{
	return shim->live[id / 64] >> (id % 64) & 1;
}

/* The first live object of the kind with this id or a higher one; SHIM_IDS: none. */
uint32_t shim_next(const struct shim *shim, enum shim_kind kind, uint32_t id);

/* Every access through the calls of landlock_env.h comes by here. */
static inline void shim_touch(const volatile void *address)
{
	const struct shim *shim = shim_current;
	size_t offset = (uintptr_t)address - (uintptr_t)shim->arena;
	uint32_t id = (uint32_t)(offset / SHIM_SLOT);

	if (offset < (size_t)SHIM_IDS * SHIM_SLOT && !shim_is_live(shim, id))
		shim_touched_freed(id);
}

#endif /* LOCKSTEP_SHIM_H */
