// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/targets.h"

#include <fmt/format.h>

#include "harness/kernels.h"
#include "harness/live.h"
#include "harness/sim.h"
#include "harness/spec.h"
#include "harness/vm.h"
#include "model/model.h"

namespace lockstep {

namespace {

void add_vm_targets(std::vector<TargetStatus>& all) {
  const std::string hindrance = vm_hindrance();
  const auto status = [&](const std::string& otherwise) {
    return hindrance.empty() ? otherwise : "not available: " + hindrance;
  };
  for (const auto& kernel : list_kernels()) {
    const auto image = find_kernel(kernel.name);
    all.push_back({"vm:" + kernel.name, status(image ? fmt::format("available: Linux {} in QEMU", image->release)
                                                     : "not available: " + kernel.status)});
  }
  all.push_back({"vm:PATH", status("available: anybody's kernel image (bzImage) in QEMU")});
}

}  // namespace

std::unique_ptr<Target> make_target(const std::string& name, const TargetOptions& options) {
  if (name == "live") return make_live();
  if (name.starts_with("vm:")) try {
      return make_vm(name.substr(3), {.drain = options.drain, .crowd = options.crowd, .together = options.together});
    } catch (const UnknownKernel& why) {
      throw UnknownTarget(why.what());
    }
  if (name.starts_with("spec:")) {
    if (auto target = make_spec(name.substr(5))) return target;
    throw UnknownTarget(name + ": no such model; `lockstep models` lists them");
  }
  if (name.starts_with("sim:")) {
    try {
      return make_sim(name.substr(4));
    } catch (const std::invalid_argument&) {
      throw UnknownTarget(name + ": neither one of our own designs nor a path that ends in .so");
    }
  }
  throw UnknownTarget(name + ": no such target; `lockstep targets` lists them");
}

std::unique_ptr<Target> make_sim_of(const std::string& model) {
  const auto& layout = find_model(model)->layout;
  for (const auto& name : builtin_sims())
    if (auto target = make_sim(name); target->capabilities().layout == layout) return target;
  return nullptr;
}

std::vector<TargetStatus> list_targets() {
  std::vector<TargetStatus> all;
  for (const auto& model : models())
    all.push_back({"spec:" + model.name, "available: the model itself, in this process"});
  for (const auto& name : builtin_sims()) all.push_back({"sim:" + name, "available: our C code in the kernel's idiom"});
  all.push_back({"sim:PATH.so", "available: anybody's implementation of harness/lockstep_sim.h, in a child process"});
  all.push_back({"live", live_status()});
  add_vm_targets(all);
  return all;
}

bool is_kernel(const Target& target) { return target.name() == "live" || target.name().starts_with("vm:"); }

std::string probe_preset(const std::string& model, Target& target) {
  if (model != "seccomp" || !target.capabilities().facts.counters) return model;
  Trace trace{.model = model,
              .steps = {{.op = Op::attach, .task = 1, .made = 1},
                        {.op = Op::fork, .task = 1, .made = 2},
                        {.op = Op::exit, .task = 2}}};
  Snapshot facts;
  uint32_t step = 0;
  try {
    target.reset(trace);
    for (const auto& each : trace.steps) {
      ++step;
      if (const auto outcome = target.step(each); outcome.error != 0)
        throw TargetFault(target.name() + ": a plain " + name_of(each.op) + " gave " + error_name(outcome.error));
    }
    target.observe(facts);
    target.end();
  } catch (const NotCapable&) {
    return model;  // whoever runs a trace of this model there will be told why it cannot
  } catch (const TargetFault& fault) {
    throw ProbeFault(fault.what(), trace, step);
  }
  for (const auto& task : facts.tasks)
    if (task.number == 2 && !task.view[0].empty()) return "seccomp@6.1";
  return model;
}

}  // namespace lockstep
