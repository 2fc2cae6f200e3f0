// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A policy-node implementation for Lockstep, as small as it can be: the promise of the node design
 * itself, without nodes and without counters. A task has a set of its own rules once it appended
 * one, and a list of the sets that it inherited; sets are shared, so a later rule of an ancestor
 * reaches everybody who inherited its set.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lockstep_sim.h"

enum { MAX_PAGES = 64, EVENTS_OBJECT_PAGES = 1, TASKS = LOCKSTEP_SIM_MAX_TASK + 1 };

struct rule {
  uint16_t number;
  uint32_t pages;
  struct rule* older;
  struct rule* made_before; /* any rule, to free them all */
};

/* The rules of one task, newest first. Has the task's number, and outlives the task. */
struct set {
  struct rule* newest[LOCKSTEP_SIM_EVENTS];
};

struct task {
  bool exists, nnp, cap, has_own;
  uint32_t base_count;
  uint8_t base[TASKS]; /* numbers of the inherited sets, nearest first */
};

struct lockstep_sim {
  struct task task[TASKS]; /* [number] */
  struct set set[TASKS];
  struct rule* last_made;
};

static void free_rules(struct lockstep_sim* sim) {
  while (sim->last_made) {
    struct rule* rule = sim->last_made;
    sim->last_made = rule->made_before;
    free(rule);
  }
}

static struct lockstep_sim* create(void) { return calloc(1, sizeof(struct lockstep_sim)); }

static void destroy(struct lockstep_sim* sim) {
  free_rules(sim);
  free(sim);
}

static int reset(struct lockstep_sim* sim, const struct lockstep_sim_start* start) {
  free_rules(sim);
  memset(sim, 0, sizeof(*sim));
  sim->task[1] = (struct task){.exists = true, .nnp = start->nnp != 0, .cap = start->cap != 0};
  return 0;
}

/* ---- views ---- */

/* The n-th set of a task's view, its own first; NULL after the last. */
static const struct set* nth_set(const struct lockstep_sim* sim, uint32_t number, uint32_t n) {
  const struct task* task = &sim->task[number];
  if (task->has_own && n == 0) return &sim->set[number];
  if (task->has_own) --n;
  return n < task->base_count ? &sim->set[task->base[n]] : NULL;
}

static int view(struct lockstep_sim* sim, uint32_t number, uint32_t event, uint16_t* rules, uint32_t room) {
  uint32_t count = 0;
  if (number >= TASKS || !sim->task[number].exists) return -ESRCH;
  for (uint32_t n = 0; nth_set(sim, number, n); ++n)
    for (const struct rule* rule = nth_set(sim, number, n)->newest[event]; rule; rule = rule->older, ++count)
      if (count < room) rules[count] = rule->number;
  return (int)count;
}

static uint64_t pages_of(const struct lockstep_sim* sim, uint32_t number) {
  uint64_t pages = 0;
  for (uint32_t n = 0; nth_set(sim, number, n); ++n)
    for (uint32_t event = 0; event < LOCKSTEP_SIM_EVENTS; ++event)
      for (const struct rule* rule = nth_set(sim, number, n)->newest[event]; rule; rule = rule->older)
        pages += rule->pages;
  return pages;
}

/* ---- steps ---- */

static int check_call(const struct task* task, const struct lockstep_sim_step* step) {
  if (!task->nnp || !task->cap) return EPERM;
  if (step->arg == LOCKSTEP_SIM_ARG_NULL) return EFAULT;
  if (step->flags) return EINVAL;
  if (step->arg == LOCKSTEP_SIM_ARG_UNREADABLE) return EFAULT;
  if (step->fd == LOCKSTEP_SIM_FD_CLOSED) return EBADF;
  if (step->fd == LOCKSTEP_SIM_FD_OTHER) return EINVAL;
  return step->type == LOCKSTEP_SIM_TYPE_LANDLOCK ? 0 : EINVAL;
}

static int append(struct lockstep_sim* sim, const struct lockstep_sim_step* step) {
  struct task* task = &sim->task[step->task];
  uint64_t pages = step->pages + pages_of(sim, step->task);
  int error = check_call(task, step);
  if (error) return error;
  /* A first append of a task that inherited something replaces what it shares. */
  if (!task->has_own && task->base_count > 0) pages += EVENTS_OBJECT_PAGES;
  if (pages > MAX_PAGES) return E2BIG;
  struct rule* rule = malloc(sizeof(*rule));
  if (!rule) return ENOMEM;
  struct rule** newest = &sim->set[step->task].newest[step->event];
  *rule = (struct rule){(uint16_t)step->made, step->pages, *newest, sim->last_made};
  *newest = sim->last_made = rule;
  task->has_own = true;
  return 0;
}

static int fork_task(struct lockstep_sim* sim, const struct lockstep_sim_step* step) {
  const struct task* parent = &sim->task[step->task];
  struct task* child = &sim->task[step->made];
  if (step->made == 0) return 0; /* a child without a name ends at once */
  *child = (struct task){.exists = true, .nnp = parent->nnp, .cap = parent->cap};
  if (parent->has_own) child->base[child->base_count++] = (uint8_t)step->task;
  memcpy(child->base + child->base_count, parent->base, parent->base_count);
  child->base_count += parent->base_count;
  return 0;
}

static int run_step(struct lockstep_sim* sim, const struct lockstep_sim_step* step) {
  switch (step->op) {
    case LOCKSTEP_SIM_APPEND:
      return append(sim, step);
    case LOCKSTEP_SIM_FORK:
      return fork_task(sim, step);
    case LOCKSTEP_SIM_EXEC:
      return 0;
    case LOCKSTEP_SIM_EXIT:
      sim->task[step->task].exists = false;
      return 0;
    default:
      return ENOSYS;
  }
}

/* Results and views only: no LOCKSTEP_SIM_COUNTERS, so no layout and no dump(). */
const struct lockstep_sim_library lockstep_sim_table = {
    .version = LOCKSTEP_SIM_VERSION,
    .size = sizeof(struct lockstep_sim_library),
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .step = run_step,
    .view = view,
};
