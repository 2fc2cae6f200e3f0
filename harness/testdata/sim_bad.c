// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Libraries that misbehave on purpose, one for each SIM_BAD_x that the build defines. P1 alone is
 * fine in all of them; forks succeed; what is wrong happens at an append, or when it is looked at.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lockstep_sim.h"

struct lockstep_sim {
  int appended;
};

static struct lockstep_sim* create(void) {
#ifdef SIM_BAD_no_memory
  return NULL;
#else
  return calloc(1, sizeof(struct lockstep_sim));
#endif
}

static void destroy(struct lockstep_sim* sim) { free(sim); }

static int reset(struct lockstep_sim* sim, const struct lockstep_sim_start* start) {
  (void)start;
  sim->appended = 0;
  return 0;
}

static int append(struct lockstep_sim* sim) {
  sim->appended = 1;
#if defined(SIM_BAD_crash)
  volatile int* volatile nowhere = (volatile int*)sizeof(int);
  *nowhere = 1;
#elif defined(SIM_BAD_abort)
  abort();
#elif defined(SIM_BAD_exits)
  _exit(7);
#elif defined(SIM_BAD_hang)
  for (;;) pause();
#elif defined(SIM_BAD_closes)
  for (int fd = 3; fd < 100; ++fd) close(fd);
  for (;;) pause();
#elif defined(SIM_BAD_bad_errno)
  return -EINVAL;
#endif
  return 0;
}

static int run_step(struct lockstep_sim* sim, const struct lockstep_sim_step* step) {
  return step->op == LOCKSTEP_SIM_APPEND ? append(sim) : 0;
}

static int view(struct lockstep_sim* sim, uint32_t task, uint32_t event, uint16_t* rules, uint32_t room) {
  (void)task, (void)event, (void)rules, (void)room, (void)sim;
#if defined(SIM_BAD_bad_rule)
  if (sim->appended) rules[0] = 10000;
  return sim->appended;
#elif defined(SIM_BAD_long_view)
  return sim->appended ? 1 << 30 : 0;
#else
  return 0;
#endif
}

static void dump(struct lockstep_sim* sim, const struct lockstep_sim_sink* sink) {
  if (!sim->appended) return;
  struct lockstep_sim_object node = {.id = 1, .kind = LOCKSTEP_SIM_NODE, .counter = 1};
  sink->object(sink->context, &node);
#if defined(SIM_BAD_double_id)
  sink->object(sink->context, &node);
#elif defined(SIM_BAD_bad_pointer)
  struct lockstep_sim_pointer pointer = {.from = 1, .to = 4711, .link = LOCKSTEP_SIM_NODE_RULE};
  sink->pointer(sink->context, &pointer);
#endif
}

#ifdef SIM_BAD_crash_on_load
__attribute__((constructor)) static void on_load(void) { raise(SIGILL); }
#endif

#ifdef SIM_BAD_no_step
#define IF_GOOD(function) (0 ? (function) : NULL)
#else
#define IF_GOOD(function) (function)
#endif

#ifdef SIM_BAD_no_symbol
__attribute__((visibility("hidden")))
#endif
const struct lockstep_sim_library lockstep_sim_table = {
#ifdef SIM_BAD_version
    .version = LOCKSTEP_SIM_VERSION + 1,
#else
    .version = LOCKSTEP_SIM_VERSION,
#endif
#ifdef SIM_BAD_short
    .size = sizeof(struct lockstep_sim_library) - sizeof(void*),
#else
    .size = sizeof(struct lockstep_sim_library),
#endif
    .shows = LOCKSTEP_SIM_COUNTERS,
    .layout = "bad",
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .step = IF_GOOD(run_step),
    .view = view,
    .dump = dump,
};
