// SPDX-License-Identifier: GPL-2.0-or-later
// The symbolic world and the concrete one agree: random steps are taken on numbers, and of the paths that the proofs go
// exactly one is possible there; what is assumed on it is true, and what it comes to is what the numbers came to. Where
// a loop is cut, one of its rounds is tried, or its end.
//   LOCKSTEP_TRANSITIONS=1000000 oracle_test --gtest_filter='Agreement.*'     # of each model, instead of 100,000
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "model/model.h"
#include "oracle/concrete_symbols.h"
#include "oracle/explore.h"
#include "oracle/formula_program.h"
#include "oracle/machine_traits.h"
#include "oracle/mutant_explorer.h"
#include "oracle/mutants.h"
#include "oracle/prove_model.h"
#include "oracle/rules.h"

namespace lockstep {
namespace {

constexpr uint64_t kTransitions = 100'000;  // of each model; then every path was taken that any state takes
constexpr uint64_t kOftenAssumed = 50;  // of so many transitions one is held against all that is said of all objects
constexpr uint64_t kByChance = 1000;    // the first steps
constexpr uint64_t kOftenNew = 8;       // of so many one is held to be of a kind that may go a new way
constexpr int kTasks = 5, kLength = 40, kPlaces = 63, kTries = 20;

uint64_t transitions_to_try() {
  const auto* asked = std::getenv("LOCKSTEP_TRANSITIONS");
  return asked == nullptr ? kTransitions : std::stoull(asked);
}

template <class Machine>
class Agreement {
 public:
  using Traits = MachineTraits<Machine>;
  using Mechanism = typename Traits::Mechanism;
  using Task = typename Traits::Task;
  using State = typename Mechanism::State;
  using Claims = ClaimsOf<Mechanism>;
  using Symbols = ConcreteSymbols<State, Task>;
  using View = typename Symbols::View;
  using Case = typename Symbols::Case;

  Agreement(std::string model, Machine machine) : model_(std::move(model)), machine_(std::move(machine)) {
    for (const auto& [property, broken] : explore(model_, {.scope = mutant_scope(model_), .jobs = 1}).broken)
      refuted_.insert(property);
    views_ = !refuted_.contains(Property::isolation) && !refuted_.contains(Property::inheritance);
    sizes_ = default_sizes(model_);
    sizes_.push_back((kFilters ? kMaxPathLength : kMaxPages) + 1);
    reset();
  }

  // Of this text, which may be a mutant of the concrete one.
  void read_paths(const Mutant& text) {
    proofs_ = mutant_proofs(text, {.refuted = refuted_, .paths_only = true});
    for (size_t t = 0; t < proofs_->transitions(); ++t) {
      if (proofs_->step(t) == nullptr) continue;
      transitions_.emplace_back();
      transitions_.back().name = proofs_->transition(t);
      transitions_.back().step = *proofs_->step(t);
      std::vector<std::vector<bool>> todo{{}};
      while (!todo.empty()) {
        std::unique_ptr<Path> path;
        const auto decisions = std::move(todo.back());
        todo.pop_back();
        auto result = proofs_->run(t, decisions, [&](SymbolicRun& run) { path = path_of(run); });
        std::move(result.open.begin(), result.open.end(), std::back_inserter(todo));
        if (!path) continue;
        path->words = result.words;
        path->transition = t;
        path->decisions = decisions;
        if (!path->after) path->error = result.error;
        transitions_.back().paths.push_back(std::move(path));
      }
    }
  }

