// SPDX-License-Identifier: GPL-2.0-or-later
// The idea that the house stands on, tried: the very text that runs on plain integers also runs on Z3 terms, for any
// number of tasks and filters. Two pieces of it: a transition with branches (clone) and a put chain with its loop cut
// at the head (walk_refs). What is proved of both: a filter's refs are exactly the pointers that lead to it.
#include <gtest/gtest.h>
#include <z3++.h>

#include <map>
#include <string>
#include <vector>

#include "model/seccomp.h"

namespace lockstep {
namespace {

using z3::expr;

struct PathEnds {};

// Which of the text's effects the world forgets, to see that a proof is then lost.
enum class Forget { nothing, inc, free };

struct SymbolicState {
  std::map<std::string, expr> field;  // arrays from object to value; c_* count the pointers to an object
  expr held;                          // the reference in flight between two rounds of a loop, or null
};

// Runs one path of the text. Branches follow `decisions`, then take a side that is possible and note the other.
class SymbolicWorld {
 public:
  SymbolicWorld(z3::context& c, std::vector<bool> decisions, Forget forget)
      : c_(c),
        task_(c.uninterpreted_sort("Task")),
        filter_(c.uninterpreted_sort("Filter")),
        no_task_(c.constant("no_task", task_)),
        no_filter_(c.constant("no_filter", filter_)),
        decisions_(std::move(decisions)),
        forget_(forget),
        state_{{}, no_filter_} {
    havoc("start");
  }

  // What the text asks of a world.
  template <class T>
  expr null() const {
    return std::is_same_v<T, Filter> ? no_filter_ : no_task_;
  }
  expr is_null(const expr& ref) const { return ref == (z3::eq(ref.get_sort(), filter_) ? no_filter_ : no_task_); }
  template <class T>
  expr alloc_named(uint16_t) {
    expr task = c_.constant("child", task_);
    return branch(Branch::no_task, c_.bool_const("memory")) ? fresh_task(task) : no_task_;
  }
  template <class T, class V>
  expr load(Field<T, V> f, const expr& ref) {
    return select(state_.field.at(f.name), ref);
  }
  template <class T, class V>
  void store(Field<T, V> f, const expr& ref, const expr& value) {
    touch(ref, [&] { set(f.name, ref, value); });
  }
  template <class T, class V>
  void store(Field<T, V> f, const expr& ref, int value) {
    store(f, ref, c_.int_val(value));
  }
  template <class T>
  void inc(Field<T, int32_t> f, const expr& ref) {
    if (forget_ != Forget::inc) set(f.name, ref, load(f, ref) + 1);
  }
  template <class T>
  expr dec_and_test(Field<T, int32_t> f, const expr& ref) {
    set(f.name, ref, load(f, ref) - 1);
    return load(f, ref) == 0;
  }
  void free(const expr& ref) {
    if (!z3::eq(ref.get_sort(), filter_) || forget_ == Forget::free) return;
    touch(ref, [&] { set("live", ref, c_.bool_val(false)); });
  }
  void lock(ProcessLock, const expr&) {}  // nobody else is running
  void unlock(ProcessLock, const expr&) {}
  int fail(int error) const { return error; }
  bool branch(Branch, bool condition) { return condition; }
  bool branch(Branch, const expr& condition) {
    const bool decided = taken_.size() < decisions_.size();
    const bool side = decided ? bool{decisions_[taken_.size()]} : possible(condition);
    if (!decided && side && possible(!condition)) {
      open_.push_back(taken_);
      open_.back().push_back(false);
    }
    taken_.push_back(side);
    assumed_.push_back(side ? condition : !condition);
    return side;
  }
  // Before the first round the invariant must hold with the cursor in flight; one round from any such state must lead
  // to such a state again; after the last round the text goes on from there.
  template <class Body>
  void loop(const expr& cursor, Body body) {
    state_.held = cursor;
    owe("at the loop's head");
    havoc("round");
    expr held = c_.constant("cursor", filter_);
    state_.held = held;
    assume_invariant();
    const bool again = body(held);
    state_.held = again ? held : no_filter_;
    owe(again ? "after a round" : "after the loop");
    if (again) throw PathEnds{};
  }

  expr named_task(const char* name) { return c_.constant(name, task_); }
  expr named_filter(const char* name) { return c_.constant(name, filter_); }
  void assume(const expr& fact) { assumed_.push_back(fact); }
  void hold(const expr& filter) { state_.held = filter; }

  void assume_invariant() {
    expr f = c_.constant("f", filter_), t = c_.constant("t", task_);
    assumed_.push_back(forall(f, invariant(f)));
    // Counting: a pointer is one of those that are counted.
    assumed_.push_back(forall(f, get("c_filter", f) >= 0 && get("c_prev", f) >= 0));
    expr mine = get("task.filter", t), prev = get("filter.prev", f);
    assumed_.push_back(forall(t, implies(mine != no_filter_, get("live", mine) && get("c_filter", mine) >= 1)));
    assumed_.push_back(
        forall(f, implies(get("live", f) && prev != no_filter_, get("live", prev) && get("c_prev", prev) >= 1)));
    assumed_.push_back(!get("live", no_filter_));
    assumed_.push_back(implies(state_.held != no_filter_, get("live", state_.held)));
  }
  // An obligation: the invariant for an arbitrary filter, under all that this path has assumed.
  void owe(const char* where) {
    auto s = solver();
    expr any = c_.constant("any", filter_);
    s.add(!invariant(any));
    obligations_.push_back({where, s.check()});
  }

