// SPDX-License-Identifier: GPL-2.0-or-later
// The search itself, for any machine of small_memory.h's kind: SmallNodeMachine<Mechanism, World> or
// SmallSeccompMachine<World>. World: whatever has ConcreteWorld's functions; it is copied, one for each thread.
#pragma once

#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "model/model.h"
#include "oracle/expand.h"
#include "oracle/state_store.h"

namespace lockstep {

template <class Machine>
class Search {
 public:
  Search(const Machine& machine, const std::string& model, const ExploreOptions& options)
      : options_(options),
        model_(model),
        config_{.scope = options.scope,
                .sizes = options.scope.sizes.empty() ? default_sizes(model) : options.scope.sizes,
                .choices = {},
                .promise = options.promise ? std::optional(find_model(model)->promise) : std::nullopt,
                .symmetry = options.symmetry},
        store_(options.memory_bytes) {
    check_scope(model, options.scope);
    config_.choices = choices(model, options.scope, config_.sizes, options.faults);
    const unsigned jobs = options.jobs == 0 ? std::max(1u, std::thread::hardware_concurrency()) : options.jobs;
    for (unsigned i = 0; i < jobs; ++i) workers_.push_back(std::make_unique<Worker>(machine, config_));
  }

  Exploration run() {
    const auto begin = std::chrono::steady_clock::now();
    start();
    for (bool last = false; !last && !stopped_;) {
      auto level = store_.take_level();
      if (level.empty()) break;
      levels_.push_back(std::move(level));
      // The states that the first violations led to are judged too: the same steps may have broken these.
      last = options_.stop_at_first && anything_broken();
      each_of_level(depth(), [&](Worker& worker, const Bytes& state) { look_at(worker, state, last); });
      for (const auto& worker : workers_)
        if (worker->expander.addresses_matter() && !addresses_matter_from_) addresses_matter_from_ = depth();
      if (!stopped_ && !last) result_.complete_depth = depth();
    }
    conclude();
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(result_);
  }

 private:
  struct Bytes {
    const uint8_t* at;
    size_t size;
  };
  using Key = std::vector<uint8_t>;  // a packed state

  // A step that breaks something, or a state that is broken (no step). Of all with the shortest trace the least is
  // kept, so that every run shows the same.
  struct Flaw {
    uint32_t length = 0;  // of its trace
    Key state;            // before the step
    uint64_t nth = 0;     // of the steps from there
    std::optional<Step> step;
    bool operator<(const Flaw& other) const {
      return std::tie(length, state, nth) < std::tie(other.length, other.state, other.nth);
    }
  };
  struct Found {
    uint64_t times = 0;
    std::optional<Flaw> least;
    void add(Flaw flaw) {
      if (!least || flaw < *least) least = std::move(flaw);
    }
  };
  struct Successor {
    uint64_t hash;
    PackedState state;
  };
  struct Worker {
    Worker(const Machine& machine, const typename Expander<Machine>::Config& config) : expander(machine, config) {}
    Expander<Machine> expander;
    uint64_t states = 0, transitions = 0, told_states = 0, told_transitions = 0;
    std::array<Found, kProperties> found;
    std::vector<Successor> successors;  // of the state that is looked at; kept for its memory
    size_t successor_count = 0;
  };
  struct Begin {
    Start start;
    Key state;
  };
  // A step back: where it leads from.
  struct Link {
    Key state;
    uint64_t nth = UINT64_MAX;
    Step step;
    bool operator<(const Link& other) const { return std::tie(state, nth) < std::tie(other.state, other.nth); }
  };

  static Key key(const Bytes& state) { return {state.at, state.at + state.size}; }
  static Key key(const PackedState& state) { return {state.bytes(), state.bytes() + state.size}; }
  uint32_t depth() const { return static_cast<uint32_t>(levels_.size()) - 1; }

  void start() {
    PackedState packed;
    for (const Start start : {Start{true, true}, Start{true, false}, Start{false, true}, Start{false, false}}) {
      workers_[0]->expander.start(start, packed);
      store_.insert(packed.bytes(), packed.size, hash_bytes(packed.bytes(), packed.size));
      starts_.push_back({start, key(packed)});
    }
  }

