// SPDX-License-Identifier: GPL-2.0-or-later
// The target "live": a stage, what it stands on, and the rules that keep the machine alive.
#pragma once

#include <memory>
#include <string>

#include "harness/live.h"
#include "harness/live/host.h"
#include "harness/live/log_watch.h"
#include "harness/live/rules.h"
#include "harness/live/stage.h"

namespace lockstep::live {

// The kernel frees a filter's program later, from a work queue that deadlocks when 256 of them wait (Linux 6.12;
// docs/live.md). Every attach call is counted as one of them, and there is room for those that the kernel itself adds.
inline constexpr uint32_t kDrainAt = 190;
// Where it may come to that, a trace may free more than the queue holds.

class Engine : public LiveTarget {
 public:
  explicit Engine(const LiveOptions& options);
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  const std::string& name() const override { return name_; }
  const Capabilities& capabilities() const override { return capabilities_; }
  const LiveStatistics& statistics() const override { return statistics_; }
  int process_group() const override { return process_group_; }
  std::vector<int> pids() const override;
  std::vector<uint64_t> code_reached() const override;
  std::optional<bool> fault_hit() const override { return fault_hit_; }
  void reset(const Trace& trace) override;
  Outcome step(const Step& step) override;
  std::pair<Outcome, Outcome> step_together(const Step& one, const Step& other) override;
  void observe(Snapshot& snapshot) override;
  void end() override;
  std::vector<std::string> notes() const override;

 private:
  void drain_host();
  void make_observer();
  void make_crew();
  void probe();
  void check_capable(const Trace& trace) const;
  void check_step(const Step& step) const;
  bool due(uint32_t calls) const { return backlog_ + calls > kDrainAt; }
  void drained(uint32_t left);
  void count_attach();
  uint32_t number_of(const Step& step) { return step.made != 0 ? step.made : ++fresh_number_; }
  Outcome carry_out(const Step& step);
  Outcome perform(const Step& step, uint32_t number);
  template <class Action>
  auto guarded(Action action);
  [[noreturn]] void hung(unsigned slot);
  std::string worker_name(int pid) const;
  std::string read_log();
  void add_news(const std::string& text);
  void check_log();
  std::string moment() const;

  const std::string name_ = "live";
  LiveOptions options_;
  LiveStatistics statistics_;
  Capabilities capabilities_;
  Pin pin_;
  File lock_;
  LogWatch log_;
  File drain_;  // empty: we may not
  ArenaFile memory_;
  std::unique_ptr<Rules> rules_;  // null: traces are of filters
  std::unique_ptr<Observer> observer_;
  std::unique_ptr<Crew> crew_;
  std::unique_ptr<CodeReached> code_;  // null: nobody asks for it
  std::unique_ptr<Stage> stage_;
  int process_group_ = 0;
  uint32_t backlog_ = 0;       // attach calls since the last drain
  uint32_t fresh_number_ = 0;  // for a filter that the trace expects to be refused
  int steps_ = 0;              // in this trace
  int attaches_ = 0;
  std::optional<bool> fault_hit_;      // by the last step
  bool ended_ = false;                 // no task of the last trace is left
  std::vector<std::string> news_;      // of the machine, none of the traces'
  std::vector<std::string> warnings_;  // of the design under us, in this trace: a fact, and for others to judge
  std::string broken_;                 // why nothing works any more
};

}  // namespace lockstep::live