  // The number of such pointers is not read beyond 1 from here on: something is wrong then.
  void miscount(const std::string& key) {
    auto& read = symbols_.function(key).read;
    read = [right = read](const View& view, int64_t x, int64_t y) { return std::min<int64_t>(right(view, x, y), 1); };
  }
  // What did not agree.
  std::set<std::string> run(uint64_t number) {
    for (tried_ = 0; tried_ < number && wrong_.size() < 20; ++tried_) take_one();
    return wrong_;
  }
  std::vector<std::string> paths_never_taken() const {
    std::vector<std::string> never;
    for (const auto& transition : transitions_)
      for (const auto& path : transition.paths)
        if (path->taken == 0) never.push_back(transition.name + ": " + path->words + path->end_words());
    return never;
  }
  size_t paths() const {
    size_t all = 0;
    for (const auto& transition : transitions_) all += transition.paths.size();
    return all;
  }
  uint64_t facts_of_all() const { return facts_of_all_; }
  uint64_t values_compared() const { return compared_; }

 private:
  using Node = FormulaProgram::Node;
  struct Compared {
    const typename Symbols::Function* function = nullptr;
    std::string key;
    Node node = 0;
  };
  struct Path {
    std::string words;
    size_t transition = 0;
    std::vector<bool> decisions;
    FormulaProgram program;
    std::vector<Node> conditions, of_all;  // that are assumed: of the objects at hand, and of all
    std::vector<Compared> compared;
    std::vector<std::string> heads;
    std::optional<Node> after;  // where the cursor is; none: the step is over
    std::optional<int> error;
    std::vector<typename Symbols::Meaning> meanings;
    std::unique_ptr<FormulaValues> values;
    uint64_t taken = 0;

    std::string end_words() const {
      std::string words;
      for (const auto& head : heads) words += " | " + head;
      return words + (after ? " round" : "");
    }
  };
  struct Transition {
    std::string name;
    Step step;
    std::vector<std::unique_ptr<Path>> paths;
  };
  // Which rounds of the loops are tried, and where that ends.
  struct Descent {
    std::vector<std::string> functions;
    std::vector<size_t> snapshots;
    std::vector<uint16_t> cursors;
    std::optional<size_t> end;  // the snapshot after the round; none: the step's end
    uint16_t end_cursor = 0;
  };

  std::unique_ptr<Path> path_of(SymbolicRun& run) const {
    auto path = std::make_unique<Path>();
    auto& program = path->program;
    std::vector<expr> kept;
    const auto facts = run.solver().assertions();
    for (unsigned i = 0; i < facts.size(); ++i) {
      kept.push_back(facts[static_cast<int>(i)]);
      (kept.back().is_quantifier() ? path->of_all : path->conditions).push_back(program.add(kept.back()));
    }
    const auto variable = [&](const std::string& kind, uint32_t number) {
      kept.push_back(run.symbols().constant(fmt::format("which{}!{}", number, kind), kind));
      program.variable(kept.back(), number);
      return kept.back();
    };
    const auto& state = run.state();
    for (const auto& [key, function] : symbols_.functions()) {
      if (function.promise && (!views_ || run.after())) continue;  // then it is not kept
      if (const auto map = state.maps.find(key); map != state.maps.end())
        kept.push_back(map->second(variable(function.over[0], 0)).simplify());
      else if (const auto relation = state.relations.find(key); relation != state.relations.end())
        kept.push_back(relation->second(variable(function.over[0], 0), variable(function.over[1], 1)).simplify());
      else
        continue;
      path->compared.push_back({&function, key, program.add(kept.back())});
    }
    std::vector<std::string> cursors;
    for (const auto& head : run.heads()) {
      path->heads.push_back(head.function);
      cursors.push_back(head.cursor.decl().name().str());
    }
    if (run.after()) path->after = program.add(*run.after());
    for (const auto& symbol : program.symbols()) path->meanings.push_back(symbols_.meaning(symbol, cursors));
    path->values = std::make_unique<FormulaValues>(program);
    return path;
  }

