/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the controller and its workers share: a file of memory at the same address in all of them. A worker waits for
 * a command in its slot, carries it out with raw system calls and stores the result. Slot n belongs to task Pn of the
 * trace, slot 0 to the nursery: init of the workers' pid namespace, which makes P1 and ends traces. */
#ifndef LOCKSTEP_WORKER_H
#define LOCKSTEP_WORKER_H

#include <linux/filter.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  kWorkerSlots = 252, /* the nursery, P1 .. P250, and one for a child that the trace does not expect */
  kNurserySlot = 0,
  kSpareSlot = 251,
  kWorkerStack = 4096,
  kMaxInstructions = 4097, /* one more than the kernel takes */
  kMaxMarks = 512,
  kSelfSize = 64,
  kWorkerArgs = 6,
};

/* Low enough for the shadow memory of every sanitizer, and never where mmap or a static program would be placed. */
#define LOCKSTEP_ARENA ((struct Arena*)0x70000000ul)
/* Unreadable in every process: vm.mmap_min_addr. */
#define LOCKSTEP_BAD_POINTER 8ul

/* File descriptors that a worker has, and no others. */
enum {
  kArenaFd = 0,
  kImageFd = 1, /* the program that `exec` runs */
  kDrainFd = 2, /* stat_refresh, where it can be opened */
  kLockFd = 3,  /* keeps the host locked until the last worker has gone through its exit */
  kGiftFd = 4,  /* a socket that programs come by, where rules can be appended */
  kWorkerFds = 5,
};

/* WorkerSlot.asleep: how the sleeper must be woken. */
enum {
  kAwake,
  kAsleepHere,      /* in the controller's address space: a private futex */
  kAsleepElsewhere, /* a worker that went through exec, or a child of one: a shared futex */
};

enum WorkerOp {
  kOpNone,
  /* the nursery */
  kOpNurse, /* becomes init of the namespace; arg0..4: its files, in the controller's numbers, ~0: none; arg5: a pidfd
               of the controller */
  kOpClear, /* kills everything and waits until nothing is left; arg0: then drain; arg1: then make P1,
               which begins with kOpSetup; arg2 to arg4: its arguments */
  kOpDrain,
  /* tasks of a trace */
  kOpSetup,  /* arg0: set no_new_privs; arg1: drop all capabilities, for good; arg2: let the kernel reap its children */
  kOpAttach, /* arg0: flags; arg1: the sock_fprog */
  kOpFork,   /* arg0: the child's slot; arg1: with an unreadable pointer */
  kOpThread, /* arg0: the new thread's slot */
  kOpExec,   /* arg0: with an unreadable pointer */
  kOpExit,
  kOpReap,  /* arg0: pid, as the namespace counts */
  kOpMarks, /* arg0: how many of `mark` to call; the answers go to `marked` */
  kOpHang,  /* arg0: ms; sits in the kernel that long, not interruptible */
  /* where rules can be appended (harness/kernel/linux) */
  kOpTake,   /* receives a program; the result is its descriptor */
  kOpAppend, /* arg0: flags; arg1: enum WorkerPointer; arg2: enum WorkerProgram; arg3: the descriptor of a taken one */
  kOpCheck,  /* opens the marker file numbered arg0, reads the attributes of the one numbered arg1; the result has the
                errno of the first in its low 16 bits, that of the second above */
  kOpCover, /* lets the kernel take down what code this task runs; arg0: words of the buffer; the result is its address,
               which stays mapped in whoever shares the memory */
};

enum WorkerPointer { kPointerOk, kPointerNull, kPointerBad };
enum WorkerProgram { kProgramGift, kProgramTaken, kProgramClosed, kProgramOther };

#define LOCKSTEP_KCOV "/sys/kernel/debug/kcov"

/* Where marker-0, marker-1 ... lie. */
#define LOCKSTEP_MARKERS "/run/lockstep-markers"

struct WorkerSlot {
  uint32_t posted; /* futex: number of the last command; the controller writes it */
  uint32_t asleep; /* how the worker sleeps on it, or is about to */
  uint32_t op;
  uint32_t named; /* with `self`: filled in at birth if Arena.introduce is set */
  uint64_t arg[kWorkerArgs];
  uint32_t meet;   /* not 0: before the next command, go to processor `meet - 1` and wait for the other one */
  uint32_t linger; /* then go so many times round a loop */
  uint32_t done __attribute__((aligned(64))); /* futex: number of the last command that was carried out */
  uint32_t awaited;                           /* the controller sleeps on it, or is about to */
  int64_t result;                             /* 0 or more, or -errno */
  char self[kSelfSize]; /* where /proc/thread-self leads: the task's ids as the controller's /proc has them */
} __attribute__((aligned(64)));

struct Arena {
  struct WorkerSlot slot[kWorkerSlots];
  uint32_t introduce;
  uint32_t met; /* workers that are at their meeting */
  struct sock_fprog program;
  struct sock_filter instruction[kMaxInstructions];
  uint32_t mark[kMaxMarks];  /* system call numbers */
  int32_t marked[kMaxMarks]; /* what they returned */
  uint8_t hang_stack[kWorkerStack] __attribute__((aligned(16)));
  uint8_t stack[kWorkerSlots][kWorkerStack] __attribute__((aligned(16)));
};

/* clone(CLONE_VM | flags) of a worker that runs the commands of `slot`. Returns its pid or -errno. */
long lockstep_worker_spawn(unsigned long flags, unsigned slot);

/* The static program that goes on with the commands of the slot named by its first argument. */
extern const char lockstep_worker_image[];
extern const char lockstep_worker_image_end[];

#ifdef __cplusplus
}
#endif
#endif
