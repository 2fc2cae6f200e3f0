// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/unroll.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/model.h"
#include "oracle/explore_result.h"
#include "oracle/prove_model.h"
#include "oracle/rules.h"

namespace lockstep {

namespace {

using Clock = std::chrono::steady_clock;

// The solver's trace as the model runs it, tasks and rules numbered as they come; nothing if it cannot.
std::optional<Trace> as_run(Trace trace) {
  const auto model = make_model(trace.model);
  model->reset(trace.start);
  std::map<uint16_t, uint16_t> tasks{{uint16_t{1}, uint16_t{1}}};
  uint16_t rules = 0;
  for (auto& step : trace.steps) {
    const auto name = step.made;
    if (!tasks.contains(step.task) || !model->processes().alive(tasks.at(step.task))) return {};
    step.task = tasks.at(step.task);
    if (step.op == Op::reap) {
      if (!tasks.contains(step.child)) return {};
      step.child = tasks.at(step.child);
    }
    step.made = 0;
    if (makes_task(step.op)) step.made = static_cast<uint16_t>(tasks.size() + 1);
    if (makes_rule(step.op)) step.made = static_cast<uint16_t>(rules + 1);
    step.error = model->step(step).error;
    if (step.error != 0) {
      step.made = 0;
    } else {
      if (makes_task(step.op)) tasks[name] = step.made;
      rules += makes_rule(step.op);
    }
  }
  return trace;
}

class Unroller {
 public:
  Unroller(const ModelProofs& proofs, const UnrollOptions& options)
      : proofs_(proofs), options_(options), solver_(c_, "QF_FD"), start_(c_, sorts_, "@0") {
    for (const auto& [kind, count] : proofs.places(options.steps)) sorts_.add(c_, kind, count);
    for (const auto& goal : options.goals)
      all_.push_back({.property = goal.property, .transition = goal.transition, .formula = goal.formula});
  }

  std::vector<Unrolled> run() {
    begin_ = Clock::now();
    state_ = proofs_.finite_start(start_, solver_);
    std::string why;
    for (size_t number = 1; number <= options_.steps && why.empty() && searching(); ++number) {
      deadline_ = Clock::now() + options_.timeout;
      if (number > 1) merge();
      why = take(static_cast<uint16_t>(number));
      if (why.empty()) look(number);
    }
    if (why.empty()) why = fmt::format("nothing breaks it in {} steps", options_.steps);
    for (auto& each : all_)
      if (open(each)) end(each, why);
    return std::move(all_);
  }

 private:
  // A way that a step can go.
  struct Way {
    size_t transition;
    FinitePath path;
    expr taken;
  };
  static bool open(const Unrolled& each) { return !each.trace && each.why.empty(); }
  bool searching() const { return std::any_of(all_.begin(), all_.end(), open); }
  void end(Unrolled& each, std::string why) const {
    each.why = std::move(why);
    each.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  }
  std::string too_long(size_t number) const {
    return fmt::format("unknown beyond {} steps, one more took over {} s", number - 1, options_.timeout.count() / 1000);
  }
  z3::check_result ask() {
    using std::chrono::milliseconds;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now());
    z3::params params(c_);
    params.set("timeout", static_cast<unsigned>(std::max(milliseconds(1), left).count()));
    solver_.set(params);
    return solver_.check();
  }

