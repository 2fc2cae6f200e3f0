// SPDX-License-Identifier: GPL-2.0-or-later
/* Tasks, the checks in front of an append, and the calls into the designs' kernel code. */
#include "harness/sim_designs.h"

#include <stdlib.h>

#include "harness/sim_instance.h"
#include "landlock_nodes.h"
#include "landlock_nodes_intended.h"
#include "landlock_v6.h"

/* ---- the designs ---- */

static sim_events* append_posted(struct task_struct* task, sim_events* events, struct bpf_prog* prog) {
  (void)task; /* the posted code knows no tasks */
  return landlock_nodes_append(events, prog);
}

static void exit_posted(struct task_struct* task, sim_events* events) {
  (void)task;
  landlock_nodes_put_events(events);
}

static sim_events* append_intended(struct task_struct* task, sim_events* events, struct bpf_prog* prog) {
  return landlock_intended_append(task, events, prog);
}

static void exit_intended(struct task_struct* task, sim_events* events) { landlock_intended_exit(task, events); }

static sim_events* get_nodes(sim_events* events) { return landlock_get_events(events); }

static void walk_nodes(const sim_events* events, unsigned int event, landlock_visit_t visit, void* data) {
  landlock_walk_events(events, event, visit, data);
}

static sim_events* append_v6(struct task_struct* task, sim_events* events, struct bpf_prog* prog) {
  (void)task;
  return landlock_v6_append(events, prog);
}

static void exit_v6(struct task_struct* task, sim_events* events) {
  (void)task;
  landlock_v6_put_events(events);
}

static sim_events* get_v6(sim_events* events) { return landlock_v6_get_events(events); }

static void walk_v6(const sim_events* events, unsigned int event, landlock_visit_t visit, void* data) {
  landlock_v6_walk(events, event, visit, data);
}

static const struct design posted = {
    append_posted, get_nodes, exit_posted, walk_nodes, sim_node_events_pointers, sim_owner_slot_pointer};
static const struct design intended = {
    append_intended, get_nodes, exit_intended, walk_nodes, sim_node_events_pointers, sim_owner_task_pointer};
static const struct design v6 = {append_v6, get_v6, exit_v6, walk_v6, sim_v6_events_pointers, NULL};

/* ---- instances ---- */

static struct lockstep_sim* create(const struct design* design) {
  struct lockstep_sim* sim = calloc(1, sizeof(*sim));
  if (!sim) return NULL;
  sim->design = design;
  sim->shim = shim_create();
  if (sim->shim) return sim;
  free(sim);
  return NULL;
}

static struct lockstep_sim* create_posted(void) { return create(&posted); }
static struct lockstep_sim* create_intended(void) { return create(&intended); }
static struct lockstep_sim* create_v6(void) { return create(&v6); }

static void destroy(struct lockstep_sim* sim) {
  if (!sim) return;
  shim_destroy(sim->shim);
  free(sim);
}

static int reset(struct lockstep_sim* sim, const struct lockstep_sim_start* start) {
  for (uint32_t number = 0; number <= sim->highest_task; ++number) sim->task[number].exists = false;
  shim_reset(sim->shim);
  sim->highest_task = 1;
  sim->task[1] = (struct task_struct){.exists = true, .nnp = start->nnp != 0, .cap = start->cap != 0};
  return 0;
}

static struct task_struct* find_task(struct lockstep_sim* sim, uint32_t number) {
  if (number < 1 || number > LOCKSTEP_SIM_MAX_TASK || !sim->task[number].exists) return NULL;
  return &sim->task[number];
}

/* ---- append ---- */

/* The system call's look-up, which takes a reference for the caller of the look-up. */
static int get_prog(uint32_t fd, struct bpf_prog* open_prog) {
  if (fd == LOCKSTEP_SIM_FD_CLOSED) return EBADF;
  if (fd == LOCKSTEP_SIM_FD_OTHER) return EINVAL;
  bpf_prog_inc(open_prog);
  return 0;
}

static int check_call(const struct task_struct* task, const struct lockstep_sim_step* step) {
  if (!task->nnp) return EPERM;
  if (!task->cap) return EPERM;
  if (step->arg == LOCKSTEP_SIM_ARG_NULL) return EFAULT;
  if (step->flags != 0) return EINVAL;
  if (step->arg == LOCKSTEP_SIM_ARG_UNREADABLE) return EFAULT;
  return 0;
}

