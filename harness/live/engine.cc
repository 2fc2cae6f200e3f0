// SPDX-License-Identifier: GPL-2.0-or-later
// How an engine comes up and goes away; what it does in between stands in engine_run.cc.
#include "harness/live/engine.h"

#include <fmt/format.h>

#include "harness/live/fail_nth.h"
#include "harness/live/host_lock.h"

namespace lockstep::live {

Engine::Engine(const LiveOptions& options)
    : options_(options),
      pin_(options.cpu),
      lock_(lock_host()),
      log_(options.log_fd),
      drain_(options.drain ? open_drain() : File()) {
  if (drain_) drain_host();
  make_observer();
  make_crew();
  probe();
}

Engine::~Engine() {
  if (!broken_.empty()) return;  // the members end what can be ended, in bounded time
  try {
    stage_->clear(bool(drain_));
  } catch (...) {
    crew_.reset();
  }
}

// By a nursery of its own, before anything else asks the kernel for something: an engine that was killed may have left
// a backlog, and a deadlocked kernel would hold whoever loads a BPF program for ever.
void Engine::drain_host() {
  try {
    Crew crew(memory_, {.drain = drain_.fd(), .lock = lock_.fd()}, false, options_.step_timeout_ms);
    const int64_t result = crew.run(kNurserySlot, kOpClear, {true, false});
    if (result < 0) drain_ = File();
  } catch (const Hang&) {
    throw Unavailable(
        "live: the kernel does not finish the work that is queued; it is deadlocked, restart the machine");
  }
}

void Engine::make_observer() {
  std::string why = "no BPF was asked for";
  if (!options_.unprivileged) {
    if (const std::string design = node_design(); !design.empty()) rules_ = std::make_unique<Rules>(design);
    observer_ = make_bpf_observer(why, rules_.get());
  }
  if (!observer_ && rules_) throw Unavailable("live: the kernel's design cannot be watched: " + why);
  if (!observer_) observer_ = make_proc_observer(memory_.arena(), why);
  capabilities_ = observer_->capabilities();
  if (options_.faults && rules_ && can_fail_nth()) {
    let_all_allocations_fail();
    capabilities_.any_fault = true;
  }
  if (options_.drain && !drain_ && !capabilities_.unobserved.empty())
    capabilities_.unobserved += "; it runs slowly, since only root may drain the kernel's queue";
}

void Engine::make_crew() {
  observer_->expect(kNurserySlot, kNurserySlot);
  crew_ = std::make_unique<Crew>(
      memory_, Crew::Files{.drain = drain_.fd(), .lock = lock_.fd(), .gift = rules_ ? rules_->workers_end() : -1},
      geteuid() != 0, options_.step_timeout_ms);
  observer_->meet(*crew_);
  if (options_.code && rules_ && CodeReached::can_watch()) code_ = std::make_unique<CodeReached>();
  process_group_ = crew_->nursery();
  stage_ = std::make_unique<Stage>(*crew_, *observer_, rules_.get(), code_.get(), options_.step_timeout_ms);
  if (code_) stage_->watch_reaps();
}

void Engine::probe() {
  if (rules_) return;  // what is probed are filters
  try {
    backlog_ += uint32_t(stage_->calibrate());
    if (!capabilities_.facts.counters) backlog_ += uint32_t(stage_->probe_exit());
    statistics_.attach_calls = statistics_.max_backlog = backlog_;
  } catch (const Hang& hang) {
    throw Unavailable(
        fmt::format("live: a worker does not answer at the start (slot {}); restart the machine if "
                    "processes hang in D state",
                    hang.slot));
  }
}

}  // namespace lockstep::live
