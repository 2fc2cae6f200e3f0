// SPDX-License-Identifier: GPL-2.0-or-later
// ModelProofs for a machine on symbolic worlds.
#pragma once

#include <fmt/format.h>

#include "model/grammar.h"
#include "oracle/choices.h"
#include "oracle/claims_finite.h"
#include "oracle/claims_of.h"
#include "oracle/claims_results.h"
#include "oracle/machine_traits.h"
#include "oracle/prove_model.h"
#include "oracle/rules.h"
#include "oracle/symbolic_check.h"
#include "oracle/symbolic_logic.h"
#include "oracle/symbolic_promise.h"
#include "oracle/symbolic_world.h"

namespace lockstep {

// Machine: NodeMachine or SeccompMachineIn on a SymbolicWorld, or on one that does as it does (a mutated one). What is
// there for finitely many objects is in prove_finite.h.
template <class Machine>
class MachineProofs : public ModelProofs {
 public:
  using Mechanism = typename MachineTraits<Machine>::Mechanism;
  using Task = typename MachineTraits<Machine>::Task;
  using State = typename Mechanism::State;
  using Kinds = KindsIn<State>;
  using Claims = ClaimsOf<Mechanism>;
  static constexpr bool kFilters = std::is_same_v<Task, SeccompTask>;

  MachineProofs(std::string model, PromiseKind promise, Machine machine, const ModelProofOptions& options)
      : model_(std::move(model)),
        promise_(promise),
        refuted_(options.refuted),
        try_refuted_(options.try_refuted),
        without_(options.without),
        views_(asked(Property::isolation) && asked(Property::inheritance)),
        machine_(std::move(machine)),
        layout_(layout_of(static_cast<State*>(nullptr))) {
    make_setting(options);
    make_transitions();
  }
  const std::string& model() const override { return model_; }
  size_t transitions() const override { return transitions_.size(); }
  const std::string& transition(size_t number) const override { return transitions_[number].name; }

  const Step* step(size_t number) const override {
    return transitions_[number].check ? nullptr : &transitions_[number].step;
  }
  PathResult run(size_t number, const std::vector<bool>& decisions, const Watch& watch) const override {
    const auto& transition = transitions_[number];
    z3::context c;
    SymbolicRun run(c, setting_, decisions);
    run.state().release_at_reap = release_at_reap();
    run.start_anywhere();
    try {
      if (transition.check)
        take_check(*transition.check, run);
      else
        take(transition, run, watch);
    } catch (const PathEnds&) {
      if (watch && run.after()) watch(run);
    }
    auto result = run.take_result();
    for (auto& obligation : result.obligations) {
      obligation.model = model_;
      obligation.transition = transition.name;
    }
    return result;
  }

 protected:
  struct Transition {
    std::string name;
    Step step;
    std::vector<TaskEvent> happens;
    std::optional<size_t> check;  // no step, but a check at this event
  };
  static uint16_t other_of(const Step& step) { return step.child; }
  template <class... T>
  static Layout layout_of(const Memory<T...>*) {
    return LayoutOf<T...>::make();
  }
  bool release_at_reap() const {
    if constexpr (kFilters)
      return machine_.world.memory.switches.release_at_reap;
    else
      return false;
  }

