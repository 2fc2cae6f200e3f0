// SPDX-License-Identifier: GPL-2.0-or-later
// A trace as data: who does what, in which order, and what came of it. The text form is in trace_text.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {

// Limits of a trace; a file beyond them is refused with a diagnostic.
inline constexpr int kMaxTasks = 250;    // highest P number
inline constexpr int kMaxNames = 9999;   // highest R or F number
inline constexpr int kMaxSteps = 10000;  // steps in a trace
inline constexpr int kEvents = 2;        // event types of the node designs (K on the design page)

enum class Op : uint8_t { append, attach, fork, thread, exec, exit, reap };
// What the argument pointer of the system call leads to. For attach it is a sock_fprog: `empty` has no instruction,
// `large` has 4097, `noinsns` a null instruction pointer, `badinsns` an unreadable one, `invalid` a program that
// the kernel's checker refuses.
enum class Arg : uint8_t { ok, null, bad, empty, large, noinsns, badinsns, invalid };
enum class Fd : uint8_t { ok, closed, other };      // append: a program, no open file, a file that is no program
enum class ProgType : uint8_t { landlock, other };  // append: type of the loaded program

struct Step {
  Op op{};
  uint16_t task = 0;   // P number of the caller
  uint16_t made = 0;   // number after `->`: P (fork, thread), R (append), F (attach); 0: nothing was made
  uint16_t child = 0;  // reap: P number of the task that is waited for
  uint8_t event = 0;   // append: 0 .. kEvents-1
  Arg arg{};
  Fd fd{};
  ProgType type{};
  uint32_t pages = 1;  // append: size of the program, pages
  uint32_t len = 16;   // attach: length of the program after conversion, eBPF instructions
  uint32_t flags = 0;
  uint16_t fail_alloc = 0;  // the n-th allocation of this step fails; 0: none does
  uint16_t fail_any = 0;    // the same, but counted by a kernel, whose ever it is: of fault sweeps, no text has it
  int error = 0;            // errno after `=`; 0: the step succeeds
  uint32_t line = 0;        // of the text it came from, from 1; 0: none
  bool operator==(const Step&) const = default;
};

struct Start {
  bool nnp = true;  // P1 has no_new_privs
  bool cap = true;  // P1 has CAP_SYS_ADMIN
  bool operator==(const Start&) const = default;
};

// A line `expect TARGET CONFORMS|DIVERGES [PROPERTY] [step=N]`.
struct Expectation {
  std::string target;
  bool diverges = false;
  std::string property;  // empty: any
  uint32_t step = 0;     // from 1; 0: any
  bool operator==(const Expectation&) const = default;
};

struct Trace {
  std::string model;  // empty: none named
  std::vector<Expectation> expectations;
  std::vector<std::string> shows;  // the lines of the first comment block: what the trace is there for
  std::string mark;                // corpus only: the coverage mark that this trace alone carries
  Start start;
  std::vector<Step> steps;
};

const char* name_of(Op op);
const char* name_of(Arg arg);
const char* name_of(Fd fd);
const char* name_of(ProgType type);
// "EPERM" for EPERM; "errno 200" for a number without a name here.
std::string error_name(int error);
std::optional<int> error_number(std::string_view name);
// The letter of the name that a successful step makes: 'P', 'R', 'F', or 0 for none.
char made_letter(Op op);

}  // namespace lockstep
