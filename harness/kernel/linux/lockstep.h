/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's own files call of the designs: the inserted lines. */
#ifndef _LINUX_LOCKSTEP_H
#define _LINUX_LOCKSTEP_H

#include <linux/compiler_types.h>
#include <linux/types.h>

struct landlock_events;
struct landlock_v6_events;
struct task_struct;

/* An operation of seccomp(2), far from the kernel's own. */
#define LOCKSTEP_SECCOMP_APPEND 0x100

/* seccomp(2): @arg points to the fd of a program, which becomes a rule of the caller. */
long lockstep_append(unsigned int flags, const void __user *arg);
/* A program's event, which its loader gives as the expected attach type. */
bool lockstep_event_exists(u32 event);
/* The new task has a copy of the caller's pointer, and nothing can fail any more. */
void lockstep_fork(struct task_struct *child);
void lockstep_release(struct task_struct *task);

#endif /* _LINUX_LOCKSTEP_H */