  void make_setting(const ModelProofOptions& options) {
    setting_.layout = &layout_;
    setting_.timeout = options.timeout;
    setting_.cache = options.cache;
    setting_.deadline = options.deadline;
    setting_.to_first_open = options.to_first_open;
    setting_.paths_only = options.paths_only;
    setting_.solver_name = solver_name();
    setting_.ghost_maps[kEnding] = {Task::kName, "bool"};
    add_promise_ghosts<typename Claims::Task, typename Claims::Made>(setting_, promise_, Claims::kViews);
    Kinds::each([&]<class T>(Over<T>) {
      each_pointer<T>(Kinds(), [&](auto field, auto...) {
        if constexpr (kIsChain<decltype(field)>)
          setting_.shares[key_of(field)] = [this](const Symbols& symbols, const SymbolicState& s, const expr& x) {
            return share_of(SymbolicLogic(symbols, layout_, s), over<T>, x);
          };
      });
    });
    setting_.theorems = [this](const Symbols& symbols, const SymbolicState& s) {
      StateClaims claims;
      claim_theorems<Kinds>(SymbolicLogic(symbols, layout_, s), ClaimList(claims));
      return claims;
    };
    setting_.consequences = [this](const Symbols& symbols, const SymbolicState& s) {
      StateClaims claims;
      claim_consequences<Kinds>(SymbolicLogic(symbols, layout_, s), ClaimList(claims));
      return claims;
    };
    setting_.invariants = [this](const Symbols& symbols, const SymbolicState& s) {
      StateClaims claims;
      claim_invariants<Kinds, Claims>(SymbolicLogic(symbols, layout_, s), ClaimList(claims), views_);
      std::erase_if(claims, [this](const StateClaim& claim) { return without_.contains(claim.name); });
      return claims;
    };
    finite_ = setting_;
    finite_.cache = nullptr;
    finite_.invariants = [this](const Symbols& symbols, const SymbolicState& s) {
      StateClaims claims;
      claim_properties<Kinds>(SymbolicLogic(symbols, layout_, s), ClaimList(claims), [](auto) { return true; });
      Claims::lemmas(SymbolicLogic(symbols, layout_, s), ClaimList(claims));
      return claims;
    };
    for (const auto& operation : grammar_of(model_)->operations)
      for (const auto param : {Param::pages, Param::len})
        if (const auto* argument = operation.find(param)) most_size_ = argument->high;
  }

  void make_transitions() {
    Scope scope;
    for (const auto& choice : choices(model_, scope, {kAnySize}, false)) {
      Step step = choice.step;
      step.task = 1;
      step.made = 2;
      step.child = 2;
      std::vector<TaskEvent> happens;
      if (step.op == Op::reap) happens.push_back({TaskEvent::What::released, 2});
      transitions_.push_back({step_words(step), step, happens, {}});
    }
    for (size_t event = 0; event < Claims::kViews; ++event)
      transitions_.push_back({fmt::format("check event={}", event), {.task = 1}, {}, event});
  }
  static std::string step_words(const Step& step) {
    std::string words = name_of(step.op);
    if (step.op == Op::append) words += fmt::format(" event={}", step.event);
    if (step.arg != Arg::ok) words += fmt::format(" arg={}", name_of(step.arg));
    if (step.fd != Fd::ok) words += fmt::format(" fd={}", name_of(step.fd));
    if (step.type != ProgType::landlock) words += fmt::format(" type={}", name_of(step.type));
    if (step.flags != 0) words += fmt::format(" flags={}", step.flags);
    return words;
  }

  void take(const Transition& transition, SymbolicRun& run, const Watch& watch = {}) const {
    const auto& step = transition.step;
    const auto symbols = run.symbols();
    const auto actor = run.named(Task::kName, step.task), other = run.named(Task::kName, other_of(step));
    const auto live = [&](const expr& task) { return run.state().map(live_key(Task::kName))(task); };
    const auto ending = [&](const expr& task) { return run.state().map(kEnding)(task); };
    run.assume(live(actor));
    run.assume(actor != symbols.null(Task::kName));
    run.assume(actor != other);
    if (step.op == Op::reap) {
      run.assume(live(other));
      run.assume(other != symbols.null(Task::kName));
      run.assume(ending(other));
    }
    run.assume(!ending(actor));
    run.assume(symbols.constant(kAnySizeName, "int") >= 0);
    const bool finite = symbols.finite() != nullptr;
    if (step.op == Op::exit) run.set_ghost(kEnding, actor, symbols.truth(true));
    if (!finite && (step.op == Op::exit || step.op == Op::reap)) run.set_frames(frames());
    auto machine = machine_;
    machine.world.run = &run;
    machine.world.happens = transition.happens;
    note_calls(machine.world, run);
    if (finite) machine.world.no_limit = 1 << (FiniteSorts::kNumberBits - 2);
    if (finite) machine.world.unroll = longest_chain(*symbols.finite());
    const SymbolicState start = run.state();
    const int error = machine.step(step).error;
    run.result().error = error;
    if (views_ || checked(run)) keep_promise(step, error, run);
    run.state().in_flight.clear();
    run.state().at_zero.clear();
    run.owe_invariants("at the end");
    if (watch) watch(run);
    if (!setting_.paths_only) judge_step(step, error, start, run);
  }

