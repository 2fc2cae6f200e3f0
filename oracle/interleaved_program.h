// SPDX-License-Identifier: GPL-2.0-or-later
// One program from one start: all its schedules, each ending held against all orders of the whole operations.
//
// Family: names the machine in a world and makes it, so that the same text runs concurrently and, for the orders, whole
// step after whole step.
#pragma once

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "model/state_facts.h"
#include "oracle/interleave_names.h"
#include "oracle/interleaved_search.h"
#include "oracle/linearizable.h"

namespace lockstep {

// Of an append: flags that are no error.
template <class Mechanism>
constexpr uint32_t known_flags() {
  if constexpr (requires { Mechanism::kKnownFlags; }) return Mechanism::kKnownFlags;
  return 0;
}

template <class Mechanism, template <class> class World = InterleavedWorld>
struct NodeFamily {
  static constexpr uint32_t kKnownFlags = known_flags<Mechanism>();
  static constexpr bool kFilters = false;
  using Concurrent = NodeMachine<InSmallMemory<Mechanism>, World, RunProcesses>;
  using Sequential = NodeMachine<InSmallMemory<Mechanism>, ConcreteWorld, RunProcesses>;
  Concurrent concurrent() const { return {}; }
  Sequential sequential() const { return {}; }
};
template <class Mechanism = Seccomp, template <class> class World = InterleavedWorld>
struct SeccompFamily {
  static constexpr uint32_t kKnownFlags = 0;
  static constexpr bool kFilters = true;
  using Concurrent = SeccompMachineIn<World, InSmallMemory<Mechanism>, RunProcesses>;
  using Sequential = SeccompMachineIn<ConcreteWorld, InSmallMemory<Mechanism>, RunProcesses>;
  SeccompSwitches switches;
  Concurrent concurrent() const { return Concurrent(switches); }
  Sequential sequential() const { return Sequential(switches); }
};

inline std::string cause_of(const Violation& violation) {
  return std::string(name_of(violation.property)) + " " + violation.object;
}

template <class Machine>
Snapshot facts_of(const Machine& machine) {
  Snapshot facts;
  show(machine, facts);
  canonical(facts);
  return facts;
}

struct ProgramOutcome {
  uint64_t states = 0, transitions = 0, endings = 0, orders = 0;
  // What went wrong, by cause, which is that of the first violation.
  std::map<std::string, std::vector<Violation>> wrong;
  bool whole = true;  // false: its states were more than the bound, or it was told to stop
};

template <class Family>
class InterleavedProgram {
 public:
  using Sequential = typename Family::Sequential;
  // REQUIRES: all outlive this; the program has one list for each living task of the start.
  InterleavedProgram(const Family& family, const Sequential& start, const Program& program, bool reduction)
      : family_(family), start_(start), program_(program), reduction_(reduction) {
    Ending none;
    for (const auto& list : program) none.results.resize(none.results.size() + list.size());
    run_in_every_order(start, {}, none);
  }

  // more(bytes): false ends the search.
  template <class More>
  ProgramOutcome run(More more) {
    ProgramOutcome outcome{.orders = orders_.size()};
    search(Search::Order::fewest_stops, more, outcome, [&](Search& done, const Finds& finds) {
      outcome.states = done.states();
      outcome.transitions = done.transitions();
      for (const auto& find : finds) {
        outcome.endings += find.what == Search::What::ending;
        auto violations = judge(find, done);
        if (!violations.empty()) outcome.wrong.try_emplace(cause_of(violations[0]), std::move(violations));
      }
    });
    return outcome;
  }

