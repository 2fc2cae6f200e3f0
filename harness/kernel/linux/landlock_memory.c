// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where events objects of the node designs lie: in the lowest free slot of one region.
 *
 * The posted design takes the address of a slot for an identity, and keeps it when the object is
 * gone. Whether the next object comes back at that address then decides who may append where. The
 * kernel's allocator answers that differently from run to run; the model says: the lowest free
 * address. So do we, and a trace has one outcome. Leaked objects only shift the slots.
 *
 * The kernel's own tools see these objects as they see others: an allocation fails when the
 * allocator's does (fault injection too), KASAN knows freed slots, kmemleak knows live ones.
 */
#include <linux/bitmap.h>
#include <linux/kmemleak.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "landlock_memory.h"
#include "landlock_node_common.h"
#include "landlock_v6.h"

#undef kzalloc
#undef kfree

#ifdef CONFIG_KASAN
#include "../../mm/kasan/kasan.h"
#endif

#define SLOT_SIZE 64 /* more than the object, so that KASAN has something to guard */
#define SLOTS	  16384

/* From the page allocator, so that kmemleak does not take a freed slot's contents for pointers. */
static char *region;
static DECLARE_BITMAP(used, SLOTS);
static unsigned long lowest; /* no slot below is free */
static DEFINE_SPINLOCK(lock);

static_assert(sizeof(struct landlock_events) < SLOT_SIZE);

static void forbid(const void *slot)
{
#ifdef CONFIG_KASAN
	kasan_poison(slot, SLOT_SIZE, KASAN_SLAB_FREE, false);
#endif
}

static void allow(const void *slot, size_t size)
{
#ifdef CONFIG_KASAN
	kasan_unpoison(slot, size, false);
#endif
}

int __init landlock_init_memory(void)
{
	size_t i;

	region = alloc_pages_exact(SLOTS * SLOT_SIZE, GFP_KERNEL | __GFP_ZERO);
	if (!region)
		return -ENOMEM;
	for (i = 0; i < SLOTS; i++)
		forbid(region + i * SLOT_SIZE);
	return 0;
}

static void *take_lowest(void)
{
	unsigned long flags;
	unsigned long slot;

	spin_lock_irqsave(&lock, flags);
	slot = find_next_zero_bit(used, SLOTS, lowest);
	if (slot < SLOTS)
		__set_bit(slot, used);
	lowest = slot;
	spin_unlock_irqrestore(&lock, flags);
	if (slot < SLOTS)
		return region + slot * SLOT_SIZE;
	pr_warn_once(
		"lockstep: no slot is left for another set of events; the guest must restart\n");
	return NULL;
}

/* A zeroed object, if the kernel had memory for one. */
void *landlock_take_events(size_t size, gfp_t flags)
{
	void *probe = kmalloc(size, flags);
	void *slot;

	if (!probe)
		return NULL;
	kfree(probe);
	slot = take_lowest();
	if (!slot)
		return NULL;
	allow(slot, size);
	memset(slot, 0, size);
	kmemleak_alloc(slot, size, 1, flags);
	return slot;
}

void landlock_give_events(const struct landlock_events *events)
{
	unsigned long slot = ((const char *)events - region) / SLOT_SIZE;
	unsigned long flags;
	bool live;

	spin_lock_irqsave(&lock, flags);
	live = slot < SLOTS && __test_and_clear_bit(slot, used);
	if (live) {
		kmemleak_free(events);
		forbid(events);
		lowest = min(lowest, slot);
	}
	spin_unlock_irqrestore(&lock, flags);
	WARN(!live, "lockstep: a set of events was freed twice\n");
}
