// SPDX-License-Identifier: GPL-2.0-or-later
// One path of a transition's text on formulas: what has been decided on the way, what is owed, and the state so far.
// The text sees it through SymbolicWorld; what has no type here is known by its key (object_layout.h).
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "oracle/formula_digest.h"
#include "oracle/mutant_site.h"
#include "oracle/prove.h"
#include "oracle/symbolic_state.h"

namespace lockstep {

// The path goes no further: a round of a cut loop is over, or something was found that makes the rest meaningless.
struct PathEnds {};

// A cut loop: what its cursor holds, and which fields a round may change.
struct LoopFrame {
  std::string function;              // the text's function that the loop stands in
  std::string counter;               // a reference of this counter is what the cursor holds
  std::string kind;                  // that the cursor leads to
  std::set<std::string> may_change;  // keys of maps; the counts that depend on them too
};

// A formula about a state that is said to hold for all objects of some kinds.
struct StateClaim {
  std::string name;
  std::optional<Property> property;  // none: a lemma
  std::vector<std::string> over;     // kinds
  std::function<expr(const std::vector<expr>&)> body;
};
using StateClaims = std::vector<StateClaim>;

// What is known to the whole model.
struct ProofSetting {
  const Layout* layout = nullptr;
  // What an object itself adds to a sum along its chain.
  std::map<std::string, std::function<expr(const Symbols&, const SymbolicState&, const expr&)>> shares;
  std::map<std::string, std::pair<std::string, std::string>> ghost_maps;       // of the promise: key, from, to
  std::map<std::string, std::pair<std::string, std::string>> ghost_relations;  // the same
  // Which hold in every state in which no operation runs, and at the head of every cut loop.
  std::function<StateClaims(const Symbols&, const SymbolicState&)> invariants;
  // True of every state for which the invariants hold: what follows from them by induction along chains.
  std::function<StateClaims(const Symbols&, const SymbolicState&)> consequences;
  // True of every state whatever the mechanism does: counting, chains, sums.
  std::function<StateClaims(const Symbols&, const SymbolicState&)> theorems;
  std::chrono::milliseconds timeout{20'000};
  ProofCache* cache = nullptr;
  std::string solver_name;
  std::optional<std::chrono::steady_clock::time_point> deadline;  // what is asked after it is unknown
  bool to_first_open = false;                                     // a path ends where an obligation is open
  bool paths_only = false;                                        // nothing is owed: the paths alone are asked for
};

// Of a run of finitely many objects: what is owed on its path, and when it is not kept.
struct Owed {
  std::optional<Property> property;
  std::string formula;
  expr broken;  // the path up to here, and not the formula
};

struct PathResult {
  std::vector<Obligation> obligations;
  std::vector<std::optional<Property>> properties;     // of each obligation; none: a lemma
  std::vector<bool> invariant;                         // whether all else rests on it, not its own property alone
  std::vector<std::vector<bool>> open;                 // decisions of further paths
  std::array<std::array<bool, 2>, kBranches> sides{};  // which a state may take, as far as the solver knows
  std::string words;                                   // the branches taken
  std::optional<int> error;                            // of the operation, where the path came to its end
  std::set<Site> sites;                                // calls that the text made, where its world takes note of them
  uint64_t from_cache = 0;
  int failed_allocation = 0;  // which one, from 1; 0: none
};

class SymbolicRun {
 public:
  SymbolicRun(z3::context& c, const ProofSetting& setting, std::vector<bool> decisions);
  // Of finitely many objects, in a solver that knows of them. What is owed is told, not asked; new objects take the
  // lowest places, as in a concrete memory.
  SymbolicRun(const Symbols& symbols, const ProofSetting& setting, std::vector<bool> decisions,
              const z3::solver& solver);

  // A state of which nothing is known but that the invariants hold.
  void start_anywhere();
  // The state in which there is nothing at all.
  void start_empty();
  void start_from(const SymbolicState& state) { state_ = before_ = state; }

  const Symbols& symbols() const { return symbols_; }
  const Layout& layout() const { return *setting_.layout; }
  SymbolicState& state() { return state_; }
  const SymbolicState& before() const { return before_; }

  // The text's effects.
  expr load(const std::string& key, const expr& x);
  void store(const std::string& key, const expr& x, const expr& value);
  void add(const std::string& counter, const expr& x, int number);
  bool dec_and_test(const std::string& counter, const expr& x);
  expr make(const std::string& kind);
  std::optional<expr> alloc(const std::string& kind);  // none: no memory
  expr make_named(const std::string& kind, uint16_t index);
  expr named(const std::string& kind, uint16_t index) const;
  void free(const expr& x);
  expr sum(const std::string& chain, const expr& start, const std::function<expr(const expr&)>& value);
  bool decide(const expr& condition);
  bool branch(Branch site, const expr& condition);
  bool branch(Branch site, bool condition);
  void warn(Branch site);
  expr last_made(const std::string& kind) const;
  expr unknown(const std::string& kind) { return fresh("at", kind); }
  bool memory_left();  // whether an allocation succeeds: both ways are tried
  bool memory_failed() const { return memory_failed_; }
  // Tries another operation from an earlier state of this path. Allocations succeed, and nothing is owed.
  void begin_trial(const SymbolicState& state);
  void end_trial() { trial_ = false; }
  // From here on obligations are about the step alone: nothing else rests on them.
  void end_of_step() {
    of_step_ = true;
    at_end_.emplace(state_);
  }
  // Finite: what is owed on the path, the state at its end, and all that the path takes for granted. An end that is not
  // there: the path was cut.
  const std::vector<Owed>& owed() const { return owed_; }
  const std::optional<SymbolicState>& at_end() const { return at_end_; }
  const expr& path() const { return path_; }
  // Finite: what is owed for anything else is not told.
  using Asked = std::function<bool(std::optional<Property>, const std::string& formula)>;
  void ask_for(Asked asked) { asked_ = std::move(asked); }
  bool asks_for(std::optional<Property> property, const std::string& formula = "") const {
    return !asked_ || asked_(property, formula);
  }
  const ProofSetting& setting() const { return setting_; }
  const expr& no_room() const { return no_room_; }  // when the path needs more places than there are

