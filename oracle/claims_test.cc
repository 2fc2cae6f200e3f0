// SPDX-License-Identifier: GPL-2.0-or-later
// What the proofs assume and what they claim, tried on states that are there: 100,000 random ones of each model. A
// claim that is false of one is a mistake in the encoding.
#include <gtest/gtest.h>

#include <random>

#include "model/model_of.h"
#include "oracle/choices.h"
#include "oracle/claims_of.h"
#include "oracle/claims_results.h"
#include "oracle/concrete_logic.h"
#include "oracle/explore.h"
#include "oracle/machine_traits.h"
#include "oracle/mutant_explorer.h"
#include "oracle/rules.h"

namespace lockstep {
namespace {

constexpr int kStates = 100'000;
constexpr uint16_t kTasks = 5;

template <class Machine>
class RandomStates {
 public:
  using Traits = MachineTraits<Machine>;
  using Mechanism = typename Traits::Mechanism;
  using Task = typename Traits::Task;
  using State = typename Mechanism::State;
  using Kinds = KindsIn<State>;
  using Claims = ClaimsOf<Mechanism>;
  using Logic = ConcreteLogic<State, Task>;
  static constexpr bool kFilters = std::is_same_v<Task, SeccompTask>;

  RandomStates(const std::string& model, Machine machine)
      : model_(model),
        machine_(std::move(machine)),
        choices_(choices(model, Scope{}, default_sizes(model), false)),
        promise_(find_model(model)->promise) {
    for (const auto& [property, broken] : explore(model, {.scope = mutant_scope(model), .jobs = 1}).broken)
      refuted_.insert(property);
    reset();
  }

  // Every claim that was false of a state, with what it is.
  std::set<std::string> run() {
    for (states_ = 0; states_ < kStates; ++states_) {
      if (length_ > 30 || tasks_ > 40) reset();
      step();
      if (HasFailure()) break;
    }
    return std::move(wrong_);
  }
  int steps_that_failed() const { return failed_; }

 private:
  static bool HasFailure() { return ::testing::Test::HasFailure(); }
  bool asked(std::optional<Property> property) const { return !property || !refuted_.contains(*property); }
  void reset() {
    machine_.reset({});
    promise_ = OpenPromise(find_model(model_)->promise);
    tasks_ = 1;
    rules_ = length_ = 0;
  }
  bool at_reap() const {
    if constexpr (kFilters)
      return machine_.world.memory.switches.release_at_reap;
    else
      return false;
  }
  Step next() {
    std::vector<uint16_t> alive;
    for (uint16_t task = 1; task <= tasks_; ++task)
      if (machine_.processes.alive(task)) alive.push_back(task);
    if (alive.empty()) {
      reset();
      alive = {1};
    }
    while (true) {
      Step step = choices_[random_() % choices_.size()].step;
      step.task = alive[random_() % alive.size()];
      if (makes_task(step.op) && alive.size() >= kTasks) continue;
      if (step.op == Op::exit && alive.size() == 1 && random_() % 4 != 0) continue;
      if (makes_task(step.op)) step.made = static_cast<uint16_t>(tasks_ + 1);
      if (makes_rule(step.op)) step.made = ++rules_;  // what a failed append leaves behind has a name of its own
      if (step.op == Op::reap) step.child = static_cast<uint16_t>(1 + random_() % tasks_);
      if (step.op == Op::reap && step.child == step.task) continue;
      if ((makes_rule(step.op) || makes_task(step.op)) && random_() % 6 == 0)
        step.fail_alloc = static_cast<uint16_t>(1 + random_() % 4);
      return step;
    }
  }
  void step() {
    const Step step = next();
    const State before = machine_.world.memory;
    auto promise_before = promise_;
    const auto processes_before = machine_.processes;
    const std::function<bool(uint16_t)> ending_before = [&](uint16_t task) { return processes_before.zombie(task); };
    const int error = machine_.step(step).error;
    ++length_;
    failed_ += error != 0;
    if (error == 0) {
      tasks_ += makes_task(step.op);
      follow_promise<Claims, Task>(step, machine_.world.memory, promise_);
    }
    const std::function<bool(uint16_t)> ending = [&](uint16_t task) { return machine_.processes.zombie(task); };
    const Logic was(before, promise_before, ending_before, at_reap()),
        now(machine_.world.memory, promise_, ending, at_reap());
    const ClaimChecker<Logic> check(now, [&](const std::string& name, std::optional<Property> property) {
      if (asked(property)) wrong_.insert(name);
    });
    claim_theorems<Kinds>(now, check);
    claim_consequences<Kinds>(now, check);
    claim_invariants<Kinds, Claims>(now, check, asked(Property::isolation) && asked(Property::inheritance));
    claim_steps<Claims>(was, now, check);
    if (error != 0) claim_unchanged<Kinds>(was, now, check);
    const Ref<Task> caller{step.task}, other{makes_task(step.op) ? step.made : step.child};
    if (error == 0 && makes_task(step.op)) claim_fork<Claims>(was, now, caller, other, check);
    const bool no_memory = step.fail_alloc != 0 && step.fail_alloc <= machine_.world.allocations();
    const bool for_size = !makes_rule(step.op) ? false : kFilters ? error == ENOMEM && !no_memory : error == E2BIG;
    if (step.op == Op::reap || (kFilters && step.op == Op::exit)) return;  // whom they take along is process life's
    if (!for_size) claim_result<Mechanism>(was, caller, step, error, no_memory, check);
    claim_tasks<Mechanism>(was, now, caller, other, step, error, check);
  }