  void reset() {
    const auto rarely = kFilters ? 3u : 8u;  // who may not append may do little else
    machine_.reset({.nnp = random_() % rarely != 0, .cap = random_() % rarely != 0});
    promise_ = OpenPromise(find_model(model_)->promise);
    ending_.clear();
    length_ = 0;
    rules_ = 0;
    told_ = kFilters || random_() % kOftenNew != 0 ? std::size(kStory) : 0;
  }
  bool room() const {  // for a place that nothing has ever been in
    bool all = true;
    KindsIn<State>::each([&]<class T>(Over<T>) { all &= machine_.world.memory.template pool<T>().births() < kPlaces; });
    return all;
  }
  std::vector<uint16_t> tasks(bool dead) const {
    std::vector<uint16_t> all;
    machine_.world.memory.template pool<Task>().each([&](uint16_t task) {
      if (ending_.contains(task) == dead) all.push_back(task);
    });
    return all;
  }
  template <class List>
  auto any_of(const List& list) {
    return list[random_() % list.size()];
  }

  // A set on both events of a child's own, over its parent's, held by a grandchild alone: chance hardly comes by it.
  static constexpr Step kStory[] = {{.op = Op::append, .task = 1, .event = 0, .pages = 1},
                                    {.op = Op::append, .task = 1, .event = 1, .pages = 1},
                                    {.op = Op::fork, .task = 1, .made = 2},
                                    {.op = Op::append, .task = 2, .event = 0, .pages = 1},
                                    {.op = Op::append, .task = 2, .event = 1, .pages = 1},
                                    {.op = Op::fork, .task = 2, .made = 3},
                                    {.op = Op::exit, .task = 2},
                                    {.op = Op::exit, .task = 3}};

  // A step of that kind in the state at hand; none: nobody can take it.
  std::optional<Step> step_of(Step step) {
    const auto alive = tasks(false), dead = tasks(true);
    if (alive.empty()) return std::nullopt;
    step.task = any_of(alive);
    if (makes_task(step.op)) {
      if (alive.size() + dead.size() >= kTasks) return std::nullopt;
      for (step.made = 1; machine_.world.memory.template pool<Task>().live(step.made);) ++step.made;
    }
    if (makes_rule(step.op)) step.made = ++rules_;
    if (step.op == Op::reap) {
      if (dead.empty()) return std::nullopt;
      step.child = any_of(dead);
    }
    if (step.op == Op::exit && alive.size() == 1 && random_() % 4 != 0) return std::nullopt;
    if (step.pages == kAnySize) step.pages = any_of(sizes_);
    if (step.len == kAnySize) step.len = any_of(sizes_);
    if (random_() % 5 == 0) step.fail_alloc = static_cast<uint16_t>(1 + random_() % 5);
    return step;
  }

  // Now and then one of which some path was never taken, if such a step can be found.
  Transition& any_transition(int tries) {
    std::vector<Transition*> open;
    if (tried_ > kByChance && tried_ % kOftenNew == 0 && tries < kTries)
      for (auto& transition : transitions_)
        if (std::any_of(transition.paths.begin(), transition.paths.end(),
                        [](const auto& path) { return path->taken == 0; }))
          open.push_back(&transition);
    return open.empty() ? transitions_[random_() % transitions_.size()] : *any_of(open);
  }

