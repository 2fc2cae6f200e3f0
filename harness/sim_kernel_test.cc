// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's C directly, in states that no trace reaches: the posted code's take-over and node fork. And the shim.
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <thread>

extern "C" {
#include "landlock_nodes.h"
}

namespace lockstep {
namespace {

struct SimKernel : testing::Test {
  SimKernel() { shim_use(shim.get()); }

  bpf_prog* prog(uint32_t event = 0, uint32_t pages = 1) {
    return shim_prog_load(shim.get(), BPF_PROG_TYPE_LANDLOCK, event, pages);
  }
  landlock_events* append(landlock_events* events, uint32_t event = 0, uint32_t fail_alloc = 0) {
    shim_begin_step(shim.get(), fail_alloc);
    return landlock_nodes_append(events, prog(event));
  }
  // Events of two tasks, whose nodes nobody owns: what the take-over and the fork are written for.
  landlock_events* shared_without_owner() {
    landlock_events* events = landlock_get_events(append(nullptr));
    for (landlock_node* node : events->nodes) node->owner.slot = nullptr;
    return events;
  }
  int live(shim_kind kind) const {
    int count = 0;
    for (uint32_t id = shim_next(shim.get(), kind, kind * SHIM_SLOTS); id < SHIM_IDS;
         id = shim_next(shim.get(), kind, id + 1))
      ++count;
    return count;
  }
  int live() const { return live(SHIM_EVENTS) + live(SHIM_NODE) + live(SHIM_RULE) + live(SHIM_PROG); }
  std::vector<std::string> faults() const { return {shim->fault, shim->fault + shim->fault_count}; }

