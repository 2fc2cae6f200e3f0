// SPDX-License-Identifier: GPL-2.0-or-later
// interleave() for machines of any make: a mutated text, a mutated world. Family: names the machine in a world and makes
// it, so that the same text runs concurrently and, for the orders to compare with, whole step after whole step.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "model/state_facts.h"
#include "oracle/interleave_names.h"
#include "oracle/interleave_scope.h"
#include "oracle/interleaved_search.h"
#include "oracle/linearizable.h"

namespace lockstep {

template <class Mechanism, template <class> class World = InterleavedWorld>
struct NodeFamily {
  static constexpr bool kFilters = false;
  using Concurrent = NodeMachine<InSmallMemory<Mechanism>, World, RunProcesses>;
  using Sequential = NodeMachine<InSmallMemory<Mechanism>, ConcreteWorld, RunProcesses>;
  Concurrent concurrent() const { return {}; }
  Sequential sequential() const { return {}; }
};
template <class Mechanism = Seccomp, template <class> class World = InterleavedWorld>
struct SeccompFamily {
  static constexpr bool kFilters = true;
  using Concurrent = SeccompMachineIn<World, InSmallMemory<Mechanism>, RunProcesses>;
  using Sequential = SeccompMachineIn<ConcreteWorld, InSmallMemory<Mechanism>, RunProcesses>;
  SeccompSwitches switches;
  Concurrent concurrent() const { return Concurrent(switches); }
  Sequential sequential() const { return Sequential(switches); }
};

template <class Family>
class Interleaver {
 public:
  Interleaver(const Family& family, const InterleaveOptions& options) : family_(family), options_(options) {}

  Interleaving run() {
    require_possible(options_);
    const auto begin = std::chrono::steady_clock::now();
    find_starts();
    for (size_t i = 0; i < starts_.size(); ++i)
      for (auto& program : programs(starts_[i].machine.processes, starts_[i].steps, Family::kFilters, options_))
        jobs_.push_back({i, std::move(program)});
    // Of two programs that show the same the one with fewer operations, those before the start included, is shown.
    std::stable_sort(jobs_.begin(), jobs_.end(), [&](const Job& a, const Job& b) { return size_of(a) < size_of(b); });
    result_.starts = starts_.size();
    work();
    for (auto& [cause, seen] : seen_) result_.races.push_back(shown(seen));
    std::stable_sort(result_.races.begin(), result_.races.end(),
                     [](const Race& a, const Race& b) { return a.property < b.property; });
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(result_);
  }

 private:
  using Concurrent = typename Family::Concurrent;
  using Sequential = typename Family::Sequential;
  using Run = InterleavedRun<Concurrent>;
  using Search = InterleavedSearch<Concurrent>;
  struct StartState {
    std::vector<Step> steps;
    Sequential machine;
    Snapshot facts;
  };
  struct Job {
    size_t start;
    Program program;
  };
  // A way to go wrong, and the first program that shows it.
  struct Seen {
    size_t job = 0;
    std::vector<Violation> violations;  // its first one is the cause
    uint64_t programs = 0;
  };
  // What one program came to.
  struct Outcome {
    uint64_t states = 0, transitions = 0, endings = 0, orders = 0;
    std::map<std::string, std::vector<Violation>> wrong;  // by cause
    std::string incomplete;
  };

  static std::string cause_of(const Violation& v) { return std::string(name_of(v.property)) + " " + v.object; }
  size_t size_of(const Job& job) const {
    size_t size = starts_[job.start].steps.size();
    for (const auto& list : job.program) size += list.size();
    return size;
  }
  template <class Machine>
  static Snapshot facts_of(const Machine& machine) {
    Snapshot facts;
    show(machine, facts);
    canonical(facts);
    return facts;
  }