  // Every path of every transition from what the steps so far can have led to. Not empty: why not.
  std::string take(uint16_t number) {
    steps_.emplace_back();
    const auto& symbols = symbols_.emplace_back(c_, sorts_, fmt::format("@{}", number));
    // Whether an operation that failed left all as it was is needed for every goal.
    const SymbolicRun::Asked asked = [&](std::optional<Property> property, const std::string& formula) {
      return property == Property::error_atomic || std::any_of(all_.begin(), all_.end(), [&](const Unrolled& each) {
               const bool any = formula.empty() || each.formula.empty();
               return open(each) && each.property == property && (any || each.formula == formula);
             });
    };
    for (size_t t = 0; t < proofs_.transitions(); ++t) {
      if (proofs_.step(t) == nullptr) continue;  // a check changes nothing
      std::vector<std::vector<bool>> todo{{}};
      while (!todo.empty()) {
        if (options_.stop && options_.stop()) return "stopped";
        if (Clock::now() > deadline_) return too_long(number);
        const auto decisions = std::move(todo.back());
        todo.pop_back();
        solver_.push();
        auto path = proofs_.run_finite(t, decisions, {symbols, state_, solver_, number, asked});
        solver_.pop();
        todo.insert(todo.end(), path.result.open.begin(), path.result.open.end());
        const auto name = fmt::format("way {}", steps_.back().size());
        steps_.back().push_back({t, std::move(path), symbols.constant(name, "bool")});
      }
    }
    return "";
  }

  // Which properties can the last step break?
  void look(size_t number) {
    z3::expr_vector no_room(c_);
    for (const auto& way : steps_.back()) no_room.push_back(way.path.no_room);
    const auto room = holds(z3::mk_or(no_room));
    if (room == z3::sat) throw std::logic_error("unrolling needs more objects than it has places for");
    for (auto& each : all_) {
      if (!open(each)) continue;
      if (room == z3::unknown) {
        end(each, too_long(number));
        continue;
      }
      z3::expr_vector broken(c_);
      for (const auto& way : steps_.back())
        for (const auto& owed : way.path.owed)
          if (is_goal(each, way, owed)) broken.push_back(owed.broken);
      std::optional<Trace> trace;
      const auto answer = holds(z3::mk_or(broken), [&] { trace = as_run(read(solver_.get_model(), each)); });
      if (answer == z3::unsat) {
        each.kept = number;
      } else if (answer == z3::unknown) {
        end(each, too_long(number));
      } else {
        end(each, "the solver has a trace that does not show it on the model, a fault of lockstep");
        if (!trace || (each.property &&
                       replay_violation(*trace, trace->model, *each.property, nullptr).shown != Shown::confirmed))
          continue;
        each.trace = std::move(trace);
        each.why.clear();
      }
    }
  }
  bool is_goal(const Unrolled& each, const Way& way, const Owed& owed) const {
    return owed.property == each.property && (each.formula.empty() || owed.formula == each.formula) &&
           (each.transition.empty() || proofs_.transition(way.transition) == each.transition);
  }
  z3::check_result holds(const expr& condition, const std::function<void()>& then = {}) {
    solver_.push();
    solver_.add(condition);
    const auto answer = ask();
    if (answer == z3::sat && then) then();
    solver_.pop();
    return answer;
  }