  std::unique_ptr<struct shim, void (*)(struct shim*)> shim{shim_create(), shim_destroy};
};

TEST_F(SimKernel, NodeForkNamesASlotOfTheEventsItLeaves) {
  landlock_events* old = shared_without_owner();
  landlock_node *old0 = old->nodes[0], *old1 = old->nodes[1];
  landlock_events* made = append(old);
  ASSERT_NE(made, old);
  EXPECT_EQ(shim->allocations, 3U);  // rule, node, events
  landlock_node* node = made->nodes[0];
  EXPECT_EQ(node->owner.slot, &old->nodes[0]);
  EXPECT_EQ(node->prev, old0);
  EXPECT_EQ(made->nodes[1], old1);
  EXPECT_EQ(made->usage.counter, 1);
  EXPECT_EQ(old->usage.counter, 1);
  EXPECT_EQ(node->usage.counter, 1);
  EXPECT_EQ(old0->usage.counter, 2);
  EXPECT_EQ(old1->usage.counter, 2);
  EXPECT_EQ(node->rule->usage.counter, 1);
  EXPECT_EQ(node->rule->prev, nullptr);
  landlock_nodes_put_events(old);
  landlock_nodes_put_events(made);
  EXPECT_EQ(live(), 0);
  EXPECT_TRUE(faults().empty());
}

TEST_F(SimKernel, TakeOverWarnsAboutAStaleOwner) {
  landlock_events* old = shared_without_owner();
  landlock_events* made = append(old);
  EXPECT_EQ(append(made), made);  // its node names a slot of `old`
  EXPECT_EQ(made->nodes[0]->owner.slot, &made->nodes[0]);
  EXPECT_EQ(shim->warnings, 1U);
  EXPECT_EQ(faults(), (std::vector<std::string>{"WARN_ON(node->owner.slot)"}));
  EXPECT_EQ(append(made), made);
  EXPECT_EQ(shim->warnings, 1U) << "the owner by now";
}

TEST_F(SimKernel, TakeOverOfANodeThatNobodyOwns) {
  landlock_events* events = shared_without_owner();
  landlock_nodes_put_events(events);
  EXPECT_EQ(append(events), events);
  EXPECT_EQ(events->nodes[0]->owner.slot, &events->nodes[0]);
  EXPECT_EQ(events->nodes[1]->owner.slot, nullptr);
  EXPECT_EQ(shim->warnings, 0U);
}

// The address of freed events comes back at once, and with it somebody else's ownership.
TEST_F(SimKernel, FreedAddressMakesAStrangerTheOwner) {
  landlock_events* old = shared_without_owner();
  landlock_events* made = append(old);
  landlock_nodes_put_events(old);
  landlock_get_events(made);
  landlock_events* stranger = append(made, 1);  // forks the other event's node, into the freed address
  ASSERT_EQ(stranger, old);
  EXPECT_EQ(stranger->nodes[0]->owner.slot, &stranger->nodes[0]);
  EXPECT_EQ(stranger->nodes[0], made->nodes[0]);
}

TEST_F(SimKernel, FailedNodeFork) {
  landlock_events* old = shared_without_owner();
  const int before = live();
  EXPECT_EQ(PTR_ERR(append(old, 0, 1)), -ENOMEM);
  EXPECT_EQ(live(), before);
  EXPECT_EQ(PTR_ERR(append(old, 0, 2)), -ENOMEM);  // no node: the rule goes to -1
  EXPECT_EQ(live(), before + 2);
  const auto* leaked = static_cast<landlock_rule*>(
      shim_object(shim.get(), shim_next(shim.get(), SHIM_RULE, SHIM_RULE * SHIM_SLOTS + 1)));
  EXPECT_EQ(leaked->usage.counter, -1);
  EXPECT_EQ(leaked->prog->aux->refcnt.counter, 1);
  EXPECT_EQ(PTR_ERR(append(old, 0, 3)), -ENOMEM);  // no events: the node takes the rule along
  EXPECT_EQ(live(), before + 2);
  EXPECT_EQ(old->usage.counter, 2);
  EXPECT_EQ(old->nodes[0]->usage.counter, 1);
}

TEST_F(SimKernel, PutClearsOnlyTheOwnerThatIsThisSlot) {
  landlock_events* events = append(nullptr);
  landlock_node *kept0 = events->nodes[0], *kept1 = events->nodes[1];
  atomic_inc(&kept0->usage);
  atomic_inc(&kept1->usage);
  kept1->owner.slot = &events->nodes[0];
  landlock_nodes_put_events(events);
  EXPECT_EQ(kept0->owner.slot, nullptr);
  EXPECT_EQ(kept1->owner.slot, &events->nodes[0]);
}

TEST_F(SimKernel, CopyOfAnEmptySlotWarns) {
  landlock_events* old = shared_without_owner();
  landlock_put_node(old->nodes[1]);
  old->nodes[1] = nullptr;
  landlock_events* made = append(old);
  EXPECT_EQ(made->nodes[1], nullptr);
  EXPECT_EQ(shim->warnings, 1U);
}

TEST_F(SimKernel, LinkWarnsAboutAUsedRule) {
  landlock_events* events = append(nullptr);
  landlock_rule* rule = landlock_new_rule(prog(), 0);
  atomic_set(&rule->usage, 5);
  landlock_link_unused_rule(&events->nodes[0]->rule, rule);
  EXPECT_EQ(shim->warnings, 1U);
  EXPECT_EQ(rule->usage.counter, 1);
}

TEST_F(SimKernel, LowestFreeAddressFirst) {
  landlock_events *a = append(nullptr), *b = append(nullptr), *c = append(nullptr);
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
  landlock_nodes_put_events(b);
  landlock_nodes_put_events(a);
  EXPECT_EQ(append(nullptr), a);
  EXPECT_EQ(append(nullptr), b);
  EXPECT_GT(append(nullptr), c);
}

TEST_F(SimKernel, DoubleFreeAndTouchAreFaults) {
  landlock_events* events = append(nullptr);
  landlock_nodes_put_events(events);
  kfree(events);
  EXPECT_EQ(shim->double_frees, 1U);
  landlock_get_events(events);
  landlock_get_events(events);
  EXPECT_EQ(faults(),
            (std::vector<std::string>{"a set of events was freed twice", "a freed set of events was touched"}));
}

TEST_F(SimKernel, ManyObjectsAndAFullRegion) {
  for (int i = 0; i < SHIM_SLOTS; ++i) ASSERT_NE(shim_take(shim.get(), SHIM_RULE), nullptr);
  EXPECT_EQ(live(SHIM_RULE), SHIM_SLOTS);
  EXPECT_EQ(shim_take(shim.get(), SHIM_RULE), nullptr);
  EXPECT_EQ(faults().size(), 1U);
  void* object = shim_object(shim.get(), SHIM_RULE * SHIM_SLOTS + 777);
  shim_free(object);
  EXPECT_EQ(shim_take(shim.get(), SHIM_RULE), object);
  shim_reset(shim.get());
  EXPECT_EQ(live(), 0);
  EXPECT_TRUE(faults().empty());
}

TEST(SimKernels, AreIndependent) {
  auto work = [](int rounds, int* left) {
    std::unique_ptr<struct shim, void (*)(struct shim*)> mine{shim_create(), shim_destroy};
    shim_use(mine.get());
    for (int i = 0; i < rounds; ++i) {
      auto* program = shim_prog_load(mine.get(), BPF_PROG_TYPE_LANDLOCK, 0, 1);
      landlock_nodes_put_events(landlock_nodes_append(nullptr, program));
    }
    *left = static_cast<int>(mine->births) - rounds * 5;
  };
  int left[2] = {1, 1};
  std::thread other(work, 2000, &left[0]);
  work(1000, &left[1]);
  other.join();
  EXPECT_EQ(left[0], 0);
  EXPECT_EQ(left[1], 0);
}

// "header.h" of an #include line with quotes; the whole line of any other line that includes.
std::string included(const std::string& line) {
  const size_t first = line.find_first_not_of(" \t");
  if (first == std::string::npos || line[first] != '#' || line.find("include") == std::string::npos) return "";
  const size_t open = line.find('"'), close = line.rfind('"');
  return open == close ? line : line.substr(open + 1, close - open - 1);
}

// These files go into Linux as they are: what they may include is each other and the environment's one header.
TEST(SimKernelFiles, IncludeNothingElse) {
  const std::filesystem::path folder = LOCKSTEP_SOURCE_DIR "/harness/kernel";
  std::set<std::string> own, allowed{"landlock_env.h"};
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("landlock_")) own.insert(name);
    if (name.starts_with("landlock_") && name.ends_with(".h")) allowed.insert(name);
  }
  EXPECT_EQ(own.size(), 10U);
  for (const auto& name : own) {
    std::ifstream file(folder / name);
    std::string line;
    std::getline(file, line);
    EXPECT_NE(line.find("SPDX-License-Identifier: GPL-2.0-only"), std::string::npos) << name;
    int includes = 0;
    while (std::getline(file, line)) {
      const std::string header = included(line);
      if (header.empty()) continue;
      ++includes;
      EXPECT_TRUE(allowed.contains(header)) << name << ": " << line;
    }
    EXPECT_GT(includes, 0) << name;
  }
}

}  // namespace
}  // namespace lockstep
