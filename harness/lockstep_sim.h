/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An implementation of a policy-node design, as a library that Lockstep can drive: everything that
 * `lockstep ... --target sim:./mine.so` needs. C11 and C++; no other header of Lockstep is needed.
 *
 * A library is a shared object that exports one table (at the end of this file). It runs in a
 * child process of its own, so it may crash or hang: that is a finding, tied to the step that ran.
 * All calls come from one thread, one after the other; several instances may exist at a time.
 *
 * A complete small library stands in harness/examples/sim_example.
 */
#ifndef LOCKSTEP_SIM_H
#define LOCKSTEP_SIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes with every change of a shape or a meaning in this file. */
#define LOCKSTEP_SIM_VERSION 1

/* Tasks are numbered from 1 (P1, P2 ...), rules from 1 (R1, R2 ...), event types from 0. */
#define LOCKSTEP_SIM_MAX_TASK 250
#define LOCKSTEP_SIM_MAX_RULE 9999
#define LOCKSTEP_SIM_EVENTS 2

/* An instance; its contents are the library's own. */
struct lockstep_sim;

/* ---- what happens -------------------------------------------------------------------------- */

/* How P1 starts; 0 or 1 each. */
struct lockstep_sim_start {
  uint32_t nnp; /* has no_new_privs */
  uint32_t cap; /* has CAP_SYS_ADMIN */
};

enum lockstep_sim_op {
  LOCKSTEP_SIM_APPEND = 1, /* `task` asks for a rule for `event`; success: it is called R`made` */
  LOCKSTEP_SIM_FORK = 2,   /* `task` makes a child, which inherits all it has; success: it is P`made` */
  LOCKSTEP_SIM_EXEC = 3,   /* `task` runs another program; nothing changes */
  LOCKSTEP_SIM_EXIT = 4    /* `task` ends and is reaped: what it held is put, it is named no more */
};

/* What the system call's argument pointer leads to (append). */
enum lockstep_sim_arg { LOCKSTEP_SIM_ARG_OK = 0, LOCKSTEP_SIM_ARG_NULL = 1, LOCKSTEP_SIM_ARG_UNREADABLE = 2 };

/* What the file descriptor in that argument is (append). */
enum lockstep_sim_fd {
  LOCKSTEP_SIM_FD_PROG = 0,
  LOCKSTEP_SIM_FD_CLOSED = 1, /* nothing is open under it */
  LOCKSTEP_SIM_FD_OTHER = 2   /* open, but not a program */
};

/* What type the program has (append). */
enum lockstep_sim_type { LOCKSTEP_SIM_TYPE_LANDLOCK = 0, LOCKSTEP_SIM_TYPE_OTHER = 1 };

/*
 * One step. Fields that its operation does not use are 0.
 *
 * Each append has a fresh program of its own, open under its file descriptor from before the
 * step until its end. Checks in front of the append, in this order: no_new_privs missing, EPERM;
 * CAP_SYS_ADMIN missing, EPERM; argument null, EFAULT; flags other than 0, EINVAL; argument
 * unreadable, EFAULT; descriptor closed, EBADF; descriptor no program, EINVAL. Then the design's own.
 */
struct lockstep_sim_step {
  uint32_t op;         /* enum lockstep_sim_op */
  uint32_t task;       /* caller, 1 .. LOCKSTEP_SIM_MAX_TASK; exists */
  uint32_t made;       /* name that success gives, unused so far; 0: no success is expected */
  uint32_t event;      /* 0 .. LOCKSTEP_SIM_EVENTS - 1 */
  uint32_t arg;        /* enum lockstep_sim_arg */
  uint32_t fd;         /* enum lockstep_sim_fd */
  uint32_t type;       /* enum lockstep_sim_type */
  uint32_t pages;      /* size of the program, in pages */
  uint32_t flags;      /* of the system call */
  uint32_t fail_alloc; /* from 1: which allocation of this step fails; 0: none. Loading the
                          program is not counted; a fork's first allocation is the task */
};

/* ---- what can be seen ---------------------------------------------------------------------- */

enum lockstep_sim_kind {
  LOCKSTEP_SIM_EVENTS_OBJECT = 1,
  LOCKSTEP_SIM_NODE = 2,
  LOCKSTEP_SIM_RULE = 3,
  LOCKSTEP_SIM_PROG = 4
};

/* A counted object. All that were not freed are shown, also those that nothing leads to; of the
   freed ones, those that a pointer still leads to. */