  void take_one() {
    if (length_++ > kLength || !room()) reset();
    Transition* transition = nullptr;
    std::optional<Step> step;
    if (told_ < std::size(kStory)) {
      step = kStory[told_++];
      if (makes_rule(step->op)) step->made = ++rules_;
      for (auto& each : transitions_)
        if (each.step.op == step->op && each.step.event == step->event && each.step.flags == 0 &&
            each.step.arg == Arg::ok && each.step.fd == Fd::ok && each.step.type == ProgType::landlock)
          transition = &each;
    }
    for (int tries = 0; !step; ++tries) {
      if (tries > 200) {
        reset();
        told_ = std::size(kStory);  // this step is none of it
      }
      transition = &any_transition(tries);
      step = step_of(transition->step);
    }
    auto& world = machine_.world;
    world.loops.clear();
    for (const auto& path : transition->paths) world.loops.insert(path->heads.begin(), path->heads.end());
    world.happens.clear();
    if (step->op == Op::reap) world.happens.push_back({TaskEvent::What::released, step->child});

    const State before = world.memory;
    const auto ages_before = world.ages;
    const auto now_before = world.now;
    auto promise_before = promise_;
    const auto ending_before = ending_;
    const std::function<bool(uint16_t)> was_ending = [&](uint16_t task) { return ending_before.contains(task); },
                                        is_ending = [&](uint16_t task) { return ending_.contains(task); };
    const int error = machine_.step(*step).error;
    if (step->op == Op::exit) ending_.insert(step->task);  // from its first action on
    promise_.made = 0;
    if (error == 0) follow_promise<Claims, Task>(*step, world.memory, promise_);

    Descent descent;
    descend(world.went, descent);
    Case c;
    c.before = {&before, &promise_before, &was_ending, &ages_before};
    for (const auto snapshot : descent.snapshots)
      c.heads.push_back({&world.snapshots[snapshot], &promise_before, &is_ending, &world.ages});
    c.cursors = descent.cursors;
    c.now = now_before;
    c.actor = step->task;
    c.other = makes_task(step->op) ? step->made : step->op == Op::reap ? step->child : 0;
    c.size = kFilters ? step->len : step->pages;
    c.group_made = promise_.made;
    c.fail_alloc = step->fail_alloc;
    c.made = &world.made;
    const View after{descent.end ? &world.snapshots[*descent.end] : &world.memory, &promise_, &is_ending, &world.ages};
    hold(*transition, c, descent, after, error);
    std::erase_if(ending_, [&](uint16_t task) { return !world.memory.template pool<Task>().live(task); });
  }
  static constexpr bool kFilters = std::is_same_v<Task, SeccompTask>;

  // True: a round is chosen whose end is the path's.
  bool descend(const std::vector<RecordedLoop>& loops, Descent& descent) {
    for (const auto& loop : loops) {
      const size_t number = random_() % loop.rounds.size();
      const auto& round = loop.rounds[number];
      descent.functions.push_back(loop.function);
      descent.snapshots.push_back(round.snapshot);
      descent.cursors.push_back(round.cursor);
      if (descend(round.inside, descent)) return true;
      if (number + 1 == loop.rounds.size()) continue;
      descent.end = loop.rounds[number + 1].snapshot;
      descent.end_cursor = loop.rounds[number + 1].cursor;
      return true;
    }
    return false;
  }

