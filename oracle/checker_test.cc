// SPDX-License-Identifier: GPL-2.0-or-later
// For each property a state in which it is broken: the checker must say so, and name nothing else.
#include "oracle/checker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "model/state_facts.h"
#include "oracle/graph.h"

namespace lockstep {
namespace {

const Step kAppend{.op = Op::append, .task = 1, .made = 1};
const Step kExec{.op = Op::exec, .task = 1};

// P1 with E1, a node in each slot and R1 in the first one, all counted as they should be.
Snapshot sound() {
  Snapshot s;
  s.tasks = {{.number = 1, .view = {{{1}, {}}}}};
  s.objects = {{.kind = Kind::events, .counter = {1}},
               {.kind = Kind::node, .counter = {1}},
               {.kind = Kind::node, .counter = {1}},
               {.kind = Kind::rule, .number = 1, .counter = {1}, .size = 1},
               {.kind = Kind::prog, .counter = {1}}};
  s.pointers = {{Link::task_events, 0, 0, 0}, {Link::slot, 0, 0, 1},  {Link::slot, 1, 0, 2}, {Link::node_rule, 0, 1, 3},
                {Link::rule_prog, 0, 3, 4},   {Link::owner, 0, 1, 0}, {Link::owner, 0, 2, 0}};
  canonical(s);
  return s;
}

size_t find_object(const Snapshot& s, Kind kind) {
  for (size_t i = 0; i < s.objects.size(); ++i)
    if (s.objects[i].kind == kind) return i;
  ADD_FAILURE() << "no " << name_of(kind);
  return 0;
}

std::vector<std::string> broken(const std::vector<Violation>& violations) {
  std::vector<std::string> names;
  for (const auto& v : violations) names.emplace_back(name_of(v.property));
  return names;
}

// What an exec that leads from the sound state to this one breaks.
std::vector<std::string> broken_by(Snapshot after, const Step& step = kExec, Outcome outcome = {}) {
  Checker checker(PromiseKind::node, true);
  checker.start({.tasks = {{.number = 1}}});
  EXPECT_EQ(broken(checker.step(kAppend, {}, sound())), std::vector<std::string>{});
  canonical(after);
  return broken(checker.step(step, outcome, after));
}

using Names = std::vector<std::string>;

TEST(Checker, ASoundStateBreaksNothing) { EXPECT_EQ(broken_by(sound()), Names{}); }

TEST(Checker, ACounterAboveItsReferences) {
  auto s = sound();
  s.objects[find_object(s, Kind::node)].counter[0] = 2;
  EXPECT_EQ(broken_by(s), Names{"refcount-exact"});
}

TEST(Checker, ACounterBelowItsReferences) {
  auto s = sound();
  s.objects[find_object(s, Kind::rule)].counter[0] = 0;
  EXPECT_EQ(broken_by(s), Names{"refcount-exact"});
}

TEST(Checker, ANegativeCounter) {
  auto s = sound();
  s.objects[find_object(s, Kind::prog)].counter[0] = -1;
  EXPECT_EQ(broken_by(s), (Names{"no-use-after-free", "refcount-exact"}));
}

TEST(Checker, APointerToFreedMemory) {
  auto s = sound();
  auto& prog = s.objects[find_object(s, Kind::prog)];
  prog.freed = true;
  EXPECT_EQ(broken_by(s), Names{"no-use-after-free"});
}

TEST(Checker, AnObjectThatNothingLeadsTo) {
  auto s = sound();
  s.objects.push_back({.kind = Kind::events, .counter = {0}, .birth = 9});
  EXPECT_EQ(broken_by(s), Names{"no-leak"});
}

TEST(Checker, AnObjectThatIsNotReachedIsNoLeakWhereNotAllIsSeen) {
  auto s = sound();
  s.objects.push_back({.kind = Kind::events, .counter = {0}, .birth = 9});
  s.complete = false;
  EXPECT_EQ(broken_by(s), Names{});
}

TEST(Checker, APrevChainWithoutAnEnd) {
  auto s = sound();
  const auto node = static_cast<uint16_t>(find_object(s, Kind::node));
  s.pointers.push_back({Link::node_prev, 0, node, node});
  s.objects[node].counter[0] = 2;
  EXPECT_EQ(broken_by(s), Names{"acyclic"});
}

TEST(Checker, AnOwnerThatDoesNotHoldTheNode) {
  auto s = sound();
  s.objects.push_back({.kind = Kind::node, .counter = {1}});
  const auto heir = static_cast<uint16_t>(s.objects.size() - 1);
  const auto slot = std::find_if(s.pointers.begin(), s.pointers.end(),
                                 [](const auto& p) { return p.link == Link::slot && p.event == 1; });
  const auto old = slot->to;
  slot->to = heir;  // the node in the slot is another now, but the old one's owner still names the slot
  s.pointers.push_back({Link::node_prev, 0, heir, old});
  EXPECT_EQ(broken_by(s), Names{"owner-valid"});
}

TEST(Checker, AViewThatLostARule) {
  auto s = sound();
  s.tasks[0].view[0].clear();
  EXPECT_EQ(broken_by(s), Names{"append-only"});
}

TEST(Checker, ARuleThatComesFromNowhere) {
  auto s = sound();
  s.tasks[0].view[1] = {7};
  EXPECT_EQ(broken_by(s), Names{"isolation"});
}

TEST(Checker, AFailedStepThatLeavesATrace) {
  auto s = sound();
  s.objects[find_object(s, Kind::node)].counter[0] = 2;
  EXPECT_EQ(broken_by(s, kAppend, {EINVAL}), (Names{"refcount-exact", "error-atomic"}));
}

TEST(Checker, AFreedObjectThatIsTouched) {
  auto s = sound();
  s.faults = {"a freed object was touched"};
  EXPECT_EQ(broken_by(s), Names{"no-use-after-free"});
}

TEST(Checker, AProgramThatIsLeftBehind) {
  auto s = sound();
  s.faults = {"a program was left behind"};
  EXPECT_EQ(broken_by(s), Names{"no-leak"});
}

TEST(Checker, ARuleThatStandsTwiceInAView) {
  auto s = sound();
  s.tasks[0].view[0] = {1, 1};
  EXPECT_EQ(broken_by(s), Names{"isolation"});
}

TEST(Checker, AnOwnerThatIsATask) {
  auto with_owner = [](uint16_t slot_task) {
    auto s = sound();
    s.owner_is_task = true;
    std::erase_if(s.pointers, [](const auto& p) { return p.link == Link::owner; });
    s.tasks.push_back({.number = 2});
    const auto node = static_cast<uint16_t>(find_object(s, Kind::node));
    s.pointers.push_back({Link::owner, 0, node, slot_task});
    return s;
  };
  EXPECT_EQ(broken_by(with_owner(0)), Names{});
  EXPECT_EQ(broken_by(with_owner(1)), Names{"owner-valid"});
}

// seccomp-nodes: no slot stands between a task and its node.
TEST(Checker, AnOwnerWithoutSlots) {
  SeccompMachineIn<ConcreteWorld, SeccompNodes> machine;
  machine.reset({});
  machine.step({.op = Op::attach, .task = 1, .made = 1});
  machine.step({.op = Op::fork, .task = 1, .made = 2});
  const auto after_owner = [&](uint16_t task) {
    machine.world.store(f::filter_node_owner, Ref<FilterNode>{1}, Ref<SeccompTask>{task});
    Snapshot s;
    show(machine, s);
    canonical(s);
    return broken_by(s);
  };
  EXPECT_EQ(after_owner(1), Names{});
  EXPECT_EQ(after_owner(0), Names{});
  machine.step({.op = Op::attach, .task = 2, .made = 2});
  EXPECT_EQ(after_owner(2), Names{"owner-valid"}) << "P2 has left it for a node of its own";
  EXPECT_EQ(after_owner(7), Names{"owner-valid"}) << "there is no P7";
}

TEST(Checker, AnOwnerThatIsGone) {
  NodeMachine<V5Intended> machine;
  machine.reset({});
  machine.step(kAppend);
  Snapshot s;
  show(machine, s);
  EXPECT_TRUE(s.faults.empty());
  machine.world.store(f::owner, Ref<Node>{1}, Ref<NodeTask>{7});
  s.clear();
  show(machine, s);
  ASSERT_EQ(s.faults.size(), 1u);
  auto state = sound();
  state.faults = s.faults;
  EXPECT_EQ(broken_by(state), Names{"owner-valid"});
}

TEST(Checker, UnnamedObjectsAreKnownAgainUnderAnotherName) {
  auto model = make_model("v5-posted");
  Checker checker(PromiseKind::node, true);
  Snapshot facts;
  auto look = [&] {
    facts.clear();
    model->observe(facts);
    canonical(facts);
  };
  look();
  checker.start(facts);
  const Step leak{.op = Op::append, .task = 1, .fail_alloc = 2, .error = ENOMEM};
  const auto outcome = model->step(leak);
  look();
  EXPECT_FALSE(checker.step(leak, outcome, facts).empty());
  for (uint16_t rule = 1; rule < 4; ++rule) {
    const Step more{.op = Op::append, .task = 1, .made = rule};
    const auto fine = model->step(more);
    look();
    EXPECT_EQ(broken(checker.step(more, fine, facts)), Names{});
  }
}

TEST(Checker, AnOldViolationIsNotRepeated) {
  auto s = sound();
  s.objects[find_object(s, Kind::node)].counter[0] = 2;
  Checker checker(PromiseKind::node, true);
  checker.start({.tasks = {{.number = 1}}});
  checker.step(kAppend, {}, sound());
  EXPECT_EQ(broken(checker.step(kExec, {}, s)), Names{"refcount-exact"});
  EXPECT_EQ(broken(checker.step(kExec, {}, s)), Names{});
}

// Views after P1's append and fork, and then one append of P2 under each promise.
struct Views {
  std::vector<uint16_t> p1, p2;
};
Names append_by_child(PromiseKind promise, const Views& after) {
  Checker checker(promise, false);
  checker.start({.tasks = {{.number = 1}}});
  checker.step(kAppend, {}, {.tasks = {{.number = 1, .view = {{{1}, {}}}}}});
  checker.step({.op = Op::fork, .task = 1, .made = 2}, {},
               {.tasks = {{.number = 1, .view = {{{1}, {}}}}, {.number = 2, .view = {{{1}, {}}}}}});
  return broken(
      checker.step({.op = Op::append, .task = 2, .made = 2}, {},
                   {.tasks = {{.number = 1, .view = {{after.p1, {}}}}, {.number = 2, .view = {{after.p2, {}}}}}}));
}
Names append_by_parent(PromiseKind promise, const Views& after) {
  Checker checker(promise, false);
  checker.start({.tasks = {{.number = 1}}});
  checker.step(kAppend, {}, {.tasks = {{.number = 1, .view = {{{1}, {}}}}}});
  checker.step({.op = Op::fork, .task = 1, .made = 2}, {},
               {.tasks = {{.number = 1, .view = {{{1}, {}}}}, {.number = 2, .view = {{{1}, {}}}}}});
  return broken(
      checker.step({.op = Op::append, .task = 1, .made = 2}, {},
                   {.tasks = {{.number = 1, .view = {{after.p1, {}}}}, {.number = 2, .view = {{after.p2, {}}}}}}));
}

TEST(Checker, WhomAChildsAppendReaches) {
  for (auto promise : {PromiseKind::node, PromiseKind::copy}) {
    EXPECT_EQ(append_by_child(promise, {{1}, {2, 1}}), Names{});
    EXPECT_EQ(append_by_child(promise, {{2, 1}, {2, 1}}), Names{"isolation"});
    EXPECT_EQ(append_by_child(promise, {{1}, {1}}), Names{"inheritance"});
    EXPECT_EQ(append_by_child(promise, {{1}, {1, 2}}), Names{"inheritance"});  // in another order
  }
}

TEST(Checker, WhomAParentsAppendReaches) {
  EXPECT_EQ(append_by_parent(PromiseKind::node, {{2, 1}, {2, 1}}), Names{});
  EXPECT_EQ(append_by_parent(PromiseKind::node, {{2, 1}, {1}}), Names{"inheritance"});
  EXPECT_EQ(append_by_parent(PromiseKind::copy, {{2, 1}, {1}}), Names{});
  EXPECT_EQ(append_by_parent(PromiseKind::copy, {{2, 1}, {2, 1}}), (Names{"isolation", "inheritance"}));
}

TEST(Checker, AChildThatStartsWithoutItsParentsView) {
  Checker checker(PromiseKind::copy, false);
  checker.start({.tasks = {{.number = 1}}});
  checker.step(kAppend, {}, {.tasks = {{.number = 1, .view = {{{1}, {}}}}}});
  EXPECT_EQ(broken(checker.step({.op = Op::fork, .task = 1, .made = 2}, {},
                                {.tasks = {{.number = 1, .view = {{{1}, {}}}}, {.number = 2}}})),
            Names{"inheritance"});
}

TEST(Explain, UsersCountTasksAndChildrenThatAreInUse) {
  // F2 hangs below F1 and nobody uses it any more: it holds a reference on F1, but does not use it.
  Snapshot s;
  s.tasks = {{.number = 1}};
  s.objects = {{.kind = Kind::filter, .number = 1, .counter = {2, 1}},
               {.kind = Kind::filter, .number = 2, .counter = {1, 0}}};
  s.pointers = {{Link::task_filter, 0, 0, 0}, {Link::filter_prev, 0, 1, 0}};
  const auto e = explain(s);
  EXPECT_EQ(e.objects[0].counter, (std::array<int32_t, 2>{2, 1}));
  s.objects[1].counter[1] = 1;
  EXPECT_EQ(explain(s).objects[0].counter, (std::array<int32_t, 2>{2, 2}));
}

TEST(Limit, IsCheckedAgainstTheSumAndNotAgainstTheText) {
  auto model = make_model("v5-intended");
  Snapshot before, after;
  model->observe(before);
  const Step big{.op = Op::append, .task = 1, .made = 1, .pages = 64};
  const auto outcome = model->step(big);
  model->observe(after);
  EXPECT_TRUE(check_limit(*model, big, outcome, before, after).empty());
  EXPECT_EQ(broken(check_limit(*model, big, {E2BIG}, before, after)), Names{"limit"});
  model->set_limit(63);
  EXPECT_EQ(broken(check_limit(*model, big, outcome, before, after)), Names{"limit"});
}

}  // namespace
}  // namespace lockstep
