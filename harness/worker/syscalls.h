/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raw system calls and ordered loads for code that has no libc: worker.c. */
#ifndef LOCKSTEP_SYSCALLS_H
#define LOCKSTEP_SYSCALLS_H

#include <asm/unistd.h>
#include <linux/futex.h>
#include <stdint.h>

static inline long call6(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
static inline long call4(long number, long a, long b, long c, long d) { return call6(number, a, b, c, d, 0, 0); }
static inline long call3(long number, long a, long b, long c) { return call6(number, a, b, c, 0, 0, 0); }
static inline long call2(long number, long a, long b) { return call6(number, a, b, 0, 0, 0, 0); }
static inline long call1(long number, long a) { return call6(number, a, 0, 0, 0, 0, 0); }

static inline uint32_t load(const uint32_t* word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
static inline void store(uint32_t* word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }

#endif
