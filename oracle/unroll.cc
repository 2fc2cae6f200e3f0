// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/unroll.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/model.h"
#include "oracle/explore_result.h"
#include "oracle/prove_model.h"
#include "oracle/rules.h"

namespace lockstep {

namespace {

using Clock = std::chrono::steady_clock;

class Unroller {
 public:
  Unroller(const ModelProofs& proofs, const UnrollOptions& options)
      : proofs_(proofs), options_(options), solver_(c_, "QF_FD") {
    for (const auto& [kind, count] : proofs.places(options.steps)) sorts_.add(c_, kind, count);
    for (const auto property : options.properties) all_.push_back({.property = property});
  }

  std::vector<Unrolled> run() {
    const auto begin = Clock::now();
    const Symbols start(c_, sorts_, "@0");
    state_ = proofs_.finite_start(start, solver_);
    for (size_t number = 1; number <= options_.steps && missing() != 0; ++number) {
      deadline_ = Clock::now() + options_.timeout;
      const std::string why = take(static_cast<uint16_t>(number));
      if (why.empty()) look(number, begin);
      if (!why.empty()) return ended(why, begin);
      if (number < options_.steps && missing() != 0) merge(number);
    }
    return ended(fmt::format("nothing breaks it in {} steps", options_.steps), begin);
  }

 private:
  struct Taken {
    FinitePath path;
    expr guard;  // this is the way that the step went
  };
  static double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }
  size_t missing() const {
    return static_cast<size_t>(std::count_if(all_.begin(), all_.end(), [](const auto& each) { return !each.trace; }));
  }
  std::vector<Unrolled> ended(const std::string& why, Clock::time_point begin) {
    for (auto& each : all_)
      if (!each.trace && each.why.empty()) {
        each.why = why;
        each.seconds = since(begin);
      }
    return std::move(all_);
  }

  // Every path of every transition from what the steps so far can have led to. Why not, if that took too long.
  std::string take(uint16_t number) {
    steps_.emplace_back();
    symbols_.emplace_back(c_, sorts_, fmt::format("@{}", number));
    for (size_t t = 0; t < proofs_.transitions(); ++t) {
      std::vector<std::vector<bool>> todo{{}};
      while (!todo.empty()) {
        if (options_.stop && options_.stop()) return "stopped";
        if (Clock::now() > deadline_) return too_long(number);
        const auto decisions = std::move(todo.back());
        todo.pop_back();
        const auto t0 = Clock::now();
        solver_.push();
        auto path = proofs_.run_finite(t, decisions, {symbols_.back(), state_, solver_, number});
        solver_.pop();
        if (getenv("DBG")) fprintf(stderr, "%.3f s: %zu decisions given, %zu more: %s %s\n", since(t0), decisions.size(), path.result.open.size(), proofs_.transition(t).c_str(), path.result.words.c_str());
        for (const auto& more : path.result.open) todo.push_back(more);
        const auto name = fmt::format("way {}", steps_.back().size());
        steps_.back().push_back({std::move(path), symbols_.back().constant(name, "bool")});
      }
    }
    return "";
  }
  std::string too_long(size_t number) const {
    return fmt::format("unknown beyond {} steps: one more took over {} s", number - 1, options_.timeout.count() / 1000);
  }

  z3::check_result ask() {
    z3::params params(c_);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    params.set("timeout", static_cast<unsigned>(std::max<int64_t>(1, left)));
    solver_.set(params);
    return solver_.check();
  }

  // Which properties can the last step break?
  void look(size_t number, Clock::time_point begin) {
    for (auto& each : all_) {
      if (each.trace || !each.why.empty()) continue;
      z3::expr_vector broken(c_);
      for (const auto& [path, guard] : steps_.back())
        for (const auto& owed : path.owed)
          if (owed.property == each.property) broken.push_back(owed.broken);
      solver_.push();
      solver_.add(z3::mk_or(broken));
      const auto answer = ask();
      if (answer == z3::sat) each.trace = read(solver_.get_model(), each);
      if (answer == z3::unknown) each.why = too_long(number);
      if (answer == z3::unsat) each.kept = number;
      if (answer != z3::unsat) each.seconds = since(begin);
      solver_.pop();
    }
  }