/* The system call. The program is open for as long as it takes. */
static int append_call(const struct design* design, struct task_struct* task, const struct lockstep_sim_step* step,
                       struct bpf_prog* prog) {
  int error = check_call(task, step);
  if (!error) error = get_prog(step->fd, prog);
  if (error) return error;
  sim_events* events = design->append(task, task->events, prog);
  if (IS_ERR(events)) return (int)-PTR_ERR(events);
  task->events = events;
  return 0;
}

static int append(struct lockstep_sim* sim, struct task_struct* task, const struct lockstep_sim_step* step) {
  if (step->event >= LANDLOCK_EVENTS) return EINVAL; /* the load refuses such a program */
  enum bpf_prog_type type =
      step->type == LOCKSTEP_SIM_TYPE_LANDLOCK ? BPF_PROG_TYPE_LANDLOCK : BPF_PROG_TYPE_SOCKET_FILTER;
  struct bpf_prog* prog = shim_prog_load(sim->shim, type, step->event, step->pages);
  if (!prog) return ENOSPC;
  int error = append_call(sim->design, task, step, prog);
  /* A rule's name is its program's, as the kernel's structure has no room for it. */
  if (!error) prog->aux->id = step->made;
  bpf_prog_put(prog); /* the file descriptor is closed */
  return error;
}

/* ---- the other operations ---- */

static int end(struct lockstep_sim* sim, struct task_struct* task) {
  sim->design->exit(task, task->events);
  *task = (struct task_struct){.exists = false};
  return 0;
}

static int fork_task(struct lockstep_sim* sim, const struct task_struct* parent, uint32_t made) {
  if (made > LOCKSTEP_SIM_MAX_TASK) return EAGAIN;
  struct task_struct* child = &sim->task[made];
  if (child->exists) return EEXIST;
  if (shim_alloc_fails(sim->shim)) return ENOMEM; /* the task itself, before anything is inherited */
  *child = *parent;
  child->events = sim->design->get(parent->events);
  if (made > sim->highest_task) sim->highest_task = made;
  return made == 0 ? end(sim, child) : 0;
}

static int step(struct lockstep_sim* sim, const struct lockstep_sim_step* step) {
  struct task_struct* task = find_task(sim, step->task);
  if (!task) return ESRCH;
  shim_use(sim->shim);
  shim_begin_step(sim->shim, step->fail_alloc);
  switch (step->op) {
    case LOCKSTEP_SIM_APPEND:
      return append(sim, task, step);
    case LOCKSTEP_SIM_FORK:
      return fork_task(sim, task, step->made);
    case LOCKSTEP_SIM_EXEC:
      return 0;
    case LOCKSTEP_SIM_EXIT:
      return end(sim, task);
    default:
      return ENOSYS;
  }
}

/* ---- views ---- */

struct view {
  uint16_t* rules;
  uint32_t room;
  uint32_t count;
};

static bool see(const struct landlock_rule* rule, void* data) {
  struct view* view = data;
  if (view->count < view->room) view->rules[view->count] = (uint16_t)rule->prog->aux->id;
  /* More rules than names: the chain runs in a circle. */
  return ++view->count <= LOCKSTEP_SIM_MAX_RULE;
}

static int view(struct lockstep_sim* sim, uint32_t number, uint32_t event, uint16_t* rules, uint32_t room) {
  const struct task_struct* task = find_task(sim, number);
  if (!task) return -ESRCH;
  if (event >= LANDLOCK_EVENTS) return -EINVAL;
  struct view view = {.rules = rules, .room = room};
  shim_use(sim->shim);
  sim->design->walk(task->events, event, see, &view);
  return (int)view.count;
}

#define LIBRARY(name, more, create_it)                                                                      \
  {                                                                                                         \
    .version = LOCKSTEP_SIM_VERSION, .size = sizeof(struct lockstep_sim_library),                           \
    .shows = LOCKSTEP_SIM_COUNTERS | LOCKSTEP_SIM_FAULTS | (more), .layout = (name), .create = (create_it), \
    .destroy = destroy, .reset = reset, .step = step, .view = view, .dump = sim_dump,                       \
  }

const struct lockstep_sim_library lockstep_sim_v5_posted = LIBRARY("v5-posted", 0, create_posted);
const struct lockstep_sim_library lockstep_sim_v5_intended =
    LIBRARY("v5-intended", LOCKSTEP_SIM_OWNER_IS_TASK, create_intended);
const struct lockstep_sim_library lockstep_sim_v6_posted = LIBRARY("v6-posted", 0, create_v6);
