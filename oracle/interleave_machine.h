// SPDX-License-Identifier: GPL-2.0-or-later
// interleave() for machines of any make: a mutated text, a mutated world.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "oracle/interleave_scope.h"
#include "oracle/interleaved_program.h"

namespace lockstep {

// Every program of a scope, on all cores.
template <class Family>
class Interleaver {
 public:
  Interleaver(const Family& family, const InterleaveOptions& options) : family_(family), options_(options) {}

  Interleaving run() {
    require_possible(options_);
    const auto begin = std::chrono::steady_clock::now();
    find_starts();
    result_.starts = starts_.size();
    work();
    for (const auto& [cause, seen] : seen_) {
      const Job job = job_at(seen.job);
      result_.races.push_back(search_of(job).race(cause));
      result_.races.back().before.steps = job.start->steps;
      result_.races.back().programs = seen.programs;
    }
    std::stable_sort(result_.races.begin(), result_.races.end(),
                     [](const Race& a, const Race& b) { return a.property < b.property; });
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(result_);
  }

 private:
  static constexpr RuleKind kRules{Family::kFilters, Family::kKnownFlags};
  struct StartState {
    std::vector<Step> steps;
    typename Family::Sequential machine;
    Snapshot facts;
    std::optional<Programs> programs;
    uint64_t first_job = 0;
  };
  struct Job {
    const StartState* start;
    Program program;
  };
  // A cause, and the program of the fewest operations, those before the start included, that shows it.
  struct Seen {
    size_t size = SIZE_MAX;
    uint64_t job = 0;
    uint64_t programs = 0;
  };

  Job job_at(uint64_t number) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), number,
                                        [](uint64_t n, const StartState& start) { return n < start.first_job; });
    const auto& start = *std::prev(after);
    return {&start, start.programs->at(number - start.first_job)};
  }
  static size_t size_of(const Job& job) {
    size_t size = job.start->steps.size();
    for (const auto& list : job.program) size += list.size();
    return size;
  }
  InterleavedProgram<Family> search_of(const Job& job) const {
    return {family_, job.start->machine, job.program, options_.reduction};
  }
  bool stopped() const { return options_.stop && options_.stop(); }

  // All states that steps within the scope lead to and that have as many tasks as are to run; each once.
  void find_starts() {
    std::vector<StartState> todo(1, {{}, family_.sequential(), {}, {}});
    todo[0].machine.reset({});
    todo[0].facts = facts_of(todo[0].machine);
    for (size_t i = 0; i < todo.size() && !stopped(); ++i) {
      for (const auto& step : steps_before(todo[i].machine.processes, todo[i].steps, kRules, options_)) {
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
    if (stopped()) return end("stopped");
    for (auto& start : todo) {
      if (live_tasks(start.machine.processes) != options_.tasks) continue;
      start.programs.emplace(start.machine.processes, start.steps, kRules, options_);
      start.first_job = jobs_;
      jobs_ += start.programs->count();
      starts_.push_back(std::move(start));
    }
  }

  void work() {
    const unsigned jobs = options_.jobs != 0 ? options_.jobs : std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([this, jobs] { take_jobs(jobs, false); });
    take_jobs(jobs, true);
    for (auto& thread : threads) thread.join();
  }
  void take_jobs(unsigned jobs, bool tells) {
    const uint64_t bound = options_.memory_bytes / jobs;
    for (uint64_t i; !ended_ && (i = next_job_++) < jobs_;) {
      const Job job = job_at(i);
      const auto outcome = search_of(job).run([&](uint64_t bytes) { return bytes <= bound && !stopped(); });
      const std::lock_guard hold(mutex_);
      take_in(i, size_of(job), outcome);
      if (!outcome.whole || stopped())
        end(stopped() ? "stopped" : "a program has more states than memory is allowed for");
      if (tells && options_.progress) options_.progress(result_.programs, jobs_);
    }
  }
  void end(const char* why) {
    ended_ = true;
    result_.incomplete = why;
  }
  void take_in(uint64_t job, size_t size, const ProgramOutcome& outcome) {
    ++result_.programs;
    result_.states += outcome.states;
    result_.transitions += outcome.transitions;
    result_.endings += outcome.endings;
    result_.orders += outcome.orders;
    for (const auto& [cause, violations] : outcome.wrong) {
      auto& seen = seen_[cause];
      ++seen.programs;
      if (std::pair(size, job) < std::pair(seen.size, seen.job)) seen.size = size, seen.job = job;
    }
  }

  const Family& family_;
  const InterleaveOptions& options_;
  std::vector<StartState> starts_;
  uint64_t jobs_ = 0;
  std::atomic<uint64_t> next_job_ = 0;
  std::atomic<bool> ended_ = false;
  std::mutex mutex_;  // of what follows
  Interleaving result_;
  std::map<std::string, Seen> seen_;
};

}  // namespace lockstep
