// SPDX-License-Identifier: GPL-2.0-or-later
// What the sim: targets show: objects, owners, what is left, and what they say about themselves.
#include <gtest/gtest.h>

#include <cerrno>

#include "harness/sim_builder.h"
#include "harness/sim_designs.h"
#include "harness/sim_test_run.h"

extern "C" {
#include "harness/sim_instance.h"
}

namespace lockstep {
namespace {

TEST(SimObjects, PostedOwnerIsTheEventsObject) {
  SimRun run("v5");
  run.append(1, 1, 7, 3);
  const Snapshot& s = run.look();
  EXPECT_FALSE(s.owner_is_task);
  EXPECT_TRUE(s.complete);
  ASSERT_EQ(s.objects.size(), 5U);  // events, 2 nodes, rule, program
  int owners = 0;
  for (const PointerFacts& p : s.pointers) {
    if (p.link != Link::owner) continue;
    ++owners;
    EXPECT_EQ(s.objects[p.from].kind, Kind::node);
    EXPECT_EQ(s.objects[p.to].kind, Kind::events);
  }
  EXPECT_EQ(owners, 2);
  auto rule = std::find_if(s.objects.begin(), s.objects.end(), [](const auto& o) { return o.kind == Kind::rule; });
  EXPECT_EQ(rule->number, 7);
  EXPECT_EQ(rule->size, 3U);
  auto slot =
      std::find_if(s.pointers.begin(), s.pointers.end(), [](const auto& p) { return p.link == Link::node_rule; });
  ASSERT_NE(slot, s.pointers.end());
  auto lead = std::find_if(s.pointers.begin(), s.pointers.end(),
                           [&](const auto& p) { return p.link == Link::slot && p.to == slot->from; });
  EXPECT_EQ(lead->event, 1);
}

TEST(SimObjects, IntendedOwnerIsTheTaskUntilItExits) {
  SimRun run("v5-intended");
  auto owners = [&] {
    Rules tasks;
    const Snapshot& s = run.look();
    EXPECT_TRUE(s.owner_is_task);
    for (const PointerFacts& p : s.pointers)
      if (p.link == Link::owner) tasks.push_back(s.tasks.at(p.to).number);
    std::sort(tasks.begin(), tasks.end());
    return tasks;
  };
  run.fork(1, 2);
  run.append(2, 0, 1);
  EXPECT_EQ(owners(), (Rules{2, 2}));
  run.fork(2, 3);
  run.append(3, 0, 2);
  EXPECT_EQ(owners(), (Rules{2, 2, 3, 3}));
  run.exit(2);  // P3's nodes still lead to those of P2
  EXPECT_EQ(owners(), (Rules{3, 3}));
  EXPECT_EQ(run.count(Kind::node), 4U);
}

TEST(SimObjects, NothingIsLeftWhenAllTasksAreGone) {
  for (const char* name : {"v5-intended", "v5", "v6"}) {
    SimRun run(name);
    run.append(1, 0, 1);
    run.fork(1, 2);
    run.append(2, 1, 2);
    run.fork(2, 3);
    run.append(1, 1, 3);
    run.append(3, 0, 4);
    for (uint16_t task : {2, 1, 3}) {
      EXPECT_TRUE(run.unexplained().empty()) << name;
      EXPECT_EQ(run.exit(task), 0);
    }
    EXPECT_TRUE(run.look().objects.empty()) << name;
    EXPECT_TRUE(run.look().tasks.empty()) << name;
    EXPECT_TRUE(run.look().faults.empty()) << name;
  }
}

TEST(SimObjects, ExecChangesNothing) {
  SimRun run("v5");
  run.append(1, 0, 1);
  const Snapshot before = run.look();
  EXPECT_EQ(run.exec(1), 0);
  EXPECT_EQ(run.look().pointers, before.pointers);
  EXPECT_EQ(run.view(1), (Rules{1}));
}

TEST(SimObjects, ResetForgetsEverything) {
  SimRun run("v5");
  run.append(1, 0, 1);
  run.fork(1, 2);
  run.append(1, 0, 2, 1, 1);
  run.reset();
  EXPECT_TRUE(run.look().objects.empty());
  ASSERT_EQ(run.look().tasks.size(), 1U);
  EXPECT_EQ(run.view(1), Rules{});
  EXPECT_EQ(run.fork(1, 2), 0);
}

TEST(SimObjects, UnexpectedSuccessHasNoName) {
  SimRun run("v5-intended");
  EXPECT_EQ(run.append(1, 0, 0), 0);
  EXPECT_EQ(run.fork(1, 0), 0);  // the child ends at once
  EXPECT_EQ(run.view(1), (Rules{0}));
  EXPECT_EQ(run.look().tasks.size(), 1U);
  EXPECT_TRUE(run.unexplained().empty());
}

TEST(SimTarget, BuiltinsSayWhatTheyShow) {
  const std::vector<std::pair<std::string, std::string>> layouts = {
      {"v5", "v5-posted"}, {"v5-intended", "v5-intended"}, {"v6", "v6-posted"}};
  std::vector<std::string> names;
  for (const auto& [name, layout] : layouts) {
    auto target = make_sim(name);
    EXPECT_EQ(target->name(), "sim:" + name);
    EXPECT_EQ(target->capabilities().layout, layout);
    EXPECT_EQ(target->capabilities().facts, FactSet{});
    EXPECT_TRUE(target->capabilities().faults);
    names.push_back(name);
  }
  EXPECT_EQ(builtin_sims(), names);
  EXPECT_THROW(make_sim("v7"), std::invalid_argument);
}

TEST(SimTarget, RefusesTracesOfOtherDesigns) {
  auto target = make_sim("v5");
  auto reset_with = [&](const Step& step) {
    Trace trace;
    trace.steps = {step};
    target->reset(trace);
  };
  EXPECT_THROW(reset_with({.op = Op::attach, .task = 1, .made = 1}), NotCapable);
  EXPECT_THROW(reset_with({.op = Op::thread, .task = 1, .made = 2}), NotCapable);
  EXPECT_THROW(reset_with({.op = Op::reap, .task = 1, .child = 2}), NotCapable);
  EXPECT_THROW(reset_with({.op = Op::fork, .task = 1, .made = 2, .arg = Arg::bad}), NotCapable);
  EXPECT_THROW(reset_with({.op = Op::append, .task = 1, .arg = Arg::large}), NotCapable);
  EXPECT_THROW(reset_with({.op = Op::append, .task = 1, .event = kEvents}), NotCapable);
  EXPECT_THROW(reset_with({.op = Op::fork, .task = 1, .made = 251}), NotCapable);
  EXPECT_NO_THROW(reset_with({.op = Op::fork, .task = 1, .made = 250}));
}

// No trace leads here (the posted code's node fork is never taken), so the owners are cleared by hand.
TEST(SimDump, FreedObjectIsShownWhereAPointerLeadsToIt) {
  const lockstep_sim_library& library = lockstep_sim_v5_posted;
  std::unique_ptr<lockstep_sim, void (*)(lockstep_sim*)> sim{library.create(), library.destroy};
  auto run = [&](lockstep_sim_step step) { return library.step(sim.get(), &step); };
  const lockstep_sim_start start{.nnp = 1, .cap = 1};
  library.reset(sim.get(), &start);
  EXPECT_EQ(run({.op = LOCKSTEP_SIM_APPEND, .task = 1, .made = 1, .pages = 1}), 0);
  EXPECT_EQ(run({.op = LOCKSTEP_SIM_FORK, .task = 1, .made = 2}), 0);
  for (landlock_node* node : static_cast<landlock_events*>(sim->task[1].events)->nodes) node->owner.slot = nullptr;
  EXPECT_EQ(run({.op = LOCKSTEP_SIM_APPEND, .task = 2, .made = 2, .pages = 1}), 0);
  EXPECT_EQ(run({.op = LOCKSTEP_SIM_EXIT, .task = 1}), 0);

  Snapshot s;
  SnapshotBuilder builder;
  const uint16_t tasks[] = {2};
  builder.begin(s, tasks, library.shows);
  const lockstep_sim_sink sink = builder.sink();
  library.dump(sim.get(), &sink);
  EXPECT_NO_THROW(builder.finish("sim:v5"));
  int freed = 0;
  for (const ObjectFacts& object : s.objects) freed += object.freed;
  EXPECT_EQ(freed, 1);
  auto owner = std::find_if(s.pointers.begin(), s.pointers.end(), [](const auto& p) { return p.link == Link::owner; });
  ASSERT_NE(owner, s.pointers.end());
  EXPECT_TRUE(s.objects[owner->to].freed);
  EXPECT_EQ(s.objects[owner->to].kind, Kind::events);
  for (const PointerFacts& p : s.pointers) EXPECT_TRUE(p.link == Link::task_events || !s.objects[p.from].freed);
}

// What a library may not show. Each is one call that breaks the interface.
TEST(SimBuilder, BelievesNothing) {
  auto refused = [](auto break_it) {
    Snapshot snapshot;
    SnapshotBuilder builder;
    const uint16_t tasks[] = {1};
    builder.begin(snapshot, tasks, LOCKSTEP_SIM_COUNTERS);
    builder.object({.id = 10, .kind = LOCKSTEP_SIM_NODE, .counter = 1});
    builder.object({.id = UINT64_MAX, .kind = LOCKSTEP_SIM_RULE, .number = 1, .counter = 1});
    builder.pointer({.from = 10, .to = UINT64_MAX, .link = LOCKSTEP_SIM_NODE_RULE});
    EXPECT_NO_THROW(builder.finish("it"));
    break_it(builder);
    EXPECT_THROW(builder.finish("it"), TargetFault);
  };
  using Builder = SnapshotBuilder&;
  refused([](Builder b) { b.object({.id = 11, .kind = 0}); });
  refused([](Builder b) { b.object({.id = 11, .kind = LOCKSTEP_SIM_PROG + 1}); });
  refused([](Builder b) { b.object({.id = 11, .kind = LOCKSTEP_SIM_RULE, .number = 10000}); });
  refused([](Builder b) { b.object({.id = 11, .kind = LOCKSTEP_SIM_RULE, .freed = 2}); });
  refused([](Builder b) { b.object({.id = 10, .kind = LOCKSTEP_SIM_RULE}); });
  refused([](Builder b) { b.object({.id = UINT64_MAX, .kind = LOCKSTEP_SIM_RULE}); });
  refused([](Builder b) { b.pointer({.from = 10, .to = 10, .link = 0}); });
  refused([](Builder b) { b.pointer({.from = 10, .to = 10, .link = LOCKSTEP_SIM_OWNER + 1}); });
  refused([](Builder b) { b.pointer({.from = 10, .to = 10, .link = LOCKSTEP_SIM_NODE_RULE}); });
  refused([](Builder b) { b.pointer({.from = 10, .to = 12, .link = LOCKSTEP_SIM_NODE_PREV}); });
  refused([](Builder b) { b.pointer({.from = 10, .to = 10, .link = LOCKSTEP_SIM_NODE_PREV, .event = 1}); });
  refused([](Builder b) { b.pointer({.from = 10, .to = 10, .link = LOCKSTEP_SIM_SLOT, .event = 2}); });
  refused([](Builder b) { b.pointer({.from = 2, .to = 10, .link = LOCKSTEP_SIM_TASK_EVENTS}); });
  refused([](Builder b) { b.pointer({.from = UINT64_MAX, .to = 10, .link = LOCKSTEP_SIM_TASK_EVENTS}); });
  refused([](Builder b) { b.view(1, 0, {}); });
  refused([](Builder b) { b.view(0, 2, {}); });
  refused([](Builder b) {
    for (int i = 0; i < 1001; ++i) b.fault("again");
  });
  refused([](Builder b) {
    for (uint64_t id = 100; id < 100 + 65536; ++id) b.object({.id = id, .kind = LOCKSTEP_SIM_PROG});
  });
}

}  // namespace
}  // namespace lockstep