  void hold(Transition& transition, const Case& c, const Descent& descent, const View& after, int error) {
    Path* taken = nullptr;
    for (auto& path : transition.paths) {
      if (path->heads != descent.functions || path->after.has_value() != descent.end.has_value()) continue;
      begin(*path, c);
      const auto& conditions = path->conditions;
      if (!std::all_of(conditions.begin(), conditions.end(), [&](Node node) { return (*path->values)(node) != 0; }))
        continue;
      if (taken != nullptr) tell(transition, *path, "another path is possible at once");
      taken = path.get();
    }
    if (taken == nullptr) {
      std::string heads;
      for (const auto& function : descent.functions) heads += " | " + function;
      wrong_.insert(fmt::format("{}{}: no path of the proofs does this, error {}", transition.name, heads, error));
      return;
    }
    ++taken->taken;
    if (!taken->after && taken->error != error) tell(transition, *taken, fmt::format("the result is {}", error));
    auto& values = *taken->values;
    if (taken->after && values(*taken->after) != descent.end_cursor) tell(transition, *taken, "the cursor");
    if (tried_ % kOftenAssumed == 0)
      for (size_t i = 0; i < taken->of_all.size(); ++i) {
        ++facts_of_all_;
        if (values(taken->of_all[i]) == 0) tell(transition, *taken, "false, and assumed: " + fact_of_all(*taken, i));
      }
    for (const auto& compared : taken->compared) compare(transition, *taken, compared, after);
  }
  std::string fact_of_all(const Path& path, size_t number) const {
    std::string text;
    proofs_->run(path.transition, path.decisions, [&](SymbolicRun& run) {
      const auto facts = run.solver().assertions();
      for (unsigned i = 0, quantified = 0; i < facts.size(); ++i)
        if (const expr fact = facts[static_cast<int>(i)]; fact.is_quantifier() && quantified++ == number)
          text = fact.to_string();
    });
    return text;
  }
  void begin(Path& path, const Case& c) {
    path.values->begin([&path, &c](uint32_t symbol, int64_t x, int64_t y) { return path.meanings[symbol](c, x, y); },
                       [this, &c](const std::string& kind) -> const std::vector<int64_t>& { return objects(kind, c); });
  }
  // What is there before or after the step, null, and a free place.
  const std::vector<int64_t>& objects(const std::string& kind, const Case& c) {
    auto& all = objects_[kind];
    all = {0};
    if (kind == Group::kName)
      for (int64_t group = 1; group <= promise_.groups; ++group) all.push_back(group);
    KindsIn<State>::each([&]<class T>(Over<T>) {
      if (kind != T::kName) return;
      const auto& was = c.before.memory->template pool<T>();
      const auto& is = machine_.world.memory.template pool<T>();
      bool free = false;
      for (uint16_t index = 1; index <= kPlaces; ++index) {
        const bool used = was.live(index) || is.live(index);
        if (used || !free) all.push_back(index);
        free |= !used;
      }
    });
    return all;
  }
  void compare(const Transition& transition, Path& path, const Compared& compared, const View& after) {
    const auto& function = *compared.function;
    const bool two = function.over.size() == 2;
    auto& values = *path.values;
    for (const auto x : places(function.over[0])) {
      values.set(0, x);
      for (const auto y : two ? places(function.over[1]) : one_) {
        if (function.matters(after, x, y) == 0) continue;
        if (two) values.set(1, y);
        ++compared_;
        const auto is = function.read(after, x, y), said = values(compared.node);
        if (is != said) return tell(transition, path, fmt::format("{} is {}, not {}", compared.key, is, said));
      }
    }
  }
  // Everything that may be there, and one more.
  std::vector<int64_t> places(const std::string& kind) const {
    std::vector<int64_t> all;
    int64_t last = kind == Group::kName ? promise_.groups : 0;
    KindsIn<State>::each([&]<class T>(Over<T>) {
      if (kind != T::kName) return;
      const auto ages = machine_.world.ages.find(kind);
      if (ages != machine_.world.ages.end()) last = static_cast<int64_t>(ages->second.size());
    });
    for (int64_t place = 1; place <= last; ++place) all.push_back(place);
    return all;
  }
  void tell(const Transition& transition, const Path& path, const std::string& what) {
    wrong_.insert(fmt::format("{}: {}{}: {}", transition.name, path.words, path.end_words(), what));
  }