  struct Obligation {
    std::string where;
    z3::check_result result;
  };
  const std::vector<Obligation>& obligations() const { return obligations_; }
  const std::vector<std::vector<bool>>& open() const { return open_; }

 private:
  z3::solver solver() {
    z3::solver solver(c_);
    z3::params p(c_);
    p.set("mbqi", false);
    p.set("timeout", 2000u);
    solver.set(p);
    for (const auto& fact : assumed_) solver.add(fact);
    return solver;
  }
  bool possible(const expr& condition) {
    auto s = solver();
    s.add(condition);
    return s.check() != z3::unsat;
  }
  expr get(const char* field, const expr& ref) { return select(state_.field.at(field), ref); }
  void set(const char* field, const expr& ref, const expr& value) {
    state_.field.at(field) = z3::store(state_.field.at(field), ref, value);
  }
  expr invariant(const expr& f) {
    const expr in_flight = ite(state_.held == f, c_.int_val(1), c_.int_val(0));
    const expr exact = get("filter.refs", f) == get("c_filter", f) + get("c_prev", f) + in_flight;
    return implies(f != no_filter_ && get("live", f), exact && get("filter.refs", f) >= 1);
  }
  // Any change to an object moves the counts by what it led to before and after.
  template <class Change>
  void touch(const expr& ref, Change change) {
    const bool task = z3::eq(ref.get_sort(), task_);
    const char* count = task ? "c_filter" : "c_prev";
    auto target = [&] {
      return task ? get("task.filter", ref) : ite(get("live", ref), get("filter.prev", ref), no_filter_);
    };
    auto add = [&](const expr& to, int n) {
      const expr counts = state_.field.at(count);
      state_.field.at(count) = ite(to == no_filter_, counts, z3::store(counts, to, select(counts, to) + n));
    };
    const expr before = target();
    change();
    add(before, -1);
    add(target(), 1);
  }
  expr fresh_task(const expr& task) {
    assumed_.push_back(task != no_task_);
    assumed_.push_back(get("task.filter", task) == no_filter_);
    return task;
  }
  void havoc(const std::string& when) {
    state_.field.clear();
    auto array = [&](const char* name, const z3::sort& from, const z3::sort& to) {
      state_.field.emplace(name, c_.constant((std::string(name) + "@" + when).c_str(), c_.array_sort(from, to)));
    };
    const auto number = c_.int_sort(), flag = c_.bool_sort();
    array("task.filter", task_, filter_);
    for (auto* name : {"task.mode", "task.filter_count"}) array(name, task_, number);
    for (auto* name : {"task.nnp", "task.cap"}) array(name, task_, flag);
    array("filter.prev", filter_, filter_);
    for (auto* name : {"filter.refs", "filter.users", "c_filter", "c_prev"}) array(name, filter_, number);
    array("live", filter_, flag);
  }

  z3::context& c_;
  z3::sort task_, filter_;
  expr no_task_, no_filter_;
  std::vector<bool> decisions_, taken_;
  Forget forget_;
  SymbolicState state_;
  std::vector<expr> assumed_;
  std::vector<Obligation> obligations_;
  std::vector<std::vector<bool>> open_;
};

struct Proof {
  int paths = 0, proved = 0, open = 0;
};

// Runs the text once for each path.
template <class Text>
Proof prove(Forget forget, Text text) {
  z3::context c;
  Proof proof;
  std::vector<std::vector<bool>> todo{{}};
  while (!todo.empty()) {
    auto decisions = todo.back();
    todo.pop_back();
    SymbolicWorld world(c, decisions, forget);
    try {
      text(world);
    } catch (const PathEnds&) {
    }
    ++proof.paths;
    for (const auto& obligation : world.obligations()) (obligation.result == z3::unsat ? proof.proved : proof.open)++;
    todo.insert(todo.end(), world.open().begin(), world.open().end());
  }
  return proof;
}

Proof prove_clone(Forget forget) {
  return prove(forget, [](SymbolicWorld& w) {
    w.assume_invariant();
    Seccomp::clone(w, w.named_task("parent"), Step{.op = Op::fork, .task = 1, .made = 2});
    w.owe("after clone");
  });
}

Proof prove_walk(Forget forget) {
  return prove(forget, [](SymbolicWorld& w) {
    expr dropped = w.named_filter("dropped");
    w.hold(dropped);
    w.assume_invariant();
    Seccomp::walk_refs(w, dropped);
  });
}

TEST(SymbolicSpike, CloneKeepsRefsExactOnEveryPath) {
  const Proof proof = prove_clone(Forget::nothing);
  EXPECT_EQ(proof.paths, 3);  // no memory; with a filter to share; without
  EXPECT_EQ(proof.proved, 3);
  EXPECT_EQ(proof.open, 0);
}

TEST(SymbolicSpike, ThePutChainKeepsRefsExactWithItsLoopCut) {
  const Proof proof = prove_walk(Forget::nothing);
  EXPECT_EQ(proof.paths, 3);  // at the end; still held; freed and on to the next
  EXPECT_EQ(proof.open, 0);
  EXPECT_EQ(proof.proved, 6);
}

TEST(SymbolicSpike, AForgottenCountIsNotProved) { EXPECT_GT(prove_clone(Forget::inc).open, 0); }

TEST(SymbolicSpike, AForgottenFreeIsNotProved) { EXPECT_GT(prove_walk(Forget::free).open, 0); }

}  // namespace
}  // namespace lockstep
