// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/sim.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "harness/sim_child.h"
#include "harness/sim_designs.h"
#include "harness/sim_inprocess.h"

namespace lockstep {
namespace {

struct Builtin {
  const char* name;
  const lockstep_sim_library* library;
};
constexpr Builtin kBuiltins[] = {
    {"v5", &lockstep_sim_v5_posted}, {"v5-intended", &lockstep_sim_v5_intended}, {"v6", &lockstep_sim_v6_posted}};

uint32_t op_code(Op op) {
  switch (op) {
    case Op::append:
      return LOCKSTEP_SIM_APPEND;
    case Op::fork:
      return LOCKSTEP_SIM_FORK;
    case Op::exec:
      return LOCKSTEP_SIM_EXEC;
    case Op::exit:
      return LOCKSTEP_SIM_EXIT;
    case Op::attach:
    case Op::thread:
    case Op::reap:
      break;
  }
  return 0;
}

// enum Arg, Fd and ProgType begin as the interface's do; what goes beyond is refused below.
static_assert(static_cast<int>(Arg::null) == LOCKSTEP_SIM_ARG_NULL);
static_assert(static_cast<int>(Arg::bad) == LOCKSTEP_SIM_ARG_UNREADABLE);
static_assert(static_cast<int>(Fd::closed) == LOCKSTEP_SIM_FD_CLOSED);
static_assert(static_cast<int>(Fd::other) == LOCKSTEP_SIM_FD_OTHER);
static_assert(static_cast<int>(ProgType::other) == LOCKSTEP_SIM_TYPE_OTHER);
static_assert(kEvents == LOCKSTEP_SIM_EVENTS && kMaxTasks == LOCKSTEP_SIM_MAX_TASK &&
              kMaxNames == LOCKSTEP_SIM_MAX_RULE);

class SimTarget final : public Target {
 public:
  SimTarget(std::string name, std::unique_ptr<SimBackend> backend)
      : name_(std::move(name)), backend_(std::move(backend)) {
    const SimDeclaration& said = backend_->declaration();
    capabilities_.layout = said.layout;
    capabilities_.facts.counters = (said.shows & LOCKSTEP_SIM_COUNTERS) != 0;
    capabilities_.faults = (said.shows & LOCKSTEP_SIM_FAULTS) != 0;
    if (!capabilities_.facts.counters) capabilities_.unobserved = "the library shows no counters";
    tasks_.reserve(kMaxTasks);
  }

  const std::string& name() const override { return name_; }
  const Capabilities& capabilities() const override { return capabilities_; }

  void reset(const Trace& trace) override {
    for (const Step& step : trace.steps) refuse(step);
    backend_->reset({.nnp = trace.start.nnp, .cap = trace.start.cap});
    tasks_.assign(1, 1);
  }

  Outcome step(const Step& step) override {
    refuse(step);
    const int error = backend_->step({.op = op_code(step.op),
                                      .task = step.task,
                                      .made = step.made,
                                      .event = step.event,
                                      .arg = static_cast<uint32_t>(step.arg),
                                      .fd = static_cast<uint32_t>(step.fd),
                                      .type = static_cast<uint32_t>(step.type),
                                      .pages = step.op == Op::append ? step.pages : 0,
                                      .flags = step.flags,
                                      .fail_alloc = step.fail_alloc});
    if (error == 0 && step.op == Op::fork && step.made != 0) tasks_.push_back(step.made);
    if (error == 0 && step.op == Op::exit) std::erase(tasks_, step.task);
    return {error};
  }

  void observe(Snapshot& snapshot) override {
    builder_.begin(snapshot, tasks_, backend_->declaration().shows);
    backend_->observe(tasks_, builder_);
    builder_.finish(name_);
  }

 private:
  void refuse(const Step& step) const {
    if (op_code(step.op) == 0)
      throw NotCapable(fmt::format("{} has no operation `{}`: the node designs have append, fork, exec and exit", name_,
                                   name_of(step.op)));
    if (step.arg > Arg::bad || (step.op != Op::append && step.arg != Arg::ok))
      throw NotCapable(fmt::format("{} has no `{}` with arg={}", name_, name_of(step.op), name_of(step.arg)));
    if (step.event >= kEvents) throw NotCapable(fmt::format("{} has no event {}", name_, step.event));
    if (std::max(step.task, step.op == Op::fork ? step.made : step.task) > kMaxTasks)
      throw NotCapable(fmt::format("{} has room for {} tasks", name_, kMaxTasks));
    if (step.fail_alloc != 0 && !capabilities_.faults)
      throw NotCapable(fmt::format("{} cannot make an allocation fail: its library does not offer it", name_));
  }

  std::string name_;
  std::unique_ptr<SimBackend> backend_;
  Capabilities capabilities_;
  std::vector<uint16_t> tasks_;  // those that exist
  SnapshotBuilder builder_;
};

}  // namespace

std::vector<std::string> builtin_sims() {
  std::vector<std::string> names;
  for (const Builtin& builtin : kBuiltins) names.emplace_back(builtin.name);
  return names;
}

std::unique_ptr<Target> make_sim(const std::string& name, const SimOptions& options) {
  const std::string full_name = "sim:" + name;
  for (const Builtin& builtin : kBuiltins)
    if (name == builtin.name) return std::make_unique<SimTarget>(full_name, run_in_process(*builtin.library));
  if (!name.ends_with(".so"))
    throw std::invalid_argument(
        fmt::format("there is no target {}: it is one of {}, or the path of a library, ending "
                    "in .so",
                    full_name, fmt::join(builtin_sims(), ", ")));
  // Without a slash the loader would look in the system's folders instead of this one.
  const std::string path = name.find('/') == std::string::npos ? "./" + name : name;
  return std::make_unique<SimTarget>(full_name, run_in_child(full_name, path, options.timeout));
}

}  // namespace lockstep
