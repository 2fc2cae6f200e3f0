// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "harness/live/engine.h"
#include "harness/live/fail_nth.h"

namespace lockstep::live {

namespace {

// For who may not drain: a pace at which the kernel's own work gets done.
constexpr uint32_t kPaceCalls = 64;
constexpr std::chrono::milliseconds kPace{50};

// Highest number whose errno the kernel passes on (MAX_ERRNO), where views are asked by system call.
constexpr uint32_t kMaxAskedNumber = 4095 - kMarkErrno;

// A program that is freed later, from the work queue.
constexpr bool makes_program(Op op) { return op == Op::attach || op == Op::append; }

constexpr bool is_node_operation(Op op) {
  return op == Op::append || op == Op::fork || op == Op::exec || op == Op::exit;
}

}  // namespace

void Engine::check_step(const Step& step) const {
  const auto not_capable = [&](const std::string& why) {
    throw NotCapable(fmt::format("live: line {}: {}", step.line, why));
  };
  if (rules_ && !is_node_operation(step.op)) not_capable("this kernel is there for the traces of its node design");
  if (!rules_ && step.op == Op::append) not_capable("only the operations of seccomp traces can be carried out");
  if (step.fail_alloc != 0)
    not_capable("a kernel's allocations are more than the model's: `fail=` cannot be carried out");
  if (step.fail_any != 0 && !capabilities_.any_fault) not_capable("no allocation can be made to fail here");
  if (step.fail_any != 0 && step.op != Op::append && step.op != Op::fork)
    not_capable("no allocation of such a step can be made to fail");
  if (step.op != Op::attach) return;
  if (step.len < kMinLen || step.len > kMaxLen)
    not_capable(fmt::format("a filter here has {} to {} instructions", kMinLen, kMaxLen));
  if (!capabilities_.facts.counters && step.made > kMaxAskedNumber)
    not_capable(fmt::format("F{} is too high a number without BPF", step.made));
}

void Engine::check_capable(const Trace& trace) const {
  uint32_t attaches = 0;
  for (const Step& step : trace.steps) {
    check_step(step);
    attaches += makes_program(step.op);
  }
  if (attaches > kMaxAttaches)
    throw NotCapable(
        fmt::format("live: {} attach steps; more than {} would have to be freed at once than can be drained", attaches,
                    kMaxAttaches));
}

// `left` filters exist and will be freed later.
void Engine::drained(uint32_t left) {
  backlog_ = left;
  if (drain_)
    ++statistics_.drains;
  else if (options_.drain)
    std::this_thread::sleep_for(kPace);
}

// A caller may take steps that reset() was not told of; then there is no other time to drain than now, while the
// filters of this trace are still to be freed.
void Engine::count_attach() {
  if (uint32_t(++attaches_) > kMaxAttaches)
    throw NotCapable(fmt::format("live: more than {} attach steps since the reset", kMaxAttaches));
  if (due(1)) {
    if (drain_) stage_->drain();
    drained(uint32_t(attaches_) - 1);
  }
  ++statistics_.attach_calls;
  statistics_.max_backlog = std::max<uint64_t>(statistics_.max_backlog, ++backlog_);
  if (options_.drain && !drain_ && statistics_.attach_calls % kPaceCalls == 0) std::this_thread::sleep_for(kPace);
}

template <class Action>
auto Engine::guarded(Action action) {
  if (!broken_.empty()) throw std::runtime_error("live: nothing works after this: " + broken_);
  try {
    return action();
  } catch (const Hang& hang) {
    hung(hang.slot);
  }
}

void Engine::hung(unsigned slot) {
  bool stuck = false;
  const bool nursery = slot == kNurserySlot;
  broken_ = describe_hang(crew_->nursery(), nursery ? 1 : stage_->pid(slot),
                          nursery ? "the nursery" : fmt::format("P{}", slot), stuck);
  const std::string warned = read_log();  // an Oops ends the task that it hits
  const std::string text = fmt::format("live: {}: {}{}{}", moment(), broken_, warned.empty() ? "" : "; ", warned);
  if (stuck || !warned.empty()) throw TargetFault(text);
  throw std::runtime_error(text);
}

void Engine::reset(const Trace& trace) {
  check_capable(trace);
  end();
  uint32_t calls = 0;
  fresh_number_ = 0;
  for (const Step& step : trace.steps) {
    calls += makes_program(step.op);
    if (makes_program(step.op)) fresh_number_ = std::max<uint32_t>(fresh_number_, step.made);
  }
  steps_ = attaches_ = 0;
  warnings_.clear();
  ended_ = false;
  ++statistics_.traces;
  guarded([&] {
    const bool drain = due(calls);
    stage_->begin(trace.start, drain && drain_);
    if (drain) drained(0);
  });
  check_log();
}

Outcome Engine::step(const Step& step) {
  ++statistics_.steps;
  ++steps_;
  const Outcome outcome = guarded([&] {
    if (steps_ == options_.hang_at) stage_->hang(step.task, options_.hang_ms);
    return carry_out(step);
  });
  check_log();
  return outcome;
}

Outcome Engine::carry_out(const Step& step) {
  if (!makes_program(step.op)) return perform(step, 0);
  count_attach();
  if (attaches_ == options_.forget_attach) return {};
  return perform(step, number_of(step));
}

std::pair<Outcome, Outcome> Engine::step_together(const Step& one, const Step& other) {
  const auto simple = [](const Step& step) {
    return step.op == Op::append && step.fd == Fd::ok && step.arg == Arg::ok && step.type == ProgType::landlock;
  };
  if (!rules_ || !simple(one) || !simple(other) || one.task == other.task)
    throw NotCapable("live: only two appends of different tasks can be made at once");
  fault_hit_.reset();
  statistics_.steps += 2;
  steps_ += 2;
  const auto errors = guarded([&] {
    count_attach();
    count_attach();
    const auto first = number_of(one);
    return stage_->append_together({one, first}, {other, number_of(other)});
  });
  check_log();
  return {{errors.first}, {errors.second}};
}

// A worker that waits for its command allocates nothing.
Outcome Engine::perform(const Step& step, uint32_t number) {
  fault_hit_.reset();
  if (step.fail_any == 0) return stage_->perform(step, number);
  const int pid = observer_->pid(step.task);
  fail_nth(pid, step.fail_any);
  const Outcome outcome = stage_->perform(step, number);
  fault_hit_ = end_fail_nth(pid);
  return outcome;
}

std::vector<uint64_t> Engine::code_reached() const {
  if (!code_) return {};
  return {code_->addresses().begin(), code_->addresses().end()};
}

std::vector<int> Engine::pids() const {
  std::vector<int> all;
  for (unsigned slot = kNurserySlot + 1; slot < kWorkerSlots; ++slot)
    if (const int pid = observer_->pid(slot); pid > 0) all.push_back(pid);
  return all;
}

void Engine::observe(Snapshot& snapshot) {
  ++statistics_.observations;
  guarded([&] { stage_->observe(snapshot); });
  snapshot.faults.insert(snapshot.faults.end(), warnings_.begin(), warnings_.end());
}

void Engine::end() {
  if (ended_) return;
  guarded([&] {
    if (!stage_->empty()) stage_->clear(false);
  });
  ended_ = true;
  check_log();
}

}  // namespace lockstep::live