  // Calls look(worker, state) for each state of a level, from all threads.
  template <class Look>
  void each_of_level(uint32_t level, Look look) {
    const auto& runs = levels_[level];
    next_run_ = 0;
    const auto work = [&](Worker& worker, bool first) {
      try {
        for (size_t i; !stopped_ && (i = next_run_++) < runs.size();)
          each_state(runs[i], [&](const uint8_t* at, size_t size) {
            if (stopped_) return;
            look(worker, Bytes{at, size});
            if ((++worker.states & 1023) == 0) pause(worker, first);
          });
      } catch (...) {
        const std::lock_guard guard(lock_);
        failure_ = std::current_exception();
        stopped_ = true;
      }
    };
    std::vector<std::thread> threads;
    for (size_t i = 1; i < std::min(workers_.size(), runs.size()); ++i)
      threads.emplace_back([&work, this, i] { work(*workers_[i], false); });
    work(*workers_[0], true);
    for (auto& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
  }

  void pause(Worker& worker, bool first) {
    seen_ += worker.states - std::exchange(worker.told_states, worker.states);
    taken_ += worker.transitions - std::exchange(worker.told_transitions, worker.transitions);
    if (!first) return;
    if (options_.stop && options_.stop()) stop("stopped");
    if (options_.progress)
      options_.progress({.states = seen_, .transitions = taken_, .bytes = store_.bytes(), .depth = depth()});
  }
  void stop(const char* why) {
    const std::lock_guard guard(lock_);
    if (result_.incomplete.empty()) result_.incomplete = why;
    stopped_ = true;
  }

  void look_at(Worker& worker, const Bytes& state, bool judge_only) {
    worker.expander.load(state.at, state.size);
    judge_state(worker, state);
    if (judge_only) return;
    worker.successor_count = 0;
    uint64_t nth = 0, last_reported = UINT64_MAX;
    std::array<bool, kProperties> told{};  // for the step reported last
    const auto sink = [&](const Step&, const Outcome&, const PackedState* next) {
      ++nth;
      if (next != nullptr) keep(worker, *next);
    };
    const auto report = [&](Property property, const Step& step, const Outcome&) {
      if (std::exchange(last_reported, nth) != nth) told = {};
      if (std::exchange(told[static_cast<size_t>(property)], true)) return;
      add(worker, property, depth() + 1, state, nth, step);
    };
    worker.expander.expand(sink, report);
    worker.transitions += nth;
    if (worker.expander.out_of_room()) stop("a mechanism made more than 31 objects of a kind");
    for (size_t i = 0; i < worker.successor_count; ++i) store_.fetch_state(worker.successors[i].hash);
    for (size_t i = 0; i < worker.successor_count; ++i) {
      const auto& [hash, next] = worker.successors[i];
      if (store_.insert(next.bytes(), next.size, hash) == StateStore::Insert::no_room)
        return stop("the memory for states is used up");
    }
  }
  // They are put in together at the end: until then the memory fetches the places where they go.
  void keep(Worker& worker, const PackedState& next) {
    if (worker.successor_count == worker.successors.size()) worker.successors.emplace_back();
    auto& to = worker.successors[worker.successor_count++];
    to.hash = hash_bytes(next.bytes(), next.size);
    to.state.size = next.size;
    std::memcpy(to.state.data.data(), next.bytes(), next.size);
    store_.fetch_slot(to.hash);
  }
  void judge_state(Worker& worker, const Bytes& state) {
    std::array<bool, kProperties> broken{};
    worker.expander.judge_state([&](Property property) { broken[static_cast<size_t>(property)] = true; });
    for (size_t p = 0; p < broken.size(); ++p)
      if (broken[p]) add(worker, static_cast<Property>(p), depth(), state, 0, {});
  }
  static void add(Worker& worker, Property property, uint32_t length, const Bytes& state, uint64_t nth,
                  std::optional<Step> step) {
    auto& found = worker.found[static_cast<size_t>(property)];
    ++found.times;
    if (!found.least || found.least->length >= length) found.add({length, key(state), nth, step});
  }
  bool anything_broken() const {
    const auto& known = options_.known;
    for (const auto& worker : workers_)
      for (size_t p = 0; p < kProperties; ++p)
        if (worker->found[p].least && std::count(known.begin(), known.end(), static_cast<Property>(p)) == 0)
          return true;
    return false;
  }

  void conclude() {
    result_.states = store_.states();
    result_.bytes = store_.bytes();
    result_.depth = depth();
    std::vector<std::pair<Property, Flaw>> flaws;
    for (size_t p = 0; p < kProperties; ++p) {
      Found all;
      for (const auto& worker : workers_) {
        const auto& found = worker->found[p];
        all.times += found.times;
        if (found.least) all.add(*found.least);
      }
      if (!all.least) continue;
      const auto property = static_cast<Property>(p);
      result_.broken[property].times = all.times;
      flaws.emplace_back(property, std::move(*all.least));
    }
    for (const auto& worker : workers_) {
      result_.transitions += worker->transitions;
      result_.coverage |= worker->expander.coverage();
    }
    if (config_.symmetry && addresses_matter_from_) {
      result_.complete_depth = std::min(result_.complete_depth, *addresses_matter_from_);
      if (result_.incomplete.empty())
        result_.incomplete = "freed memory is in use, so states that differ in addresses are not the same";
    }
    write_traces(flaws);
  }

  // States know nothing of where they came from: the levels are gone through once more, backwards, for steps that lead
  // to what is wanted.
  void write_traces(const std::vector<std::pair<Property, Flaw>>& flaws) {
    stopped_ = false;
    std::vector<std::map<Key, Link>> back(levels_.size());  // by depth: how each wanted state was reached
    for (const auto& [property, flaw] : flaws) back[flaw.step ? flaw.length - 1 : flaw.length][flaw.state];
    for (size_t level = back.size(); level-- > 1;) {
      if (back[level].empty()) continue;
      find_steps_to(static_cast<uint32_t>(level), back[level]);
      if (stopped_) return;
      for (const auto& [state, link] : back[level]) back[level - 1][link.state];
    }
    for (const auto& [property, flaw] : flaws) {
      std::vector<Step> steps;
      if (flaw.step) steps.push_back(*flaw.step);
      Key at = flaw.state;
      for (size_t level = flaw.step ? flaw.length - 1 : flaw.length; level > 0; --level) {
        const Link& link = back[level].at(at);
        steps.push_back(link.step);
        at = link.state;
      }
      result_.broken[property].trace = trace_of(at, {steps.rbegin(), steps.rend()});
    }
  }
  void find_steps_to(uint32_t level, std::map<Key, Link>& wanted) {
    each_of_level(level - 1, [&](Worker& worker, const Bytes& state) {
      worker.expander.load(state.at, state.size);
      uint64_t nth = 0;
      const auto sink = [&](const Step& step, const Outcome&, const PackedState* next) {
        ++nth;
        if (next == nullptr) return;
        const auto found = wanted.find(key(*next));
        if (found == wanted.end()) return;
        Link link{key(state), nth, step};
        const std::lock_guard guard(lock_);
        if (found->second.nth == UINT64_MAX || link < found->second) found->second = std::move(link);
      };
      worker.expander.expand(sink, [](Property, const Step&, const Outcome&) {});
    });
  }

  // In a trace every task has a name of its own: slots are named anew as they are used again, and as symmetry moves
  // them.
  Trace trace_of(const Key& from, const std::vector<Step>& steps) {
    Trace trace;
    trace.model = model_;
    auto& expander = workers_[0]->expander;
    for (const auto& begin : starts_)
      if (begin.state == from) trace.start = begin.start;
    std::array<uint16_t, kMaxScopeTasks + 1> names{};
    names[1] = 1;
    uint16_t last_task = 1, last_rule = 0;
    PackedState state;
    std::copy(from.begin(), from.end(), state.data.begin());
    state.size = static_cast<uint8_t>(from.size());
    for (const Step& step : steps) {
      expander.load(state.bytes(), state.size);
      const Outcome outcome = expander.follow(step, state);
      Step written = step;
      written.task = names[step.task];
      written.child = names[step.child];
      written.error = outcome.error;
      written.made = 0;
      if (outcome.error == 0 && makes_rule(step.op)) written.made = ++last_rule;
      if (outcome.error == 0 && makes_task(step.op)) written.made = names[step.made] = ++last_task;
      trace.steps.push_back(written);
      const auto before = names;
      for (size_t slot = 1; slot < names.size(); ++slot) names[slot] = before[expander.slots()[slot]];
    }
    return trace;
  }

  const ExploreOptions& options_;
  std::string model_;
  typename Expander<Machine>::Config config_;
  StateStore store_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<Begin> starts_;
  std::vector<std::vector<StateRun>> levels_;  // by depth
  std::atomic<size_t> next_run_{0};
  std::atomic<bool> stopped_{false};
  std::atomic<uint64_t> seen_{0}, taken_{0};
  std::mutex lock_;
  std::exception_ptr failure_;
  std::optional<uint32_t> addresses_matter_from_;
  Exploration result_;
};

template <class Machine>
Exploration explore_machine(const Machine& machine, const std::string& model, const ExploreOptions& options) {
  return Search<Machine>(machine, model, options).run();
}

// use(machine), with the machine of that model on small memory. REQUIRES: there is a model of that name.
template <template <class> class World, class Use>
auto with_small_machine(std::string_view model, Use use) {
  if (model == "v5-intended") return use(SmallNodeMachine<V5Intended, World>());
  if (model == "v5-new-hierarchy") return use(SmallNodeMachine<V5NewHierarchy, World>());
  if (model == "v5-posted") return use(SmallNodeMachine<V5Posted, World>());
  if (model == "v6-posted") return use(SmallNodeMachine<V6Posted, World>());
  if (model == "seccomp-nodes") return use(SmallSeccompMachine<World, SeccompNodes>());
  return use(SmallSeccompMachine<World>({.release_at_reap = model == "seccomp@6.1"}));
}

}  // namespace lockstep