struct lockstep_sim_object {
  uint64_t id;     /* any value that no other object of this dump has: an address will do */
  uint32_t kind;   /* enum lockstep_sim_kind */
  uint32_t number; /* rule: its R number, 0 if its append failed; others: 0 */
  int32_t counter; /* its reference counter: `usage`, or `refs` of a program */
  uint32_t size;   /* rule: pages of its program; others: 0 */
  uint32_t birth;  /* grows with the order of allocation */
  uint32_t freed;  /* 1: its memory was freed; 0: it was not */
};

enum lockstep_sim_link {
  LOCKSTEP_SIM_TASK_EVENTS = 1, /* task -> events object */
  LOCKSTEP_SIM_SLOT = 2,        /* events object -> node, or rule in a design without nodes; with its `event` */
  LOCKSTEP_SIM_NODE_PREV = 3,   /* node -> inherited node */
  LOCKSTEP_SIM_NODE_RULE = 4,   /* node -> its newest rule */
  LOCKSTEP_SIM_RULE_PREV = 5,   /* rule -> older rule */
  LOCKSTEP_SIM_RULE_PROG = 6,   /* rule -> program */
  LOCKSTEP_SIM_OWNER = 7        /* node -> task with LOCKSTEP_SIM_OWNER_IS_TASK, events object without */
};

/* A pointer that is not null, of a task that exists or an object that is not freed. */
struct lockstep_sim_pointer {
  uint64_t from;  /* id of an object, or P number of a task */
  uint64_t to;    /* id of an object, or P number of a task */
  uint32_t link;  /* enum lockstep_sim_link */
  uint32_t event; /* LOCKSTEP_SIM_SLOT: which slot; others: 0 */
};

/* Takes what dump() shows. Arguments need to live for the call only. An object comes before the
   pointers that start or end at it; otherwise any order will do. */
struct lockstep_sim_sink {
  void* context; /* first argument of each call */
  void (*object)(void* context, const struct lockstep_sim_object* object);
  void (*pointer)(void* context, const struct lockstep_sim_pointer* pointer);
  /* What the design did wrong by its own account since the reset: a warning, a freed object
     touched, a double free. One sentence without a full stop, UTF-8, at most 200 bytes. */
  void (*fault)(void* context, const char* text);
};

/* ---- the table ----------------------------------------------------------------------------- */

enum lockstep_sim_shows {
  LOCKSTEP_SIM_COUNTERS = 1,     /* dump() shows objects and pointers */
  LOCKSTEP_SIM_FAULTS = 2,       /* fail_alloc is carried out */
  LOCKSTEP_SIM_OWNER_IS_TASK = 4 /* see LOCKSTEP_SIM_OWNER */
};

struct lockstep_sim_library {
  uint32_t version; /* LOCKSTEP_SIM_VERSION */
  uint32_t size;    /* sizeof(struct lockstep_sim_library) */
  uint32_t shows;   /* enum lockstep_sim_shows, or-ed */

  /* Names the shape of the objects, 1 to 63 bytes: counters are compared with a model of the same
     layout ("v5-posted", "v5-intended", "v6-posted" are Lockstep's own). NULL without counters. */
  const char* layout;

  /* A new instance, or NULL if there is no memory. reset() comes before its first step. */
  struct lockstep_sim* (*create)(void);
  void (*destroy)(struct lockstep_sim* sim);

  /* Everything of the last trace is forgotten; P1 exists and has nothing. Returns 0 or an errno. */
  int (*reset)(struct lockstep_sim* sim, const struct lockstep_sim_start* start);

  /* Runs one step to its end. Returns 0 for success, or the errno of its failure, 1 .. 4095. If
     `made` is 0 a success has no name: the rule is shown as number 0, the child ends at once. */
  int (*step)(struct lockstep_sim* sim, const struct lockstep_sim_step* step);

  /* The rules that a check of `event` by `task` runs, newest first, 0 for a rule without a name.
     Writes at most `room` of them and returns how many there are, or -ESRCH for an unknown task. */
  int (*view)(struct lockstep_sim* sim, uint32_t task, uint32_t event, uint16_t* rules, uint32_t room);

  /* Shows every object and pointer. Changes nothing. NULL without LOCKSTEP_SIM_COUNTERS. */
  void (*dump)(struct lockstep_sim* sim, const struct lockstep_sim_sink* sink);
};

/* What the shared object exports, defined as
     const struct lockstep_sim_library lockstep_sim_table = { .version = LOCKSTEP_SIM_VERSION, ... };
   with default visibility. */
extern const struct lockstep_sim_library lockstep_sim_table;

#ifdef __cplusplus
}
#endif

#endif /* LOCKSTEP_SIM_H */
