// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the host's traces on the target `live`, in here, and tells the host what came of them.
#pragma once

#include <memory>
#include <optional>

#include "harness/agent/crowd.h"
#include "harness/agent/leaks.h"
#include "harness/agent/port.h"
#include "harness/agent/settings.h"
#include "harness/live.h"

namespace lockstep::agent {

class Server {
 public:
  Server(Port& port, const Settings& settings);
  // Until the line ends (an exception), or something went wrong that leaves nothing to be asked.
  void serve();

 private:
  bool greet();
  void run(const Trace& trace);
  std::vector<std::string> notes() const;
  void take_steps(const Trace& trace);
  bool can_step(const Step& step);
  void tell(Outcome outcome);
  void observe();
  void put_fault();
  void look_for_leaks();
  void tell_code_reached();
  bool lives(uint16_t task) const;
  void misbehave(int step);

  Port& port_;
  Settings settings_;
  std::optional<Crowd> crowd_;
  std::unique_ptr<LiveTarget> target_;
  Leaks leaks_;
  Writer reply_;
  Snapshot facts_;
  vm::SnapshotWriter snapshots_;
  bool over_ = false;
};

}  // namespace lockstep::agent