  template <class World>
  static void note_calls(World& world, SymbolicRun& run) {
    if constexpr (requires { world.mutation; }) world.mutation.record(&run.result().sites);
  }

  // That a check runs what claims call the view.
  void take_check(size_t event, SymbolicRun& run) const {
    const auto symbols = run.symbols();
    const auto task = run.named(Task::kName, 1);
    run.assume(task != symbols.null(Task::kName));
    run.assume(run.state().map(live_key(Task::kName))(task));
    run.assume(!run.state().map(kEnding)(task));
    const auto l = logic(run, run.state());
    auto plain = machine_.world;
    plain.run = &run;
    note_calls(plain, run);
    CheckWorld world(plain, [&](const expr& at) { return expected_at(l, symbols.kind_of(at), at); });
    Mechanism::check(world, task, event, [&](const expr& what) { world.runs(what); });
    const auto begin = Claims::view_begin(l, task, event);
    world.end(z3::ite(Claims::has_view(l, task, event), begin, symbols.null(symbols.kind_of(begin))));
  }
  // What a round of a check's walk does where it is: something is run, or walked along.
  static CheckItem expected_at(const SymbolicLogic& l, const std::string& of, const expr& at) {
    std::optional<CheckItem> item;
    Kinds::each([&]<class T>(Over<T> kind) {
      if (of != T::kName) return;
      if constexpr (requires { run_of(l, kind, at); }) item = {run_of(l, kind, at), false};
      if constexpr (requires { newest_in(l, kind, at); }) item = {newest_in(l, kind, at), true};
    });
    return item.value();
  }

  // A walk that takes more rounds goes in a circle.
  size_t longest_chain(const FiniteSorts& finite) const {
    size_t longest = 0;
    for (const auto& chain : layout_.chains)
      longest = std::max(longest, finite.places(layout_.field(chain).object).size());
    return longest + 1;
  }

  // A walk changes nothing else than this.
  static std::vector<LoopFrame> frames() {
    if constexpr (kFilters) {
      std::vector<LoopFrame> all = {
          {"walk_users", key_of(f::users), Filter::kName, {key_of(f::users)}},
          {"walk_refs", key_of(f::refs), Filter::kName, {key_of(f::refs), live_key(Filter::kName)}}};
      if constexpr (Kinds::template kHas<FilterNode>)
        all.push_back({"put_node",
                       key_of(f::filter_node_usage),
                       FilterNode::kName,
                       {key_of(f::users), key_of(f::refs), live_key(Filter::kName), key_of(f::filter_node_usage),
                        live_key(FilterNode::kName)}});
      return all;
    } else {
      const std::set<std::string> rules{key_of(f::rule_usage), live_key(Rule::kName), key_of(f::prog_refs),
                                        live_key(Prog::kName)};
      auto nodes = rules;
      nodes.insert(key_of(f::node_usage));
      nodes.insert(live_key(Node::kName));
      return {{"put_rule", key_of(f::rule_usage), Rule::kName, rules},
              {"put_node", key_of(f::node_usage), Node::kName, nodes}};
    }
  }

  void keep_promise(const Step& step, int error, SymbolicRun& run) const {
    if (error != 0) return;
    SymbolicPromise promise(run, promise_, Claims::kViews);
    const auto actor = run.named(Task::kName, step.task), child = run.named(Task::kName, other_of(step));
    if (step.op == Op::append || step.op == Op::attach)
      promise.append(actor, step.event, run.last_made(Claims::Made::kName), step.flags != 0);
    if (step.op == Op::fork || step.op == Op::thread) promise.fork(actor, child);
    if constexpr (requires { typename Claims::Coupled; }) {
      if (promise.made_group())
        for (size_t event = 0; event < Claims::kViews; ++event) {
          const auto node = Claims::node_of(SymbolicLogic(run.symbols(), layout_, run.state()), actor, event);
          promise.couple(event, node);
        }
    }
  }

  bool asked(Property property) const { return !refuted_.contains(property); }
  bool owes(Property property) const {
    const bool of_a_step = property == Property::error_atomic || property == Property::limit;
    return asked(property) || (try_refuted_ && of_a_step);
  }
  // What is owed is what the checker looks at, not what is proved.
  bool checked(const SymbolicRun& run) const { return &run.setting() == &finite_; }
  SymbolicLogic logic(const SymbolicRun& run, const SymbolicState& s) const {
    return SymbolicLogic(run.symbols(), layout_, s);
  }

