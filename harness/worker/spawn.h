/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making tasks whose first instruction is on a stack of their own: what C cannot say. */
#ifndef LOCKSTEP_SPAWN_H
#define LOCKSTEP_SPAWN_H

#ifndef __x86_64__
#error "workers are written for x86-64"
#endif

#include <linux/sched.h>
#include <linux/signal.h>

#include "syscalls.h"
#include "worker.h"

// The child's first function, called by the assembly below.
__attribute__((used, noreturn, visibility("hidden"))) void lockstep_worker_begin(unsigned slot);

// The child finds its slot's number on its stack.
static long spawn(unsigned long flags, void* parent_tid, unsigned slot) {
  uint64_t* top = (uint64_t*)(LOCKSTEP_ARENA->stack[slot] + kWorkerStack) - 1;
  *top = slot;
  long result;
  register void* child_tid __asm__("r10") = 0;
  __asm__ volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "pop %%rdi\n\t"
      "call lockstep_worker_begin\n"
      "1:"
      : "=a"(result)
      : "a"(__NR_clone), "D"(flags), "S"(top), "d"(parent_tid), "r"(child_tid)
      : "rcx", "r11", "memory");
  return result;
}

// A parent of a vfork child waits in D state until the child is gone.
static long hang(uint64_t ms) {
  uint64_t* top = (uint64_t*)(LOCKSTEP_ARENA->hang_stack + kWorkerStack) - 3;
  top[0] = ms / 1000;
  top[1] = ms % 1000 * 1000000;
  long result;
  register void* child_tid __asm__("r10") = 0;
  __asm__ volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "mov %%rsp, %%rdi\n\t"
      "xor %%esi, %%esi\n\t"
      "mov %[sleep], %%eax\n\t"
      "syscall\n\t"
      "xor %%edi, %%edi\n\t"
      "mov %[exit], %%eax\n\t"
      "syscall\n"
      "1:"
      : "=a"(result)
      : "a"(__NR_clone), "D"(CLONE_VM | CLONE_VFORK | SIGCHLD), "S"(top), "d"(0),
        "r"(child_tid), [sleep] "i"(__NR_nanosleep), [exit] "i"(__NR_exit)
      : "rcx", "r11", "memory");
  return result;
}

#endif
