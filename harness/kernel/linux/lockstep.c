// SPDX-License-Identifier: GPL-2.0-only
/*
 * The designs as a security module: append by seccomp(2), inheritance and release with the task,
 * and two checks. Event 0 is the opening of a file, event 1 the reading of its attributes. The
 * rules of the current task run one after the other until one of them does not return 0: EPERM.
 */
#include <linux/capability.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/lockstep.h>
#include <linux/lsm_hooks.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include "design.h"
#include "landlock_memory.h"
#include "program.h"

#define MARKER_PREFIX "marker-"

/* The order of the checks is the design's. */
static int check_call(unsigned int flags, const void __user *arg)
{
	if (!task_no_new_privs(current))
		return -EPERM;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!arg)
		return -EFAULT;
	if (flags)
		return -EINVAL;
	return 0;
}

long lockstep_append(unsigned int flags, const void __user *arg)
{
	struct bpf_prog *prog;
	int err, fd;

	err = check_call(flags, arg);
	if (err)
		return err;
	if (copy_from_user(&fd, arg, sizeof(fd)))
		return -EFAULT;
	prog = bpf_prog_get(fd);
	if (IS_ERR(prog))
		return PTR_ERR(prog);
	return lockstep_design->append(prog);
}

bool lockstep_event_exists(u32 event)
{
	return event < LANDLOCK_EVENTS;
}

void lockstep_fork(struct task_struct *child)
{
	lockstep_design->get(child);
}

void lockstep_release(struct task_struct *task)
{
	lockstep_design->release(task);
}

/* marker-NUMBER; any other file has number 0. */
static u64 marker_number(struct dentry *dentry)
{
	struct name_snapshot name;
	u64 number = 0;

	take_dentry_name_snapshot(&name, dentry);
	if (str_has_prefix(name.name.name, MARKER_PREFIX) &&
	    kstrtou64(name.name.name + strlen(MARKER_PREFIX), 10, &number))
		number = 0;
	release_dentry_name_snapshot(&name);
	return number;
}

struct check {
	struct bpf_landlock_context context;
	bool denied;
};

static bool run_rule(const struct landlock_rule *rule, void *data)
{
	struct check *check = data;

	check->denied = bpf_prog_run_pin_on_cpu(rule->prog, &check->context) != 0;
	return !check->denied;
}

static int check_event(unsigned int event, struct dentry *dentry)
{
	struct check check = {.denied = false};

	if (!current->seccomp.landlock_events)
		return 0;
	check.context.marker = marker_number(dentry);
	/* The programs may use maps. */
	rcu_read_lock();
	lockstep_design->walk(event, run_rule, &check);
	rcu_read_unlock();
	return check.denied ? -EPERM : 0;
}

static int check_open(struct file *file)
{
	return check_event(0, file->f_path.dentry);
}

static int check_getattr(const struct path *path)
{
	return check_event(1, path->dentry);
}

static struct security_hook_list hooks[] __lsm_ro_after_init = {
	LSM_HOOK_INIT(file_open, check_open),
	LSM_HOOK_INIT(inode_getattr, check_getattr),
};

static int __init init(void)
{
	int err = landlock_init_memory();

	if (err)
		return err;
	security_add_hooks(hooks, ARRAY_SIZE(hooks), "lockstep");
	pr_info("lockstep: design %s\n", lockstep_design->name);
	return 0;
}

DEFINE_LSM(lockstep) = {
	.name = "lockstep",
	.init = init,
};
