// SPDX-License-Identifier: GPL-2.0-or-later
// What docs/proposals.md says that the two proposals cannot keep, and what they need that the thread does not say.
#include <gtest/gtest.h>

#include "model/trace_text.h"
#include "oracle/explore_machine.h"

namespace lockstep {
namespace {

// The option without the end of ownership: the caller stays the owner of the nodes that it leaves.
struct KeepsOldNodes : V5NewHierarchy {
  template <class W, class Task, class P>
  static int append(W& w, Task caller, P prog, const Step& args) {
    const int error = V5NewHierarchy::append(w, caller, prog, args);
    if (error != 0 || args.flags == 0) return error;
    auto events = w.load(f::events, caller);
    for (size_t event = 0; event < kEvents; ++event) {
      auto left = w.load(f::node_prev, w.load(f::nodes, events, event));
      if (!w.is_null(left)) w.store(f::owner, left, caller);
    }
    return error;
  }
};

std::string trace_of(const Exploration& e, Property property) {
  return write_trace({.model = "v5-new-hierarchy", .steps = e.broken.at(property).trace.steps});
}

// A name that is left behind is as good as the task's: whoever is at its address next owns a stranger's node.
TEST(NewHierarchy, NeedsTheOldOwnershipToEnd) {
  ExploreOptions options{.scope = {.tasks = 2, .events = 1, .ops = 3, .sizes = {1}}, .symmetry = false};
  EXPECT_TRUE(explore("v5-new-hierarchy", options).broken.empty());
  const auto e = explore_machine(SmallNodeMachine<KeepsOldNodes>(), "v5-new-hierarchy", options);
  const std::string head = "lockstep 1\nmodel v5-new-hierarchy\nP1 append event=0 -> R1\n";
  EXPECT_EQ(trace_of(e, Property::owner_valid), head + "P1 append event=0 flags=1 -> R2\n");
  EXPECT_EQ(trace_of(e, Property::isolation),
            head +
                "P1 fork -> P2\nP1 append event=0 flags=1 -> R2\nP1 exit\nP2 fork -> P3\n"
                "P3 append event=0 -> R3\n");
}

// Every trace of plain attaches, forks, exits and reaps of two tasks, the shortest first.
class ShortTraces {
 public:
  // 0: nothing goes wrong within `most` steps. wrong(before, step, after)
  template <class Wrong>
  static size_t shortest(const std::string& model, const Start& start, size_t most, Wrong wrong) {
    auto first = make_model(model);
    first->reset(start);
    for (size_t length = 1; length <= most; ++length)
      if (extend(*first, length, {1, 0}, wrong)) return length;
    return 0;
  }

 private:
  struct Names {
    uint16_t task, filter;
  };
  static std::vector<Step> steps(const Model& model, Names names) {
    std::vector<Step> all;
    for (const auto task : model.processes().tasks()) {
      if (!model.processes().alive(task)) continue;
      all.push_back({.op = Op::attach, .task = task, .made = static_cast<uint16_t>(names.filter + 1), .len = 8192});
      all.push_back({.op = Op::exit, .task = task});
      if (model.processes().tasks().size() < 2)
        all.push_back({.op = Op::fork, .task = task, .made = static_cast<uint16_t>(names.task + 1)});
    }
    return all;
  }
  template <class Wrong>
  static bool extend(const Model& model, size_t left, Names names, Wrong wrong) {
    if (left == 0) return false;
    Snapshot before;
    model.observe(before);
    for (const auto& step : steps(model, names)) {
      auto next = model.clone();
      if (next->step(step).error != 0) continue;
      Snapshot after;
      next->observe(after);
      if (left == 1 && wrong(before, step, after)) return true;
      const Names more{static_cast<uint16_t>(names.task + (step.op == Op::fork)),
                       static_cast<uint16_t>(names.filter + (step.op == Op::attach))};
      if (extend(*next, left - 1, more, wrong)) return true;
    }
    return false;
  }
};

// The length of a path as an attach counts it: 4 more for each filter but the newest.
uint32_t path_length(const TaskFacts& task) { return static_cast<uint32_t>(task.view[0].size()) * 8196 - 4; }

TEST(SeccompNodes, BoundsTheCallersPathAndNoDescendants) {
  const auto too_long = [](const Snapshot&, const Step&, const Snapshot& after) {
    return std::any_of(after.tasks.begin(), after.tasks.end(),
                       [](const auto& task) { return !task.view[0].empty() && path_length(task) > kMaxPathLength; });
  };
  EXPECT_EQ(ShortTraces::shortest("seccomp-nodes", {}, 6, too_long), 5u);
  EXPECT_EQ(ShortTraces::shortest("seccomp", {}, 6, too_long), 0u);
}

TEST(SeccompNodes, NeverHasToSetAModeFromOutside) {
  const auto filtered_in_mode_0 = [](const Snapshot&, const Step&, const Snapshot& after) {
    return std::any_of(after.tasks.begin(), after.tasks.end(),
                       [](const auto& task) { return !task.view[0].empty() && task.mode == 0; });
  };
  EXPECT_EQ(ShortTraces::shortest("seccomp-nodes", {}, 6, filtered_in_mode_0), 0u);
}

TEST(SeccompNodes, AsksTheCallerForTheRightAndNobodyElse) {
  const auto without_right = [](const Snapshot& before, const Step& step, const Snapshot& after) {
    for (const auto& task : after.tasks)
      for (const auto& was : before.tasks)
        if (task.number == was.number && task.number != step.task && !task.nnp && task.view[0] != was.view[0] &&
            task.life == Life::alive)
          return true;
    return false;
  };
  EXPECT_EQ(ShortTraces::shortest("seccomp-nodes", {.nnp = false}, 5, without_right), 3u);
  EXPECT_EQ(ShortTraces::shortest("seccomp", {.nnp = false}, 5, without_right), 0u);
}

}  // namespace
}  // namespace lockstep