  // All states that steps within the scope lead to and that have as many tasks as are to run; each once.
  void find_starts() {
    std::vector<StartState> todo(1, {{}, family_.sequential(), {}});
    todo[0].machine.reset({});
    todo[0].facts = facts_of(todo[0].machine);
    for (size_t i = 0; i < todo.size(); ++i) {
      for (const auto& step : steps_before(todo[i].machine.processes, todo[i].steps, Family::kFilters, options_)) {
        auto next = todo[i];
        if (next.machine.step(step).error != 0) continue;
        next.steps.push_back(step);
        next.facts = facts_of(next.machine);
        const auto same = [&](const StartState& other) {
          return other.machine.processes.numbers() == next.machine.processes.numbers() &&
                 !compare(other.facts, next.facts, {});
        };
        if (std::none_of(todo.begin(), todo.end(), same)) todo.push_back(std::move(next));
      }
    }
    for (auto& start : todo)
      if (live_tasks(start.machine.processes) == options_.tasks) starts_.push_back(std::move(start));
  }

  void work() {
    const unsigned jobs = options_.jobs != 0 ? options_.jobs : std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([&] { take_jobs(jobs, false); });
    take_jobs(jobs, true);
    for (auto& thread : threads) thread.join();
  }
  void take_jobs(unsigned jobs, bool tells) {
    for (size_t i; !stopped() && (i = next_job_++) < jobs_.size();) {
      const auto outcome = run_job(jobs_[i], options_.memory_bytes / jobs);
      const std::lock_guard hold(mutex_);
      take_in(i, outcome);
      if (tells && options_.progress) options_.progress(result_.programs, jobs_.size());
    }
  }
  bool stopped() {
    if (options_.stop && options_.stop()) {
      const std::lock_guard hold(mutex_);
      result_.incomplete = "stopped";
    }
    return !result_incomplete();
  }
  bool result_incomplete() {
    const std::lock_guard hold(mutex_);
    return result_.incomplete.empty();
  }
  void take_in(size_t job, const Outcome& outcome) {
    ++result_.programs;
    result_.states += outcome.states;
    result_.transitions += outcome.transitions;
    result_.endings += outcome.endings;
    result_.orders += outcome.orders;
    if (!outcome.incomplete.empty()) result_.incomplete = outcome.incomplete;
    for (const auto& [cause, violations] : outcome.wrong) {
      auto& seen = seen_[cause];
      if (seen.programs++ == 0 || job < seen.job) {
        seen.job = job;
        seen.violations = violations;
      }
    }
  }

  Run start_run(const Job& job, Contention& contention) const {
    return Run(starts_[job.start].machine, family_.concurrent(), job.program, contention);
  }
  static Contention new_contention(bool everywhere) {
    return Contention(sizeof(Concurrent::world), everywhere);
  }

  Outcome run_job(const Job& job, uint64_t bytes) {
    Outcome outcome;
    auto contention = new_contention(!options_.reduction);
    const auto orders = endings_of_orders(job);
    outcome.orders = orders.size();
    // The first rounds only learn where tasks get in each other's way.
    for (;;) {
      const Run start = start_run(job, contention);
      Search search(start, options_.tasks, Search::Order::fewest_stops);
      std::vector<typename Search::Find> finds;
      const bool whole = search.search(
          [&](const auto& find) {
            finds.push_back(find);
            return false;
          },
          [&](uint64_t used) { return used <= bytes && !(options_.stop && options_.stop()); });
      if (!whole) {
        outcome.incomplete = "a program has more states than the memory bound holds";
        return outcome;
      }
      if (contention.learn() && options_.reduction) continue;
      outcome.states = search.states();
      outcome.transitions = search.transitions();
      for (const auto& find : finds) {
        outcome.endings += find.what == Search::What::ending;
        auto violations = judge(job, find, search, orders);
        if (!violations.empty()) outcome.wrong.try_emplace(cause_of(violations[0]), std::move(violations));
      }
      return outcome;
    }
  }

  // The gravest first, and it is the cause; that no order explains an ending says more than what came of it.
  std::vector<Violation> judge(const Job& job, const typename Search::Find& find, Search& search,
                               const std::vector<Ending>& orders) const {
    if (find.what == Search::What::fault) return {violation_of(find.fault)};
    if (find.what == Search::What::deadlock)
      return {{Property::linearizable, "nobody can go on: every task waits for a lock", "deadlock"}};
    auto& run = search.at(find.node);
    auto violations = judge_ending(ending_of(job, run), orders, job.program);
    std::stable_partition(violations.begin(), violations.end(),
                          [](const auto& v) { return v.property == Property::linearizable; });
    return violations;
  }
  static Ending ending_of(const Job& job, Run& run) {
    Ending ending;
    int number = 0;
    for (const auto& list : job.program)
      for (size_t i = 0; i < list.size(); ++i) ending.results.push_back(run.result(number++));
    ending.facts = facts_of(run.machine());
    return ending;
  }