  std::string model_;
  Machine machine_;
  std::vector<Choice> choices_;
  OpenPromise promise_;
  std::set<Property> refuted_;
  std::mt19937 random_{1};
  uint16_t tasks_ = 1, rules_ = 0;
  int states_ = 0, length_ = 0, failed_ = 0;
  std::set<std::string> wrong_;
};

template <class Machine>
void try_all(const std::string& model, Machine machine) {
  RandomStates<Machine> states(model, std::move(machine));
  for (const auto& wrong : states.run()) ADD_FAILURE() << model << ": " << wrong;
  EXPECT_GT(states.steps_that_failed(), kStates / 10);
}

TEST(Claims, AreTrueOfRandomStatesOfV5Intended) { try_all("v5-intended", NodeMachine<V5Intended>()); }
TEST(Claims, AreTrueOfRandomStatesOfV5NewHierarchy) { try_all("v5-new-hierarchy", NodeMachine<V5NewHierarchy>()); }
TEST(Claims, AreTrueOfRandomStatesOfSeccompNodes) {
  try_all("seccomp-nodes", SeccompMachineIn<ConcreteWorld, SeccompNodes>());
}
TEST(Claims, AreTrueOfRandomStatesOfV5Posted) { try_all("v5-posted", NodeMachine<V5Posted>()); }
TEST(Claims, AreTrueOfRandomStatesOfV6Posted) { try_all("v6-posted", NodeMachine<V6Posted>()); }
TEST(Claims, AreTrueOfRandomStatesOfSeccomp) { try_all("seccomp", SeccompMachine()); }
TEST(Claims, AreTrueOfRandomStatesOfSeccompWithReleaseAtReap) {
  try_all("seccomp@6.1", SeccompMachine({.release_at_reap = true}));
}

// The claims of one model are not true of another: the checker can say no.
TEST(Claims, AreFalseWhereTheyShouldBe) {
  NodeMachine<V6Posted> machine;
  machine.reset({});
  machine.step({.op = Op::append, .task = 1, .made = 1, .fail_alloc = 2});  // leaves a rule behind
  OpenPromise promise(PromiseKind::copy);
  const std::function<bool(uint16_t)> nobody = [](uint16_t) { return false; };
  using Logic = ConcreteLogic<V6Posted::State, NodeTask>;
  const Logic now(machine.world.memory, promise, nobody, false);
  std::set<std::string> wrong;
  const ClaimChecker<Logic> check(now, [&](const std::string& name, std::optional<Property>) { wrong.insert(name); });
  claim_properties<KindsIn<V6Posted::State>>(now, check, [](auto) { return true; });
  EXPECT_TRUE(wrong.contains("rule.usage is exact"));
  EXPECT_TRUE(wrong.contains("somebody references a live rule"));
  EXPECT_TRUE(wrong.contains("rule.usage is not below 0"));
}

}  // namespace
}  // namespace lockstep
