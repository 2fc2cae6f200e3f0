// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/stage.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/live/patience.h"

namespace lockstep::live {

namespace {

// Everything that a worker of a trace does may fail in the trace's own terms; what the engine does for itself may not.
void must(int64_t result, const char* what) {
  if (result < 0) throw std::runtime_error(fmt::format("live: {}: {}", what, error_text(int(-result))));
}

}  // namespace

void Stage::clear(bool drain) {
  must(crew_.run(kNurserySlot, kOpClear, {drain, false}), "the last trace cannot be ended");
  forget_all();
}

void Stage::drain() { must(crew_.run(kNurserySlot, kOpDrain), "the kernel's queue cannot be drained"); }

void Stage::begin(const Start& start, bool drain) {
  observer_.expect(kNurserySlot, 1);
  const int64_t pid =
      crew_.run(kNurserySlot, kOpClear, {drain, true, start.nnp, !start.cap, rules_ != nullptr && code_ == nullptr});
  must(pid, "the last trace cannot be ended, or P1 cannot be made");
  forget_all();
  enter(1, 1, kNurserySlot, int(pid));
  must(crew_.await(1), "P1 cannot be set up");
  watch_code(1);
  observer_.arrived(1);
  observer_.new_trace();
}

int Stage::calibrate() {
  // Without privileges, since hardening of the JIT may spare the privileged.
  begin({.nnp = true, .cap = false}, false);
  const int calls = filters_.calibrate(observer_, observer_.capabilities().facts.counters);
  clear(false);
  return calls;
}

// The commit that made exit drop the filter (bfafe5efa975, 6.11) also made TSYNC pass over threads that exit. So a
// dead leader whose filter differs tells: if it stands in the way of its thread's TSYNC, it still has its filter.
int Stage::probe_exit() {
  begin({}, false);
  make({.op = Op::thread, .task = 1, .made = 2});
  const Step attach{.op = Op::attach, .task = 1};
  must(crew_.run(1, kOpAttach, {0, filters_.write(attach, 1)}), "no seccomp filter can be attached");
  exit(1);
  const int64_t result = crew_.run(2, kOpAttach, {SECCOMP_FILTER_FLAG_TSYNC, filters_.write(attach, 2)});
  must(result, "TSYNC does not work");
  observer_.set_release_at_exit(result == 0);
  clear(false);
  return 2;
}

void Stage::forget_all() {
  for (uint16_t task : tasks_)
    if (task != 1) observer_.forget(task);
  tasks_.clear();
  fresh_ = false;
  if (code_ != nullptr) code_->end_trace();
}

void Stage::enter(unsigned task, unsigned leader, unsigned parent, int pid) {
  role_[task] = {.leader = uint16_t(leader), .parent = uint16_t(parent), .pid = pid};
  tasks_.push_back(uint16_t(task));
}

void Stage::watch_reaps() {
  must(crew_.run(kNurserySlot, kOpSetup, {false, false, false}), "the nursery cannot be set up");
  const int64_t buffer = crew_.run(kNurserySlot, kOpCover, {CodeReached::kWords});
  must(buffer, "the kernel does not take down what code runs");
  code_->add_lasting_buffer(buffer);
}

void Stage::watch_code(unsigned task) {
  if (code_ == nullptr) return;
  const int64_t buffer = crew_.run(task, kOpCover, {CodeReached::kWords});
  must(buffer, "the kernel does not take down what code runs");
  code_->add_buffer(buffer);
}

Outcome Stage::perform(const Step& step, uint32_t number) {
  fresh_ = false;
  switch (step.op) {
    case Op::attach: {
      observer_.may_attach(number);
      const int64_t result = crew_.run(step.task, kOpAttach, {step.flags, filters_.write(step, number)});
      return {int(-std::min<int64_t>(result, 0))};
    }
    case Op::fork:
    case Op::thread:
      return {make(step)};
    case Op::exec:
      return {exec(step)};
    case Op::exit:
      return {exit(step.task)};
    case Op::reap:
      return {reap(step)};
    case Op::append:
      if (rules_ != nullptr) return {rules_->append(crew_, step, number)};
  }
  throw NotCapable("live: only the operations of seccomp traces can be carried out");
}

int Stage::make(const Step& step) {
  // A trace that expects a failure has no name for the child that it would be a surprise to see.
  const unsigned child = step.made != 0 ? step.made : unsigned{kSpareSlot};
  if (std::find(tasks_.begin(), tasks_.end(), child) != tasks_.end())
    throw NotCapable(child == kSpareSlot ? "live: a second child that the trace does not expect"
                                         : fmt::format("live: P{} exists already", child));
  crew_.vacate(child);
  observer_.expect(step.task, child);
  const bool thread = step.op == Op::thread;
  const int64_t pid = crew_.run(step.task, thread ? kOpThread : kOpFork, {child, step.arg == Arg::bad});
  if (pid < 0) {
    observer_.expect_nobody();
    // A limit of this machine, not an answer to the trace.
    if (step.arg == Arg::ok && step.fail_any == 0) must(pid, "no task can be made");
    return int(-pid);
  }
  enter(child, thread ? role_[step.task].leader : child, step.task, int(pid));
  observer_.arrived(child);
  watch_code(child);
  return 0;
}

int Stage::exec(const Step& step) {
  const int64_t result = crew_.run(step.task, kOpExec, {step.arg == Arg::bad});
  if (result < 0 && step.arg == Arg::ok) must(result, "a worker cannot exec");
  if (result < 0) return int(-result);
  const unsigned leader = role_[step.task].leader;
  std::vector<uint16_t> dying;
  for (uint16_t task : tasks_)
    if (task != step.task && role_[task].leader == leader) dying.push_back(task);
  if (leader != step.task) {  // the one that is left has the leader's pid now, whoever called
    std::swap(role_[step.task].pid, role_[leader].pid);
    observer_.took_over(step.task, leader);
    role_[step.task].leader = step.task;
  }
  if (!dying.empty()) settle(dying);
  return 0;
}

int Stage::exit(unsigned task) {
  crew_.post(task, kOpExit);
  settle({uint16_t(task)});
  // What code runs as a task is reaped can be seen if another one does that, and not if it goes by itself.
  if (code_ == nullptr) return 0;
  const uint16_t parent = role_[task].parent;
  const bool orphan = std::find(tasks_.begin(), tasks_.end(), parent) == tasks_.end();
  return reap({.task = orphan ? uint16_t{kNurserySlot} : parent, .child = uint16_t(task)});
}

int Stage::reap(const Step& step) {
  const int64_t result = crew_.run(step.task, kOpReap, {uint64_t(role_[step.child].pid)});
  if (result < 0) return int(-result);
  look();
  drop_released();
  return 0;
}

// A task on its way out still holds things, and the last thread takes its leader along: wait until it is off the CPU
// for good.
void Stage::settle(const std::vector<uint16_t>& dying) {
  Patience patience(timeout_ms_);
  for (patience.poll();;) {
    look();
    const auto moving =
        std::find_if(dying.begin(), dying.end(), [&](uint16_t task) { return !observer_.settled(task); });
    if (moving == dying.end() && observer_.at_rest(tasks_)) break;
    if (!patience.poll()) throw Hang{moving == dying.end() ? dying.front() : *moving};
  }
  drop_released();
}

void Stage::look() {
  if (!tasks_.empty()) observer_.look(tasks_);
}

void Stage::drop_released() {
  std::erase_if(tasks_, [&](uint16_t task) {
    if (observer_.present(task)) return false;
    observer_.forget(task);
    return true;
  });
  fresh_ = true;
}

void Stage::observe(Snapshot& snapshot) {
  if (!fresh_) look();
  fresh_ = true;
  observer_.fill(tasks_, snapshot);
}

}  // namespace lockstep::live