  // What the step itself must be like, beside leaving the invariants.
  void judge_step(const Step& step, int error, const SymbolicState& start, SymbolicRun& run) const {
    run.end_of_step();
    const SymbolicState end = run.state();
    const auto was = logic(run, start), now = logic(run, end);
    StateClaims claims;
    ClaimList list(claims);
    const bool as_checked = checked(run);
    const auto caller = run.named(Task::kName, step.task), other = run.named(Task::kName, other_of(step));
    const bool forks = error == 0 && (step.op == Op::fork || step.op == Op::thread);
    if (error != 0) claim_unchanged<Kinds>(was, now, list);
    if (as_checked) {
      const auto made = run.last_made(Claims::Made::kName);
      const bool appends = error == 0 && (step.op == Op::append || step.op == Op::attach);
      const FiniteViews<Claims> views(was, now, *run.symbols().finite(), promise_);
      views.claim_step(appends ? std::optional(made) : std::nullopt, step.event, list);
      if (forks) views.claim_first(caller, other, list);
    } else {
      claim_steps<Claims>(was, now, list);
      if (forks) claim_fork<Claims>(was, now, caller, other, list);
    }
    if (!fails_for_size(step, error, run)) claim_result<Mechanism>(was, caller, step, error, run.memory_failed(), list);
    claim_tasks<Mechanism>(was, now, caller, other, step, error, list);
    if (!as_checked)
      std::erase_if(claims, [&](const StateClaim& claim) { return claim.property && !owes(*claim.property); });
    run.owe_all("over the step", claims, {});
    if ((!as_checked || run.asks_for(Property::limit)) && (step.op == Op::append || step.op == Op::attach))
      judge_limit(step, error, start, run);
  }

  static bool fails_for_size(const Step& step, int error, const SymbolicRun& run) {
    if (step.op != Op::append && step.op != Op::attach) return false;
    return kFilters ? error == ENOMEM && !run.memory_failed() : error == E2BIG;
  }
  // An append fails for its size exactly if the sum is over the limit; the sum is of what the caller's views run. Where
  // the posted sum is not the stated one it is held against what was posted.
  void judge_limit(const Step& step, int error, const SymbolicState& start, SymbolicRun& run) const {
    const bool too_big = fails_for_size(step, error, run);
    if (error != 0 && !too_big) return;
    const auto actor = run.named(Task::kName, step.task);
    const auto was = logic(run, start);
    const expr zero = run.symbols().number(0), one = run.symbols().number(1);
    expr sum = run.symbols().constant(kAnySizeName, "int") + Claims::view_sum(was, actor);
    const bool as_posted = !checked(run) && !owes(Property::limit);
    if (as_posted) {
      if constexpr (requires { Claims::charges_events(was, actor); })
        sum = sum + z3::ite(Claims::charges_events(was, actor), one, zero);
      else
        return;
    } else if constexpr (!kFilters) {
      if (too_big) try_without_limit(step, start, run);
      const auto before = Claims::root(was, actor), after = Claims::root(logic(run, run.state()), actor);
      const auto null = run.symbols().null(run.symbols().kind_of(before));
      sum = sum + z3::ite(before != null && before != after, one, zero);
    }
    const auto limit = static_cast<int>(machine_.world.memory.limit);
    run.owe("over the step", too_big ? "the sum is over the limit" : "the sum is within the limit",
            as_posted ? kLemma : std::optional(Property::limit), too_big ? sum > limit : sum <= limit);
  }
  // What the append that failed for its size would have done: whether it needs new events.
  void try_without_limit(const Step& step, const SymbolicState& start, SymbolicRun& run) const {
    run.begin_trial(start);
    auto machine = machine_;
    machine.world.run = &run;
    machine.world.limited = false;
    machine.step(step);
    run.end_trial();
  }

  std::string model_;
  PromiseKind promise_;
  std::set<Property> refuted_;
  bool try_refuted_;
  std::set<std::string> without_;
  bool views_;
  Machine machine_;
  Layout layout_;
  ProofSetting setting_;
  ProofSetting finite_;     // claims are the properties alone
  uint32_t most_size_ = 0;  // of a program
  std::vector<Transition> transitions_;
};

}  // namespace lockstep