  std::string model_;
  Machine machine_;
  Symbols symbols_;
  std::set<Property> refuted_;
  bool views_ = true;
  std::vector<uint32_t> sizes_;
  std::unique_ptr<ModelProofs> proofs_;
  std::vector<Transition> transitions_;
  OpenPromise promise_{PromiseKind::copy};
  std::set<uint16_t> ending_;
  std::map<std::string, std::vector<int64_t>> objects_;
  std::vector<int64_t> one_{0};
  std::mt19937 random_{1};
  int length_ = 0;
  size_t told_ = std::size(kStory);  // of the story; then the steps are random
  uint16_t rules_ = 0;
  uint64_t tried_ = 0, facts_of_all_ = 0, compared_ = 0;
  std::set<std::string> wrong_;
};

// What no state does, and no invariant forbids (docs/proofs.md): the nodes of one events object end differently, the
// walk from one slot at null and that from the other at a node that is kept; all users of a chain are gone and a filter
// of it is still held, or the other way round.
bool taken_by_no_state(const std::string& path) {
  static constexpr const char* kEnds[] = {
      "nodes_end !slot_empty !nodes_end node_kept | put_node | put_node",
      "node_kept !slot_empty nodes_end | put_node | put_node",
      "users_end !refs_end still_held | walk_users | walk_refs",
      "!users_end still_used refs_end | walk_users | walk_refs",
  };
  return std::any_of(std::begin(kEnds), std::end(kEnds), [&](const char* end) { return path.ends_with(end); });
}

template <class Machine>
void agree(const std::string& model, Machine machine) {
  Agreement<Machine> agreement(model, std::move(machine));
  agreement.read_paths({.model = model});
  const auto number = transitions_to_try();
  for (const auto& wrong : agreement.run(number)) ADD_FAILURE() << model << ": " << wrong;
  const auto never = agreement.paths_never_taken();
  fmt::print("{}: {} transitions, {} values compared, {} facts of all objects; {} of {} paths taken\n", model, number,
             agreement.values_compared(), agreement.facts_of_all(), agreement.paths() - never.size(),
             agreement.paths());
  for (const auto& path : never) {
    fmt::print("  never taken: {}\n", path);
    EXPECT_TRUE(number < kTransitions || taken_by_no_state(path)) << model << ": " << path;
  }
  EXPECT_GT(agreement.values_compared(), 10 * number);
  EXPECT_GT(agreement.facts_of_all(), number / kOftenAssumed);
}

template <class M>
using RecordedNodes = NodeMachine<M, RecordedWorld, AnyProcesses>;
template <class M>
using RecordedFilters = SeccompMachineIn<RecordedWorld, M, AnyProcesses>;

TEST(Agreement, V5Intended) { agree("v5-intended", RecordedNodes<V5Intended>()); }
TEST(Agreement, V5NewHierarchy) { agree("v5-new-hierarchy", RecordedNodes<V5NewHierarchy>()); }
TEST(Agreement, SeccompNodes) { agree("seccomp-nodes", RecordedFilters<SeccompNodes>()); }
TEST(Agreement, V5Posted) { agree("v5-posted", RecordedNodes<V5Posted>()); }
TEST(Agreement, V6Posted) { agree("v6-posted", RecordedNodes<V6Posted>()); }
TEST(Agreement, Seccomp) { agree("seccomp", RecordedFilters<Seccomp>()); }
TEST(Agreement, SeccompWithReleaseAtReap) { agree("seccomp@6.1", RecordedFilters<Seccomp>({.release_at_reap = true})); }

Mutant mutant_of_seccomp(const std::string& name) {
  SiteFinder finder("seccomp");
  finder.run({.model = "seccomp",
              .steps = {{.op = Op::attach, .task = 1, .made = 1},
                        {.op = Op::fork, .task = 1, .made = 2},
                        {.op = Op::attach, .task = 2, .made = 2},
                        {.op = Op::exit, .task = 2}}});
  for (const auto& mutant : finder.mutants())
    if (mutant.name == name) return mutant;
  ADD_FAILURE() << "no mutant " << name;
  return {};
}

// The formulas of another text do not agree with the numbers of this one: an update left out, one done twice, another
// way taken, another result.
TEST(Agreement, CanSayNo) {
  for (const auto* name :
       {"clone inc#1 skipped", "clone inc#2 doubled", "attach_locked store#1 skipped", "attach_locked branch#1 negated",
        "walk_users dec_and_test#1 doubled", "walk_refs free#1 skipped", "clone_with branch#2 negated"}) {
    Agreement agreement("seccomp", RecordedFilters<Seccomp>());
    agreement.read_paths(mutant_of_seccomp(name));
    EXPECT_FALSE(agreement.run(1000).empty()) << name;
  }
}

// What no text mentions is held too: the symbolic world keeps it by itself.
TEST(Agreement, HoldsTheCountsOfPointers) {
  Agreement agreement("seccomp", RecordedFilters<Seccomp>());
  agreement.miscount("n:task.filter>filter");
  agreement.read_paths({.model = "seccomp"});
  const auto wrong = agreement.run(1000);
  EXPECT_TRUE(std::any_of(wrong.begin(), wrong.end(),
                          [](const auto& each) { return each.find("n:task.filter>filter is 1, not 2") != each.npos; }));
}

}  // namespace
}  // namespace lockstep
