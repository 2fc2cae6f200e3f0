/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel calls that the designs use, in user space. A build inside Linux has a header of the
 * same name that includes the kernel's own declarations instead.
 *
 * What the designs read of a program: its type, its size in pages, and the event in
 * `expected_attach_type`, which a load has checked to be below LANDLOCK_EVENTS.
 */
#ifndef LANDLOCK_ENV_H
#define LANDLOCK_ENV_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "shim.h"

typedef uint32_t u32;
typedef struct {
	int counter;
} atomic_t;
typedef struct {
	int64_t counter;
} atomic64_t;

#define PAGE_SIZE	   4096UL
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))

/* --- ordering -------------------------------------------------------------------------------- */

#define READ_ONCE(x)                                                                               \
	({                                                                                         \
		shim_touch(&(x));                                                                  \
		__atomic_load_n(&(x), __ATOMIC_RELAXED);                                           \
	})
#define smp_store_release(p, v)                                                                    \
	do {                                                                                       \
		shim_touch(p);                                                                     \
		__atomic_store_n((p), (v), __ATOMIC_RELEASE);                                      \
	} while (0)

/* --- counters: no saturation, 0 to -1 is not reported as zero -------------------------------- */

static inline int atomic_read(const atomic_t *v)
{
	shim_touch(v);
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic_set(atomic_t *v, int i)
{
	shim_touch(v);
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
}

static inline void atomic_inc(atomic_t *v)
{
	shim_touch(v);
	__atomic_fetch_add(&v->counter, 1, __ATOMIC_RELAXED);
}

static inline bool atomic_dec_and_test(atomic_t *v)
{
	shim_touch(v);
	return __atomic_sub_fetch(&v->counter, 1, __ATOMIC_SEQ_CST) == 0;
}

/* --- warnings and error pointers ------------------------------------------------------------- */

#define WARN_ON(condition)                                                                         \
	({                                                                                         \
		bool warn_on_ = !!(condition);                                                     \
		if (warn_on_)                                                                      \
			shim_warn(#condition);                                                     \
		warn_on_;                                                                          \
	})

#define MAX_ERRNO 4095

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

static inline bool IS_ERR(const void *ptr)
{
	return (unsigned long)ptr >= (unsigned long)-MAX_ERRNO;
}

static inline void *ERR_CAST(const void *ptr)
{
	return (void *)ptr;
}

/* --- memory ---------------------------------------------------------------------------------- */

struct landlock_events;
struct landlock_v6_events;
struct landlock_node;
struct landlock_rule;

/*
 * Which region an object lives in follows from its type, and so from the word after `sizeof`: an
 * allocation reads kzalloc(sizeof(*x), GFP_KERNEL), and a type without a region does not compile.
 */
#define SHIM_KIND_OF(type)                                                                         \
	_Generic((type *)0, struct landlock_events *                                               \
		 : SHIM_EVENTS, struct landlock_v6_events *                                        \
		 : SHIM_EVENTS, struct landlock_node *                                             \
		 : SHIM_NODE, struct landlock_rule *                                               \
		 : SHIM_RULE)
#define SHIM_KIND_sizeof(x) SHIM_KIND_OF(__typeof__(x))

#define GFP_KERNEL	     0
#define kzalloc(size, flags) shim_alloc(SHIM_KIND_##size, (size), (flags), true)
#define kmalloc(size, flags) shim_alloc(SHIM_KIND_##size, (size), (flags), false)

static inline void *shim_alloc(enum shim_kind kind, size_t size, int flags, bool zero)
{
	void *object;

	(void)flags;
	if (size > SHIM_SLOT || shim_alloc_fails(shim_current))
		return NULL;
	object = shim_take(shim_current, kind);
	if (object && zero)
		memset(object, 0, size);
	return object;
}

static inline void kfree(const void *object)
{
	shim_free(object);
}

/* --- programs -------------------------------------------------------------------------------- */

enum bpf_prog_type { BPF_PROG_TYPE_SOCKET_FILTER = 1, BPF_PROG_TYPE_LANDLOCK = 0x4c4c };

struct bpf_prog_aux {
	atomic64_t refcnt;
	u32 id;
};

struct bpf_prog {
	u32 pages;
	enum bpf_prog_type type;
	u32 expected_attach_type;
	struct bpf_prog_aux *aux;
};

/* With one reference, the file descriptor's. Is no allocation of the step. */
struct bpf_prog *shim_prog_load(struct shim *shim, enum bpf_prog_type type, u32 event, u32 pages);
void bpf_prog_inc(struct bpf_prog *prog);
void bpf_prog_put(struct bpf_prog *prog);

#endif /* LANDLOCK_ENV_H */
