// SPDX-License-Identifier: GPL-2.0-or-later
// Single programs: what must be found in texts and worlds that are wrong, and what is found in those that are not.
#include "oracle/interleaved_program.h"

#include <gtest/gtest.h>

#include <set>

namespace lockstep {
namespace {

Action append(uint16_t task, uint16_t rule, uint32_t pages = 1) {
  return {{.op = Op::append, .task = task, .made = rule, .pages = pages}};
}
Action attach(uint16_t task, uint16_t filter, uint32_t len = 16) {
  return {{.op = Op::attach, .task = task, .made = filter, .len = len}};
}
Action fork(uint16_t task, uint16_t child) { return {{.op = Op::fork, .task = task, .made = child}}; }
Action thread(uint16_t task, uint16_t child) { return {{.op = Op::thread, .task = task, .made = child}}; }
Action leave(uint16_t task) { return {{.op = Op::exit, .task = task}}; }
Action check(uint16_t task) { return {{.op = Op::exec, .task = task}, true}; }

struct Ran {
  ProgramOutcome outcome;
  std::vector<Race> races;
  std::set<std::string> causes() const {
    std::set<std::string> causes;
    for (const auto& race : races) causes.insert(race.cause);
    return causes;
  }
};

template <class Family>
Ran run(const Family& family, const std::vector<Action>& before, const Program& program, bool reduction = true) {
  auto start = family.sequential();
  start.reset({});
  for (const auto& operation : before) start.step(operation.step);
  InterleavedProgram<Family> search(family, start, program, reduction);
  Ran ran{search.run([](uint64_t) { return true; }), {}};
  for (const auto& [cause, violations] : ran.outcome.wrong) ran.races.push_back(search.race(cause));
  return ran;
}
using Causes = std::set<std::string>;

// A counter that is read and written back in two steps.
template <class State>
class TornCounters : public InterleavedWorld<State> {
 public:
  template <class T>
  void inc(Field<T, int32_t> field, Ref<T> ref) {
    this->store(field, ref, this->load(field, ref) + 1);
  }
  template <class T>
  bool dec_and_test(Field<T, int32_t> field, Ref<T> ref) {
    const int32_t less = this->load(field, ref) - 1;
    this->store(field, ref, less);
    return less == 0;
  }
};

TEST(InterleavedProgram, ACounterThatIsNotAtomicIsFound) {
  const Program forks{{fork(1, 3)}, {fork(2, 4)}};
  const std::vector<Action> before{append(1, 1), fork(1, 2)};
  EXPECT_EQ(run(NodeFamily<V6Posted>{}, before, forks).causes(), Causes{});
  const auto torn = run(NodeFamily<V6Posted, TornCounters>{}, before, forks);
  EXPECT_EQ(torn.causes(), Causes{"linearizable events.usage"});
  EXPECT_EQ(torn.races[0].also, std::vector<std::string>{"refcount-exact"});
  // The reference that was lost is missed by the children when their parents are gone.
  const auto freed =
      run(NodeFamily<V6Posted, TornCounters>{}, before, {{fork(1, 3), leave(1)}, {fork(2, 4), leave(2)}});
  EXPECT_TRUE(freed.causes().contains("linearizable events.usage"));
  const auto filters = run(SeccompFamily<Seccomp, TornCounters>{}, {attach(1, 1), fork(1, 2)}, forks);
  EXPECT_FALSE(filters.causes().empty());
}

// An exit that frees what others share.
struct HastyExit : V6Posted {
  template <class W, class Task>
  static void exit(W& w, Task task) {
    auto lists = w.load(f::lists, task);
    w.store(f::lists, task, w.template null<RuleLists>());
    for (size_t event = 0; event < kEvents; ++event) put_rule(w, w.load(f::rules, lists, event));
    w.free(lists);
  }
};

TEST(InterleavedProgram, ACheckThatMeetsAFreedObjectIsStoppedThere) {
  const Program program{{leave(1)}, {check(2)}};
  const std::vector<Action> before{append(1, 1), fork(1, 2)};
  EXPECT_EQ(run(NodeFamily<V6Posted>{}, before, program).causes(), Causes{});
  const auto ran = run(NodeFamily<HastyExit>{}, before, program);
  ASSERT_TRUE(ran.causes().contains("no-use-after-free memory"));
  for (const auto& race : ran.races)
    if (race.cause == "no-use-after-free memory") {
      EXPECT_TRUE(race.steps.back().freed);
      EXPECT_NE(race.text.find(" was freed by P1's exit, and P2's check still used it"), std::string::npos)
          << race.text;
    }
}

// One leaf for all threads: then the lock is needed.
struct SharedLeaf : Seccomp {
  template <class W, class Task>
  static int attach(W& w, Task, const Step& args) {
    return Seccomp::attach(w, Task{1}, args);
  }
};
template <class State>
class Lockless : public InterleavedWorld<State> {
 public:
  template <class Task>
  void lock(ProcessLock, Task) {}
  template <class Task>
  void unlock(ProcessLock, Task) {}
};

TEST(InterleavedProgram, WithoutItsLockAFilterIsLost) {
  const std::vector<Action> before{thread(1, 2)};
  const Program attaches{{attach(1, 1)}, {attach(2, 2)}};
  EXPECT_EQ(run(SeccompFamily<SharedLeaf>{}, before, attaches).causes(), Causes{});
  const auto ran = run(SeccompFamily<SharedLeaf, Lockless>{}, before, attaches);
  EXPECT_TRUE(ran.causes().contains("linearizable lost rule"));
}

// What seccomp's own text does under the siglock concerns the caller alone: only a TSYNC reaches another thread's leaf,
// and there is none in this model. So leaving the lock out breaks nothing here.
TEST(InterleavedProgram, SeccompsSiglockGuardsNothingButTsync) {
  for (const auto& before : {std::vector<Action>{attach(1, 1), thread(1, 2)}, {attach(1, 1), fork(1, 2)}})
    for (const Program& program : {Program{{attach(1, 2), fork(1, 3)}, {attach(2, 3), leave(2)}},
                                   {{fork(1, 3), leave(1)}, {attach(2, 2), check(2)}}})
      EXPECT_EQ(run(SeccompFamily<Seccomp, Lockless>{}, before, program).causes(), Causes{});
}

// Two locks, taken in one order by P1 and in the other by everybody else.
struct CrossedLocks : Seccomp {
  template <class W, class Task>
  static int attach(W& w, Task caller, const Step&) {
    const bool first = caller.index == 1;
    w.lock(first ? ProcessLock::siglock : ProcessLock::cred_guard_mutex, caller);
    w.lock(first ? ProcessLock::cred_guard_mutex : ProcessLock::siglock, caller);
    w.unlock(ProcessLock::siglock, caller);
    w.unlock(ProcessLock::cred_guard_mutex, caller);
    return 0;
  }
};

TEST(InterleavedProgram, ADeadlockIsFound) {
  const auto ran = run(SeccompFamily<CrossedLocks>{}, {thread(1, 2)}, {{attach(1, 1)}, {attach(2, 2)}});
  EXPECT_EQ(ran.causes(), Causes{"linearizable deadlock"});
  EXPECT_EQ(run(SeccompFamily<CrossedLocks>{}, {fork(1, 2)}, {{attach(1, 1)}, {attach(2, 2)}}).causes(), Causes{});
}

// A walk reads a chain node by node: two of them can disagree about which of two appends came first. In designs whose
// lists never change under a task that cannot happen.
TEST(InterleavedProgram, WalksAlongSharedNodesAreNoSnapshots) {
  const std::vector<Action> before{append(1, 1), fork(1, 2), append(2, 2), fork(2, 3)};
  const Program program{{append(1, 3)}, {append(2, 4), check(2)}, {check(3)}};
  EXPECT_EQ(run(NodeFamily<V5Intended>{}, before, program).causes(), Causes{"linearizable results"});
  EXPECT_EQ(run(NodeFamily<V6Posted>{}, before, program).causes(), Causes{});
  const std::vector<Action> attached{attach(1, 1), fork(1, 2), attach(2, 2), fork(2, 3)};
  const Program filters{{attach(1, 3)}, {attach(2, 4), check(2)}, {check(3)}};
  EXPECT_EQ(run(SeccompFamily<SeccompNodes>{}, attached, filters).causes(), Causes{"linearizable results"});
  EXPECT_EQ(run(SeccompFamily<>{}, attached, filters).causes(), Causes{});
}

// With NEW_RULE_HIERARCHY an append is seen by its caller alone. One owner that asks for it leaves the other's walk the
// only one along nodes that change.
TEST(InterleavedProgram, WithTheOptionAnAppendIsSeenByItsCallerAlone) {
  const std::vector<Action> before{append(1, 1), fork(1, 2), append(2, 2), fork(2, 3)};
  auto asks = append(1, 3);
  asks.step.flags = V5NewHierarchy::kKnownFlags;
  EXPECT_EQ(run(NodeFamily<V5NewHierarchy>{}, before, {{append(1, 3)}, {append(2, 4), check(2)}, {check(3)}}).causes(),
            Causes{"linearizable results"});
  EXPECT_EQ(run(NodeFamily<V5NewHierarchy>{}, before, {{asks}, {append(2, 4), check(2)}, {check(3)}}).causes(),
            Causes{});
}

// Near the limit one walk is enough: R4 fits only before R3, and the check sees R3 but not R4.
TEST(InterleavedProgram, ASumOfPagesIsNoSnapshot) {
  const std::vector<Action> before{append(1, 1), fork(1, 2), append(2, 2, 62), fork(2, 3)};
  const Program program{{append(1, 3)}, {append(2, 4)}, {check(3)}};
  const auto ran = run(NodeFamily<V5Intended>{}, before, program);
  ASSERT_EQ(ran.causes(), Causes{"linearizable results"});
  EXPECT_EQ(ran.races[0].text,
            "no order of the operations gives these results together: P1's append gave success, P2's append gave "
            "success, P3's check ran R2 R3 R1");
}
TEST(InterleavedProgram, NorIsASumOfInstructions) {
  const std::vector<Action> before{attach(1, 1), fork(1, 2), attach(2, 2, 32720), fork(2, 3)};
  const auto ran = run(SeccompFamily<SeccompNodes>{}, before, {{attach(1, 3)}, {attach(2, 4)}, {check(3)}});
  ASSERT_EQ(ran.causes(), Causes{"linearizable results"});
  EXPECT_EQ(ran.races[0].text,
            "no order of the operations gives these results together: P1's attach gave success, P2's attach gave "
            "success, P3's check ran F2 F3 F1");
}

// One task alone, stopped before every single step: its text is run again and again, and comes to what it comes to.
TEST(InterleavedProgram, AnOperationThatIsStoppedEverywhereComesToTheSame) {
  const Program alone{{append(1, 2), fork(1, 3), check(1), leave(1)}};
  auto states = [&](const auto& family) {
    const auto ran = run(family, {append(1, 1), fork(1, 2), leave(2)}, alone, false);
    EXPECT_EQ(ran.causes(), Causes{});
    EXPECT_EQ(ran.outcome.endings, 1u);
    EXPECT_EQ(ran.outcome.transitions + 1, ran.outcome.states);
    return ran.outcome.states;
  };
  EXPECT_EQ(states(NodeFamily<V5Intended>{}), 58u);
  EXPECT_EQ(states(NodeFamily<V5Posted>{}), 53u);
  EXPECT_EQ(states(NodeFamily<V6Posted>{}), 47u);
  const Program filters{{attach(1, 2), fork(1, 3), check(1), leave(1)}};
  const auto ran = run(SeccompFamily<>{}, {attach(1, 1)}, filters, false);
  EXPECT_EQ(ran.causes(), Causes{});
  EXPECT_EQ(ran.outcome.endings, 1u);
}

// Nobody waits for anybody where there is nothing in common: one state, and it is the last.
TEST(InterleavedProgram, TasksThatShareNothingDoNotDisturbEachOther) {
  const auto ran = run(NodeFamily<V6Posted>{}, {fork(1, 2)}, {{append(1, 1), check(1)}, {append(2, 2), check(2)}});
  EXPECT_EQ(ran.outcome.states, 1u);
  EXPECT_EQ(ran.outcome.endings, 1u);
  EXPECT_EQ(ran.outcome.orders, 6u);
}

}  // namespace
}  // namespace lockstep
