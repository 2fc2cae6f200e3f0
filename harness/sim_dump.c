// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows the objects of a shim: first all that are live, leaked ones too, then the pointers of
 * tasks and of live objects. What was freed is shown when a pointer leads to it.
 */
#include "harness/sim_instance.h"
#include "landlock_v6.h"

struct dump {
  struct lockstep_sim* sim;
  const struct lockstep_sim_sink* sink;
  uint64_t from; /* whose pointers are being shown */
};

static const uint32_t kinds[SHIM_KINDS] = {LOCKSTEP_SIM_EVENTS_OBJECT, LOCKSTEP_SIM_NODE, LOCKSTEP_SIM_RULE,
                                           LOCKSTEP_SIM_PROG};

/* Every kind but a program begins with its `usage`. */
_Static_assert(offsetof(struct landlock_events, usage) == 0, "counter first");
_Static_assert(offsetof(struct landlock_v6_events, usage) == 0, "counter first");
_Static_assert(offsetof(struct landlock_node, usage) == 0, "counter first");
_Static_assert(offsetof(struct landlock_rule, usage) == 0, "counter first");

/* Reads the counters directly: looking at an object is not a touch by the design. */
static int32_t counter_of(enum shim_kind kind, const void* object) {
  if (kind != SHIM_PROG) return ((const atomic_t*)object)->counter;
  return (int32_t)((const struct bpf_prog*)object)->aux->refcnt.counter;
}

static void show_object(const struct dump* dump, uint32_t id, bool freed) {
  const struct shim* shim = dump->sim->shim;
  const enum shim_kind kind = id / SHIM_SLOTS;
  const void* memory = shim_object(shim, id);
  struct lockstep_sim_object object = {
      .id = id, .kind = kinds[kind], .counter = counter_of(kind, memory), .birth = shim->birth[id], .freed = freed};
  if (kind == SHIM_RULE) {
    const struct bpf_prog* prog = ((const struct landlock_rule*)memory)->prog;
    object.number = prog->aux->id;
    object.size = prog->pages;
  }
  dump->sink->object(dump->sink->context, &object);
}

static void show_freed_once(const struct dump* dump, uint32_t id) {
  if (dump->sim->shown_freed[id] == dump->sim->dumps) return;
  dump->sim->shown_freed[id] = dump->sim->dumps;
  show_object(dump, id, true);
}

static void show_pointer(const struct dump* dump, uint32_t link, uint32_t event, const void* to) {
  if (!to) return;
  const struct shim* shim = dump->sim->shim;
  const uint32_t id = shim_id(shim, to);
  if (!shim_is_live(shim, id)) show_freed_once(dump, id);
  const struct lockstep_sim_pointer pointer = {.from = dump->from, .to = id, .link = link, .event = event};
  dump->sink->pointer(dump->sink->context, &pointer);
}

void sim_node_events_pointers(struct dump* dump, const sim_events* events) {
  const struct landlock_events* shown = events;
  for (uint32_t i = 0; i < LANDLOCK_EVENTS; ++i) show_pointer(dump, LOCKSTEP_SIM_SLOT, i, shown->nodes[i]);
}

void sim_v6_events_pointers(struct dump* dump, const sim_events* events) {
  const struct landlock_v6_events* shown = events;
  for (uint32_t i = 0; i < LANDLOCK_EVENTS; ++i) show_pointer(dump, LOCKSTEP_SIM_SLOT, i, shown->rules[i]);
}

/* The owner is a slot's address; what is shown is the events object that it lies in. */
void sim_owner_slot_pointer(struct dump* dump, const struct landlock_node* node) {
  show_pointer(dump, LOCKSTEP_SIM_OWNER, 0, node->owner.slot);
}

void sim_owner_task_pointer(struct dump* dump, const struct landlock_node* node) {
  if (!node->owner.task) return;
  const struct lockstep_sim_pointer pointer = {
      .from = dump->from, .to = (uint64_t)(node->owner.task - dump->sim->task), .link = LOCKSTEP_SIM_OWNER};
  dump->sink->pointer(dump->sink->context, &pointer);
}

static void show_pointers_of(struct dump* dump, enum shim_kind kind, const void* object) {
  switch (kind) {
    case SHIM_EVENTS:
      dump->sim->design->events_pointers(dump, object);
      return;
    case SHIM_NODE: {
      const struct landlock_node* node = object;
      show_pointer(dump, LOCKSTEP_SIM_NODE_PREV, 0, node->prev);
      show_pointer(dump, LOCKSTEP_SIM_NODE_RULE, 0, node->rule);
      dump->sim->design->owner_pointer(dump, node);
      return;
    }
    case SHIM_RULE: {
      const struct landlock_rule* rule = object;
      show_pointer(dump, LOCKSTEP_SIM_RULE_PREV, 0, rule->prev);
      show_pointer(dump, LOCKSTEP_SIM_RULE_PROG, 0, rule->prog);
      return;
    }
    default:
      return; /* a program leads nowhere */
  }
}

static void show_tasks(struct dump* dump) {
  const struct lockstep_sim* sim = dump->sim;
  for (uint32_t number = 1; number <= sim->highest_task; ++number) {
    if (!sim->task[number].exists) continue;
    dump->from = number;
    show_pointer(dump, LOCKSTEP_SIM_TASK_EVENTS, 0, sim->task[number].events);
  }
}

static void show_faults(const struct dump* dump) {
  const struct shim* shim = dump->sim->shim;
  for (uint32_t i = 0; i < shim->fault_count && i < SHIM_FAULTS; ++i)
    dump->sink->fault(dump->sink->context, shim->fault[i]);
}

void sim_dump(struct lockstep_sim* sim, const struct lockstep_sim_sink* sink) {
  const struct shim* shim = sim->shim;
  struct dump dump = {.sim = sim, .sink = sink};
  ++sim->dumps;
  for (uint32_t kind = 0; kind < SHIM_KINDS; ++kind)
    for (uint32_t id = shim_next(shim, kind, kind * SHIM_SLOTS); id < SHIM_IDS; id = shim_next(shim, kind, id + 1))
      show_object(&dump, id, false);
  show_tasks(&dump);
  for (uint32_t kind = 0; kind < SHIM_KINDS; ++kind)
    for (uint32_t id = shim_next(shim, kind, kind * SHIM_SLOTS); id < SHIM_IDS; id = shim_next(shim, kind, id + 1)) {
      dump.from = id;
      show_pointers_of(&dump, kind, shim_object(shim, id));
    }
  show_faults(&dump);
}
