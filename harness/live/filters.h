// SPDX-License-Identifier: GPL-2.0-or-later
// Filter programs. Filter k answers errno 100+k to the system call 0x1000+k, which no kernel has, and allows all
// others; so who calls it learns whether k is on its path, and the number can be read back from the program.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>

#include "model/trace.h"

namespace lockstep::live {

class Crew;
class Observer;

inline constexpr uint32_t kMinLen = 16;
inline constexpr uint32_t kMaxLen = 8192;
inline constexpr uint32_t kMaxAttaches = 150;  // in one trace: all of them may be freed at once (docs/live.md)
inline constexpr uint32_t kMarkCall = 0x1000;
inline constexpr uint32_t kMarkErrno = 100;

constexpr uint32_t mark_of_number(uint32_t number) { return SECCOMP_RET_ERRNO | (kMarkErrno + number); }
constexpr uint32_t number_of_mark(uint32_t mark) { return (mark & SECCOMP_RET_DATA) - kMarkErrno; }

// How long the kernel's translation of a program is.
struct Conversion {
  uint32_t prologue = 3;
  uint32_t load = 1;
  uint32_t jump = 1;
  uint32_t ret = 2;
};

// Writes the argument of an attach into the arena and gives its address there.
class FilterWriter {
 public:
  explicit FilterWriter(Crew& crew) : crew_(crew) {}
  // REQUIRES: kMinLen <= step.len <= kMaxLen.
  uint64_t write(const Step& step, uint32_t number);
  // Measures the conversion on this kernel, with filters of a throw-away worker in slot 1, and checks that lengths
  // come out exact. Throws Unavailable. Returns the number of attach calls it made, never more than kMaxAttaches.
  int calibrate(Observer& observer, bool counters);

 private:
  uint64_t write_bare(const struct sock_filter* program, uint16_t length);
  void write_marked(uint32_t len, uint32_t number);
  int measure(Observer& observer);
  int check_by_limit();
  Crew& crew_;
  Conversion conversion_;
};

}  // namespace lockstep::live
