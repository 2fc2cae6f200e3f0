/* SPDX-License-Identifier: GPL-2.0-only */
/* The region of the events objects, which landlock_env.h leads to. */
#ifndef LANDLOCK_MEMORY_H
#define LANDLOCK_MEMORY_H

#include <linux/init.h>

int __init landlock_init_memory(void);

#endif /* LANDLOCK_MEMORY_H */
