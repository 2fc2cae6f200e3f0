/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the designs use of the kernel, inside Linux: the counterpart of ../shim/landlock_env.h.
 *
 * As there, the place of an events object is repeatable, because owners are addresses of its slots:
 * see landlock_memory.c. Everything else comes from the kernel's allocator as it is.
 */
#ifndef LANDLOCK_ENV_H
#define LANDLOCK_ENV_H

#include <linux/atomic.h>
#include <linux/bpf.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct landlock_events;

void *landlock_take_events(size_t size, gfp_t flags);
void landlock_give_events(const struct landlock_events *events);

/* By the type behind `sizeof`. A macro is not expanded inside itself: there it is the kernel's. */
#define LANDLOCK_FOR_EVENTS_sizeof(x)                                                              \
	_Generic((__typeof__(x) *)NULL, struct landlock_events * : true, default : false)
#define kzalloc(size, flags)                                                                       \
	(LANDLOCK_FOR_EVENTS_##size ? landlock_take_events((size), (flags))                        \
				    : kzalloc((size), (flags)))
#define kfree(object)                                                                              \
	_Generic((object), struct landlock_events * : landlock_give_events, default : kfree)(object)

#endif /* LANDLOCK_ENV_H */