  std::vector<Ending> endings_of_orders(const Job& job) const {
    std::vector<Ending> endings;
    Ending so_far;
    for (const auto& list : job.program) so_far.results.resize(so_far.results.size() + list.size());
    run_in_every_order(job.program, starts_[job.start].machine, {}, so_far, endings);
    return endings;
  }
  void run_in_every_order(const Program& program, const Sequential& machine, std::array<size_t, kMaxColumns> next,
                          Ending& so_far, std::vector<Ending>& endings) const {
    bool done = true;
    size_t first = 0;
    for (size_t who = 0; who < program.size(); first += program[who++].size()) {
      if (next[who] == program[who].size()) continue;
      done = false;
      auto after = machine;
      so_far.results[first + next[who]] = run_whole(after, program[who][next[who]]);
      ++next[who];
      run_in_every_order(program, after, next, so_far, endings);
      --next[who];
    }
    if (!done) return;
    so_far.facts = facts_of(machine);
    endings.push_back(so_far);
  }
  static OperationResult run_whole(Sequential& machine, const Operation& operation) {
    if (!operation.check) return {machine.step(operation.step).error, {}};
    OperationResult result;
    machine.check(operation.step.task, operation.step.event,
                  [&](uint16_t number) { result.view.push_back(number); });
    return result;
  }

  // The same program again, for the schedule with the fewest switches, step by step.
  Race shown(const Seen& seen) {
    const Job& job = jobs_[seen.job];
    const auto orders = endings_of_orders(job);
    auto contention = new_contention(!options_.reduction);
    std::vector<int> schedule;
    std::vector<Violation> violations;
    for (bool learned = true; learned;) {
      const Run start = start_run(job, contention);
      Search search(start, options_.tasks, Search::Order::fewest_switches);
      std::vector<typename Search::Find> finds;
      search.search([&](const auto& find) { return finds.push_back(find), false; }, [](uint64_t) { return true; });
      learned = contention.learn() && options_.reduction;
      for (const auto& find : finds) {
        if (learned) break;
        violations = judge(job, find, search, orders);
        if (violations.empty() || cause_of(violations[0]) != cause_of(seen.violations[0])) continue;
        schedule = search.schedule(find);
        break;
      }
    }
    Race race{.property = violations[0].property, .cause = cause_of(violations[0]), .program = job.program};
    race.before.steps = starts_[job.start].steps;
    race.programs = seen.programs;
    Run run = start_run(job, contention);
    replay(run, schedule, race);
    race.names = names_of(race.steps, job.program, named_objects(starts_[job.start].machine.world.memory));
    race.text = sentence(race, violations[0].text);
    for (size_t i = 1; i < violations.size(); ++i)
      if (const std::string name = name_of(violations[i].property);
          name != name_of(race.property) && std::find(race.also.begin(), race.also.end(), name) == race.also.end())
        race.also.push_back(name);
    return race;
  }
  void replay(Run& run, const std::vector<int>& schedule, Race& race) const {
    for (int who = 0; who < options_.tasks; ++who)
      if (run.advance(who, 0, &race.steps) == Went::wrong) return;
    for (size_t i = 0; i < schedule.size(); ++i) {
      race.switches += i != 0 && schedule[i] != schedule[i - 1];
      run.advance(schedule[i], 1, &race.steps);
    }
  }

  const Family& family_;
  const InterleaveOptions& options_;
  std::vector<StartState> starts_;
  std::vector<Job> jobs_;
  std::atomic<size_t> next_job_ = 0;
  std::mutex mutex_;  // of what follows
  Interleaving result_;
  std::map<std::string, Seen> seen_;
};

}  // namespace lockstep