  // The state after the step, whichever way it went.
  void merge(size_t number) {
    auto& taken = steps_.back();
    if (getenv("DBG")) fprintf(stderr, "step %zu: %zu\n", number, steps_.back().size());
    std::erase_if(taken, [&](const Taken& way) { return !way.path.end || leaves_all(way.path); });
    const auto& symbols = symbols_.back();
    SymbolicState next = unknown_state(symbols, proofs_.finite_setting());
    next.release_at_reap = state_.release_at_reap;
    z3::expr_vector ways(c_);
    for (const auto& [path, guard] : taken) {
      ways.push_back(guard);
      solver_.add(z3::implies(guard, path.path));
    }
    solver_.add(z3::mk_or(ways));
    for (unsigned a = 0; a < ways.size(); ++a)
      for (unsigned b = a + 1; b < ways.size(); ++b) solver_.add(!ways[a] || !ways[b]);
    if (getenv("DBG")) fprintf(stderr, "step %zu: %u ways of %zu\n", number, ways.size(), steps_.back().size());
    for (const auto& [key, sorts] : map_sorts(proofs_.finite_setting()))
      for (const auto& x : sorts_.places(sorts.first))
        solver_.add(next.map(key)(x) == either(taken, [&](const SymbolicState& s) { return s.map(key)(x); }));
    for (const auto& [key, sorts] : relation_sorts(proofs_.finite_setting()))
      for (const auto& x : sorts_.places(sorts.first))
        for (const auto& y : sorts_.places(sorts.second))
          solver_.add(next.relation(key)(x, y) ==
                      either(taken, [&](const SymbolicState& s) { return s.relation(key)(x, y); }));
    solver_.add(next.now[0] == either(taken, [](const SymbolicState& s) { return s.now[0]; }));
    state_ = std::move(next);
    (void)number;
  }
  // An operation that failed, and nothing shows that it was tried: no shortest trace has it.
  bool leaves_all(const FinitePath& path) {
    if (!path.result.error || *path.result.error == 0) return false;
    z3::expr_vector broken(c_);
    for (const auto& owed : path.owed)
      if (owed.property == Property::error_atomic) broken.push_back(owed.broken);
    solver_.push();
    solver_.add(z3::mk_or(broken));
    const auto answer = ask();
    solver_.pop();
    return answer == z3::unsat;
  }
  template <class Value>
  expr either(const std::vector<Taken>& taken, Value value) {
    struct Group {
      expr value;
      z3::expr_vector guards;
    };
    std::vector<Group> groups;
    for (const auto& [path, guard] : taken) {
      const expr end = value(*path.end).simplify();
      auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return z3::eq(g.value, end); });
      if (group == groups.end()) group = groups.insert(group, {end, z3::expr_vector(c_)});
      group->guards.push_back(guard);
    }
    std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.guards.size() > b.guards.size(); });
    expr all = groups[0].value;
    for (size_t i = 1; i < groups.size(); ++i) all = z3::ite(z3::mk_or(groups[i].guards), groups[i].value, all);
    return all;
  }

  // The trace that the solver has found; nothing if the model itself does not go that way.
  std::optional<Trace> read(const z3::model& found, Unrolled& of) {
    Trace trace;
    trace.model = proofs_.model();
    const auto is = [&](const expr& e) { return found.eval(e, true).is_true(); };
    trace.start = {.nnp = is(Symbols(c_, sorts_, "@0").constant("nnp", "bool")),
                   .cap = is(Symbols(c_, sorts_, "@0").constant("cap", "bool"))};
    for (size_t i = 0; i < steps_.size(); ++i) {
      const bool last = i + 1 == steps_.size();
      const auto way = std::find_if(steps_[i].begin(), steps_[i].end(), [&](const Taken& each) {
        if (!last) return is(each.guard);
        return std::any_of(each.path.owed.begin(), each.path.owed.end(),
                           [&](const Owed& owed) { return owed.property == of.property && is(owed.broken); });
      });
      if (way == steps_[i].end()) throw std::logic_error("the solver's model takes no path");
      Step step = way->path.step;
      step.task = place_of(found, way->path.actor);
      step.child = step.op == Op::reap ? place_of(found, way->path.other) : 0;
      const auto size = found.eval(symbols_[i].constant("size", "int"), true).get_numeral_int();
      if (step.op == Op::append) step.pages = static_cast<uint32_t>(size);
      if (step.op == Op::attach) step.len = static_cast<uint32_t>(size);
      step.made = makes_task(step.op) ? static_cast<uint16_t>(i + 2) : static_cast<uint16_t>(i + 1);
      trace.steps.push_back(step);
    }
    return trace;
  }
  uint16_t place_of(const z3::model& found, const expr& task) const {
    const expr place = found.eval(task, true);
    const auto& places = sorts_.places(sorts_.kind_of(task));
    for (uint16_t i = 0; i < places.size(); ++i)
      if (z3::eq(places[i], place)) return i;
    throw std::logic_error("a task without a place");
  }

  const ModelProofs& proofs_;
  const UnrollOptions& options_;
  z3::context c_;
  FiniteSorts sorts_;
  z3::solver solver_;
  std::vector<Symbols> symbols_;
  std::vector<std::vector<Taken>> steps_;
  SymbolicState state_;
  std::vector<Unrolled> all_;
  Clock::time_point deadline_;
};

}  // namespace

std::vector<Unrolled> unroll(const ModelProofs& proofs, const UnrollOptions& options) {
  return Unroller(proofs, options).run();
}

}  // namespace lockstep
