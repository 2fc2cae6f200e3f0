// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/filters.h"

#include <fmt/format.h>

#include <cerrno>

#include "harness/live/crew.h"
#include "harness/live/observer.h"

namespace lockstep::live {

namespace {

constexpr sock_filter kLoad = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);  // the number of the system call
constexpr sock_filter kAllow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
constexpr sock_filter kUnknown = BPF_STMT(BPF_MISC | 0xf8, 0);

constexpr uint64_t kTotalLen = 32768;  // what the kernel allows one path: each filter's length, plus 4 if it is older
constexpr uint64_t kOlderPenalty = 4;

// The addresses of the arena's fields are the same for every worker.
uint64_t address(const void* field) { return uint64_t(reinterpret_cast<uintptr_t>(field)); }

[[noreturn]] void not_linear(const std::string& what) {
  throw Unavailable("live: filters do not come out with the length they should have (" + what +
                    "); sysctl net.core.bpf_jit_harden=0");
}

}  // namespace

uint64_t FilterWriter::write_bare(const sock_filter* program, uint16_t length) {
  Arena& arena = crew_.arena();
  std::copy(program, program + length, arena.instruction);
  arena.program = {.len = length, .filter = arena.instruction};
  return address(&arena.program);
}

// What pads it out to its length stands behind the last return: it costs nothing when the filter runs.
void FilterWriter::write_marked(uint32_t len, uint32_t number) {
  Arena& arena = crew_.arena();
  sock_filter* next = arena.instruction;
  *next++ = kLoad;
  *next++ = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kMarkCall + number, 0, 1);
  *next++ = BPF_STMT(BPF_RET | BPF_K, mark_of_number(number));
  *next++ = kAllow;
  const Conversion& c = conversion_;
  uint32_t rest = len - (c.prologue + c.load + c.jump + 2 * c.ret);
  // A long program needs the instruction that converts to more; and the last one has to return.
  const uint32_t loads = rest % c.ret == 0 ? 0 : rest % c.ret;
  for (uint32_t i = 0; i < loads; ++i) *next++ = kLoad;
  for (rest -= loads * c.load; rest > 0; rest -= c.ret) *next++ = kAllow;
  arena.program = {.len = uint16_t(next - arena.instruction), .filter = arena.instruction};
}

uint64_t FilterWriter::write(const Step& step, uint32_t number) {
  Arena& arena = crew_.arena();
  write_marked(step.len, number);
  switch (step.arg) {
    case Arg::ok:
      break;
    case Arg::null:
      return 0;
    case Arg::bad:
      return LOCKSTEP_BAD_POINTER;
    case Arg::empty:
      arena.program.len = 0;
      break;
    case Arg::large:
      arena.program.len = kMaxInstructions;
      break;
    case Arg::noinsns:
      arena.program.filter = nullptr;
      break;
    case Arg::badinsns:
      arena.program.filter = reinterpret_cast<sock_filter*>(LOCKSTEP_BAD_POINTER);
      break;
    case Arg::invalid:
      return write_bare(&kUnknown, 1);
  }
  return address(&arena.program);
}

int FilterWriter::calibrate(Observer& observer, bool counters) {
  return counters ? measure(observer) : check_by_limit();
}

int FilterWriter::measure(Observer& observer) {
  int calls = 0;
  const auto attached = [&](uint64_t program) {
    ++calls;
    const int64_t result = crew_.run(1, kOpAttach, {0, program});
    if (result < 0) throw Unavailable("live: no seccomp filter can be attached: " + error_text(int(-result)));
    observer.look({1});
    return observer.filters(1).at(0);
  };
  const sock_filter one[] = {kAllow}, two[] = {kLoad, kAllow}, three[] = {kLoad, kAllow, kAllow};
  const uint32_t first = attached(write_bare(one, 1)).len;
  const uint32_t second = attached(write_bare(two, 2)).len;
  const uint32_t third = attached(write_bare(three, 3)).len;
  Conversion& c = conversion_;
  c.ret = third - second;
  c.load = second - first;
  c.prologue = first - c.ret;
  if (c.load != 1 || c.ret != 2 || c.prologue > 7) not_linear(fmt::format("{}, {}, {}", first, second, third));

  constexpr uint32_t kNumber = 777;
  const Step shortest{.op = Op::attach, .len = kMinLen};
  const uint64_t program = write(shortest, kNumber);
  uint32_t index = 0;
  for (observer.set_mark_index(0); attached(program).mark != mark_of_number(kNumber); observer.set_mark_index(index))
    if (++index >= kMinLen) throw Unavailable("live: a filter's number cannot be read back; use Linux 6.1 to 7.x");

  uint32_t number = kNumber;
  for (uint32_t len : {kMinLen, kMinLen + 1, 4095u, kMaxLen}) {
    const Step step{.op = Op::attach, .len = len};
    const Observer::Seen seen = attached(write(step, ++number));
    if (seen.len != len) not_linear(fmt::format("{} instead of {}", seen.len, len));
    if (number_of_mark(seen.mark) != number) throw Unavailable("live: filters are mixed up; use Linux 6.1 to 7.x");
  }
  return calls;
}

// Without BPF no length can be read; but the kernel counts them, and it stops at a known total.
int FilterWriter::check_by_limit() {
  int calls = 0;
  uint64_t total = 0;
  const auto attach = [&](uint32_t len) {
    ++calls;
    const Step step{.op = Op::attach, .len = len};
    const int64_t result = crew_.run(1, kOpAttach, {0, write(step, uint32_t(calls))});
    const int64_t expected = total + len > kTotalLen ? -ENOMEM : 0;
    if (result != expected) not_linear(fmt::format("length {} gives {}", len, result));
    if (result == 0) total += len + kOlderPenalty;
  };
  for (uint32_t len : {kMaxLen, kMaxLen, kMaxLen}) attach(len);
  attach(uint32_t(kTotalLen - total - kMinLen - kOlderPenalty));
  attach(kMinLen + 1);
  attach(kMinLen);
  return calls;
}

}  // namespace lockstep::live