  // The state after the last step, whichever way it went: a constant for each field of each place.
  void merge() {
    auto& ways = steps_.back();
    std::erase_if(ways, [&](const Way& way) { return !way.path.end || leaves_all(way.path); });
    z3::expr_vector taken(c_);
    for (const auto& way : ways) {
      taken.push_back(way.taken);
      solver_.add(z3::implies(way.taken, way.path.path));
    }
    solver_.add(z3::mk_or(taken));
    for (unsigned a = 0; a < taken.size(); ++a)
      for (unsigned b = a + 1; b < taken.size(); ++b) solver_.add(!taken[a] || !taken[b]);
    const auto& setting = proofs_.finite_setting();
    SymbolicState next = unknown_state(symbols_.back(), setting);
    next.release_at_reap = state_.release_at_reap;
    const auto same = [&](const auto& value) { solver_.add(value(next) == whichever(ways, value)); };
    for (const auto& [key, sorts] : map_sorts(setting))
      for (const auto& x : sorts_.places(sorts.first)) same([&](const SymbolicState& s) { return s.map(key)(x); });
    for (const auto& [key, sorts] : relation_sorts(setting))
      for (const auto& x : sorts_.places(sorts.first))
        for (const auto& y : sorts_.places(sorts.second))
          same([&](const SymbolicState& s) { return s.relation(key)(x, y); });
    same([](const SymbolicState& s) { return s.now[0]; });
    state_ = std::move(next);
  }
  // An operation that failed, and nothing shows that it was tried: no shortest trace has it.
  bool leaves_all(const FinitePath& path) {
    if (!path.result.error || *path.result.error == 0) return false;
    z3::expr_vector broken(c_);
    for (const auto& owed : path.owed)
      if (owed.property == Property::error_atomic) broken.push_back(owed.broken);
    return holds(z3::mk_or(broken)) == z3::unsat;
  }
  template <class Value>
  expr whichever(const std::vector<Way>& ways, const Value& value) {
    struct Group {
      expr value;
      z3::expr_vector taken;
    };
    std::vector<Group> groups;
    for (const auto& way : ways) {
      const expr end = value(*way.path.end).simplify();
      auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return z3::eq(g.value, end); });
      if (group == groups.end()) group = groups.insert(group, {end, z3::expr_vector(c_)});
      group->taken.push_back(way.taken);
    }
    const auto most = std::max_element(groups.begin(), groups.end(),
                                       [](const Group& a, const Group& b) { return a.taken.size() < b.taken.size(); });
    expr all = most->value;
    for (auto group = groups.begin(); group != groups.end(); ++group)
      if (group != most) all = z3::ite(z3::mk_or(group->taken), group->value, all);
    return all;
  }

  // What the solver has chosen. Tasks and rules are called by the steps that made them.
  Trace read(const z3::model& found, const Unrolled& of) const {
    Trace trace;
    trace.model = proofs_.model();
    const auto is = [&](const expr& e) { return found.eval(e, true).is_true(); };
    trace.start = {.nnp = is(start_.constant("nnp", "bool")), .cap = is(start_.constant("cap", "bool"))};
    for (size_t i = 0; i < steps_.size(); ++i) {
      const bool last = i + 1 == steps_.size();
      const auto way = std::find_if(steps_[i].begin(), steps_[i].end(), [&](const Way& each) {
        if (!last) return is(each.taken);
        return std::any_of(each.path.owed.begin(), each.path.owed.end(),
                           [&](const Owed& owed) { return is_goal(of, each, owed) && is(owed.broken); });
      });
      if (way == steps_[i].end()) throw std::logic_error("the solver's model goes no way");
      Step step = way->path.step;
      step.task = place_of(found, way->path.actor);
      step.child = step.op == Op::reap ? place_of(found, way->path.other) : uint16_t{0};
      const auto size = found.eval(symbols_[i].constant("size", "int"), true).get_numeral_uint();
      if (step.op == Op::append) step.pages = size;
      if (step.op == Op::attach) step.len = size;
      step.made = static_cast<uint16_t>(i + 2);
      trace.steps.push_back(step);
    }
    return trace;
  }
  uint16_t place_of(const z3::model& found, const expr& task) const {
    return static_cast<uint16_t>(found.eval(task, true).get_numeral_uint());
  }

  const ModelProofs& proofs_;
  const UnrollOptions& options_;
  z3::context c_;
  FiniteSorts sorts_;
  z3::solver solver_;
  Symbols start_;
  std::vector<Symbols> symbols_;  // of each step
  std::vector<std::vector<Way>> steps_;
  SymbolicState state_;  // before the next step
  std::vector<Unrolled> all_;
  Clock::time_point begin_, deadline_;
};

}  // namespace

std::vector<Unrolled> unroll(const ModelProofs& proofs, const UnrollOptions& options) {
  return Unroller(proofs, options).run();
}

std::string words_of(const Unrolled& unrolled) {
  if (!unrolled.trace) return unrolled.why;
  const auto steps = unrolled.trace->steps.size();
  return fmt::format("{} step{}, {:.1f} s", steps, steps == 1 ? "" : "s", unrolled.seconds);
}

}  // namespace lockstep