  // The schedule with the fewest changes from task to task that goes wrong for that cause. REQUIRES: there is one.
  Race race(const std::string& cause) {
    Race race{.cause = cause, .filters = Family::kFilters, .program = program_};
    ProgramOutcome unused;
    search(
        Search::Order::fewest_switches, [](uint64_t) { return true; }, unused,
        [&](Search& done, const Finds& finds) {
          for (const auto& find : finds) {
            const auto violations = judge(find, done);
            if (violations.empty() || cause_of(violations[0]) != cause) continue;
            race.property = violations[0].property;
            replay(done.schedule(find), race);
            race.names = names_of(race.steps, program_, named_objects(start_.world.memory));
            race.text = sentence(race, violations[0].text);
            for (const auto& other : violations)
              if (const std::string name = name_of(other.property);
                  other.property != race.property && !std::count(race.also.begin(), race.also.end(), name))
                race.also.push_back(name);
            return;
          }
          assert(!"what one search found the other does not find");
        });
    return race;
  }

 private:
  using Concurrent = typename Family::Concurrent;
  using Run = InterleavedRun<Concurrent>;
  using Search = InterleavedSearch<Concurrent>;
  using Finds = std::vector<typename Search::Find>;

  Run new_run(Contention& contention) const { return Run(start_, family_.concurrent(), program_, contention); }

  // Again and again, until nothing new is learned of where tasks get in each other's way; then looks at the last one.
  template <class More, class Look>
  void search(typename Search::Order order, More more, ProgramOutcome& outcome, Look look) {
    for (bool learned = true; learned;) {
      const Run start = new_run(contention_);
      Search search(start, static_cast<int>(program_.size()), order);
      Finds finds;
      outcome.whole = search.search([&](const auto& find) { return finds.push_back(find), false; }, more);
      if (!outcome.whole) return;
      learned = contention_.learn() && reduction_;
      if (!learned) look(search, finds);
    }
  }

  // That no order explains an ending says more than what came of it, so it goes first.
  std::vector<Violation> judge(const typename Search::Find& find, Search& search) const {
    if (find.what == Search::What::fault) return {violation_of(find.fault)};
    if (find.what == Search::What::deadlock)
      return {{Property::linearizable, "nobody can go on: every task waits for a lock", "deadlock"}};
    auto& run = search.at(find.node);
    Ending ending;
    for (size_t i = 0; i < orders_[0].results.size(); ++i) ending.results.push_back(run.result(static_cast<int>(i)));
    ending.facts = facts_of(run.machine());
    auto violations = judge_ending(ending, orders_, program_);
    std::stable_partition(violations.begin(), violations.end(),
                          [](const auto& v) { return v.property == Property::linearizable; });
    return violations;
  }

  void replay(const std::vector<int>& schedule, Race& race) {
    Run run = new_run(contention_);
    std::array<bool, kMaxColumns> begun{};
    // What comes before a task's first noticeable step can as well be done right before that one.
    bool wrong = false;
    auto begin = [&](int who) {
      if (!wrong && !std::exchange(begun[who], true)) wrong = run.advance(who, 0, &race.steps) == Went::wrong;
    };
    for (size_t i = 0; i < schedule.size(); ++i) {
      race.switches += i != 0 && schedule[i] != schedule[i - 1];
      begin(schedule[i]);
      if (!wrong) wrong = run.advance(schedule[i], 1, &race.steps) == Went::wrong;
    }
    for (int who = 0; who < static_cast<int>(program_.size()); ++who) begin(who);
    for (size_t i = 0; i < orders_[0].results.size(); ++i) race.results.push_back(run.result(static_cast<int>(i)));
  }

  void run_in_every_order(const Sequential& machine, std::array<size_t, kMaxColumns> next, Ending& so_far) {
    bool done = true;
    size_t first = 0;
    for (size_t who = 0; who < program_.size(); first += program_[who++].size()) {
      if (next[who] == program_[who].size()) continue;
      done = false;
      auto after = machine;
      so_far.results[first + next[who]] = run_whole(after, program_[who][next[who]], view_);
      ++next[who];
      run_in_every_order(after, next, so_far);
      --next[who];
    }
    if (!done) return;
    so_far.facts = facts_of(machine);
    orders_.push_back(so_far);
  }

  const Family& family_;
  const Sequential& start_;
  const Program& program_;
  bool reduction_;
  Contention contention_{sizeof(Concurrent::world), !reduction_};
  std::vector<Ending> orders_;
  std::vector<uint16_t> view_;  // of a check
};

}  // namespace lockstep