  // Loops. `function`: as the compiler spells the one that the loop stands in.
  const LoopFrame* frame_of(const std::string& function) const;
  void set_frames(std::vector<LoopFrame> frames) { frames_ = std::move(frames); }
  expr cut(const LoopFrame& frame, const expr& cursor);
  void after_round(const LoopFrame& frame, const expr& cursor);
  void after_loop(const LoopFrame& frame);
  void endless(const std::string& function);
  // The cut loops that the path came to, in order; and what the cursor led to after a round, if it ended there.
  struct Head {
    std::string function;
    expr cursor;
  };
  const std::vector<Head>& heads() const { return heads_; }
  const std::optional<expr>& after() const { return after_; }

  // Changes of what no text sees.
  void set_ghost(const std::string& key, const expr& x, const expr& value);

  void assume(const expr& fact);
  // That a formula holds here. It is assumed from here on.
  void owe(const std::string& where, const std::string& formula, std::optional<Property> property, const expr& goal);
  // `known`: what is assumed of an earlier state; a claim that says the same here is not owed again.
  void owe_all(const std::string& where, const StateClaims& claims, const StateClaims& known);
  void owe_invariants(const std::string& where);
  void owe_sense(const std::string& where);
  bool possible(const expr& condition);

  z3::solver& solver() { return solver_; }
  PathResult take_result() { return std::move(result_); }
  PathResult& result() { return result_; }
  int failed_allocation() const { return result_.failed_allocation; }
  bool replaying() const { return taken_.size() < decisions_.size(); }
  bool owes() const { return (!replaying() || finite()) && !trial_ && !setting_.paths_only; }

 private:
  void havoc(const std::set<std::string>& keys, const std::string& when);
  void assume_all(const StateClaims& claims);
  void assume_state();
  void require_live(const expr& x);
  bool counts(const LinkLayout& link, const expr& x);
  void change(const expr& x, const std::string& key, const std::function<void()>& change);
  void in_flight(const std::string& counter, const expr& object, const expr& number);
  void update(const std::string& key, const expr& x, const expr& value);
  void update_chains(const expr& x, const std::string& key, const std::optional<expr>& old_value);
  void follow_sums(const expr& x, const std::string& key, const expr& old_share);
  void zero(const expr& x, bool is);
  bool distinct(const expr& x, const expr& y) const;
  expr fresh(const std::string& name, const std::string& kind);
  expr at_map(const SymbolicMap& map, const expr& x, const expr& value, const expr& y) const;
  enum class Said : uint8_t { no, yes, dont_know };
  bool finite() const { return symbols_.finite() != nullptr; }
  bool can_be(const expr& condition);
  void take_lowest(const expr& x, const std::string& kind);
  Said ask(const expr& more, std::chrono::milliseconds timeout);
  Said unsatisfiable(const expr& more, std::chrono::milliseconds timeout, Obligation* note);

  const ProofSetting& setting_;
  Symbols symbols_;
  z3::solver solver_;
  std::vector<bool> decisions_, taken_;
  SymbolicState state_, before_;
  std::vector<LoopFrame> frames_;
  struct Open {
    std::vector<InFlight> in_flight;  // at the head, with the cursor in them
    std::vector<expr> at_zero;
    std::vector<expr> cursor;  // one
  };
  std::vector<Open> loops_;
  std::vector<Head> heads_;
  std::optional<expr> after_;
  std::vector<std::set<std::string>> changed_;  // since the head, of each loop that is open
  std::unordered_map<unsigned, bool> known_;
  std::set<unsigned> live_;  // expressions known to lead to a live object
  std::vector<expr> kept_;   // keeps their numbers taken
  struct Made {
    expr object;
    int freed_at = -1;
  };
  std::vector<Made> made_;
  std::map<std::string, int> names_;
  FormulaDigests digests_;
  Digest assumed_;  // of all that was assumed
  bool memory_failed_ = false, trial_ = false, of_step_ = false;
  int allocations_ = 0;
  Asked asked_;
  std::vector<Owed> owed_;
  std::optional<SymbolicState> at_end_;
  expr path_, no_room_;
  std::optional<z3::model> example_;  // finite: of the path so far
  PathResult result_;
};

// The kinds that the maps and relations of a state lead from and to, by key.
using SortPair = std::pair<std::string, std::string>;
std::map<std::string, SortPair> map_sorts(const ProofSetting& setting);
std::map<std::string, SortPair> relation_sorts(const ProofSetting& setting);
// A state of which nothing is known.
SymbolicState unknown_state(const Symbols& symbols, const ProofSetting& setting);

}  // namespace lockstep
