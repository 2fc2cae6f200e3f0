// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/symbolic_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "oracle/quantify.h"

namespace lockstep {

namespace {

constexpr std::chrono::milliseconds kBranchTimeout{3000};

// All keys that change when fields change: counts of pointers depend on the fields that say which pointers count.
std::set<std::string> with_counts(const Layout& layout, const std::set<std::string>& keys) {
  auto all = keys;
  for (const auto& link : layout.links)
    for (const auto& source : {link.field, link.alive_counter, live_key(link.object)})
      if (keys.contains(source)) all.insert(link.count);
  return all;
}

// All applications of functions in a formula. Z3 uses what it is told of all objects where it meets such a term in what
// it has found to matter; each is given a name, so that it matters from the start.
void name_terms(z3::solver& solver, const expr& e, std::set<unsigned>& seen) {
  if (!seen.insert(Z3_get_ast_id(e.ctx(), e)).second || !e.is_app()) return;
  for (unsigned i = 0; i < e.num_args(); ++i) name_terms(solver, e.arg(i), seen);
  if (e.num_args() > 0 && e.decl().decl_kind() == Z3_OP_UNINTERPRETED)
    solver.add(e == e.ctx().constant(fmt::format("seen!{}", seen.size()).c_str(), e.get_sort()));
}

bool names_function(const std::string& spelled, const std::string& name) {
  const auto at = spelled.find(name + "(");
  return at != std::string::npos && (at == 0 || spelled[at - 1] == ':' || spelled[at - 1] == ' ');
}

}  // namespace

SymbolicRun::SymbolicRun(z3::context& c, const ProofSetting& setting, std::vector<bool> decisions)
    : setting_(setting),
      symbols_(c),
      solver_(c, z3::solver::simple()),
      decisions_(std::move(decisions)),
      path_(c.bool_val(true)),
      no_room_(c.bool_val(false)) {
  z3::params params(c);
  params.set("mbqi", false);
  params.set("auto_config", false);
  params.set("ctrl_c", false);  // signals are the program's own: the library would take one for itself, and go on
  solver_.set(params);
}

SymbolicRun::SymbolicRun(const Symbols& symbols, const ProofSetting& setting, std::vector<bool> decisions,
                         const z3::solver& solver)
    : setting_(setting),
      symbols_(symbols),
      solver_(solver),
      decisions_(std::move(decisions)),
      path_(symbols.truth(true)),
      no_room_(symbols.truth(false)) {}

expr SymbolicRun::fresh(const std::string& name, const std::string& kind) {
  const expr x = symbols_.constant(fmt::format("{}!{}", name, names_[name]++), kind);
  if (finite()) assume(symbols_.finite()->within(x));
  return x;
}

std::map<std::string, SortPair> map_sorts(const ProofSetting& setting) {
  const auto& layout = *setting.layout;
  auto sorts = setting.ghost_maps;
  for (const auto& field : layout.fields) sorts[field.key] = {field.object, field.target};
  for (const auto& kind : layout.kinds) {
    sorts[live_key(kind.name)] = {kind.name, "bool"};
    sorts[age_key(kind.name)] = {kind.name, "int"};
  }
  for (const auto& link : layout.links) sorts[link.count] = {link.target, "int"};
  for (const auto& chain : layout.chains)
    if (setting.shares.contains(chain)) sorts[sum_key(chain)] = {layout.field(chain).object, "int"};
  return sorts;
}

std::map<std::string, SortPair> relation_sorts(const ProofSetting& setting) {
  auto sorts = setting.ghost_relations;
  for (const auto& chain : setting.layout->chains) {
    const auto& kind = setting.layout->field(chain).object;
    sorts[reach_key(chain)] = {kind, kind};
  }
  return sorts;
}

SymbolicState unknown_state(const Symbols& symbols, const ProofSetting& setting) {
  SymbolicState s;
  for (const auto& [key, sorts] : map_sorts(setting)) s.maps[key] = symbols.unknown_map(key, sorts.first, sorts.second);
  for (const auto& [key, sorts] : relation_sorts(setting))
    s.relations[key] = symbols.unknown_relation(key, sorts.first, sorts.second);
  s.now = {symbols.constant("now", "int")};
  return s;
}

void SymbolicRun::start_anywhere() {
  const auto& layout = *setting_.layout;
  const bool at_reap = state_.release_at_reap;
  state_ = unknown_state(symbols_, setting_);
  state_.release_at_reap = at_reap;
  for (const auto& kind : layout.kinds) assume(!state_.map(live_key(kind.name))(symbols_.null(kind.name)));
  for (const auto& chain : layout.chains)
    if (setting_.shares.contains(chain))
      assume(state_.map(sum_key(chain))(symbols_.null(layout.field(chain).object)) == 0);
  before_ = state_;
  assume_state();
}

void SymbolicRun::start_empty() {
  auto& s = state_;
  const auto nothing = [&](const std::string& kind) {
    if (kind == "bool") return symbols_.truth(false);
    return kind == "int" ? symbols_.number(0) : symbols_.null(kind);
  };
  for (const auto& [key, sorts] : map_sorts(setting_)) s.maps[key] = symbols_.same_everywhere(nothing(sorts.second));
  for (const auto& [key, sorts] : relation_sorts(setting_))
    s.relations[key] = SymbolicRelation([no = symbols_.truth(false)](const expr&, const expr&) { return no; });
  s.now = {symbols_.number(0)};
  before_ = s;
}

void SymbolicRun::assume(const expr& fact) {
  const expr simple = fact.simplify();
  if (simple.is_true()) return;
  solver_.add(simple);
  if (finite()) {
    path_ = path_ && simple;
    if (example_ && !example_->eval(simple, true).is_true()) example_.reset();
  } else {
    assumed_.add(digests_.of(simple));
  }
  if (simple.is_quantifier()) return;
  const bool negated = simple.is_not();
  const expr atom = negated ? simple.arg(0) : simple;
  kept_.push_back(atom);
  known_[Z3_get_ast_id(atom.ctx(), atom)] = !negated;
}

void SymbolicRun::assume_all(const StateClaims& claims) {
  for (const auto& claim : claims) assume(quantified(symbols_, claim));
}

void SymbolicRun::assume_state() {
  assume_all(setting_.theorems(symbols_, state_));
  assume_all(setting_.invariants(symbols_, state_));
  assume_all(setting_.consequences(symbols_, state_));
}

SymbolicRun::Said SymbolicRun::unsatisfiable(const expr& more, std::chrono::milliseconds timeout, Obligation* note) {
  if (finite()) return ask(more, timeout);
  Digest problem = assumed_;
  problem.add(setting_.solver_name);
  problem.add(digests_.of(more));
  const auto key = problem.text();
  if (note != nullptr) note->key = key;
  if (setting_.cache != nullptr)
    if (const auto entry = setting_.cache->find(key)) {
      if (note != nullptr) {
        note->cached = true;
        note->seconds = entry->seconds;
      }
      ++result_.from_cache;
      return entry->answer == ProofAnswer::proved ? Said::yes
             : entry->answer == ProofAnswer::open ? Said::no
                                                  : Said::dont_know;
    }
  const auto begin = std::chrono::steady_clock::now();
  bool cut_short = false;
  if (setting_.deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*setting_.deadline - begin);
    if (left.count() <= 0) return Said::dont_know;
    cut_short = left < timeout;
    timeout = std::min(timeout, left);
  }
  const auto said = ask(more, timeout);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (note != nullptr) note->seconds = seconds;
  if (setting_.cache != nullptr && !(cut_short && said == Said::dont_know))
    setting_.cache->put(key, {said == Said::yes  ? ProofAnswer::proved
                              : said == Said::no ? ProofAnswer::open
                                                 : ProofAnswer::unknown,
                              seconds});
  return said;
}

SymbolicRun::Said SymbolicRun::ask(const expr& more, std::chrono::milliseconds timeout) {
  z3::params params(symbols_.context());
  params.set("timeout", static_cast<unsigned>(timeout.count()));
  solver_.set(params);
  solver_.push();
  solver_.add(more);
  std::set<unsigned> seen;
  if (!finite()) name_terms(solver_, more, seen);
  const auto answer = solver_.check();
  const std::string reason = answer == z3::unknown ? solver_.reason_unknown() : "";
  if (finite() && answer == z3::sat) example_ = solver_.get_model();
  solver_.pop();
  // Without models of quantified formulas Z3 calls whatever it cannot refute unknown, and says why it stopped.
  const bool gave_up = reason.find("timeout") != std::string::npos || reason.find("canceled") != std::string::npos ||
                       reason.find("resource") != std::string::npos;
  return answer == z3::unsat ? Said::yes : gave_up ? Said::dont_know : Said::no;
}

bool SymbolicRun::possible(const expr& condition) {
  return unsatisfiable(condition, std::min(kBranchTimeout, setting_.timeout), nullptr) != Said::yes;
}

// The same where an example of the path may say so. Leaves an example, if it is.
bool SymbolicRun::can_be(const expr& condition) {
  if (example_ && example_->eval(condition, true).is_true()) return true;
  return possible(condition);
}

bool SymbolicRun::decide(const expr& condition) {
  const expr simple = condition.simplify();
  if (simple.is_true()) return true;
  if (simple.is_false()) return false;
  const bool negated = simple.is_not();
  const expr atom = negated ? simple.arg(0) : simple;
  if (const auto known = known_.find(Z3_get_ast_id(atom.ctx(), atom)); known != known_.end())
    return known->second != negated;
  bool side = true;
  if (replaying()) {
    side = decisions_[taken_.size()];
  } else {
    const auto example = example_;
    side = can_be(simple);
    auto on_this_side = example_;
    if (side) {
      example_ = example;
      if (can_be(!simple)) {
        result_.open.push_back(taken_);
        result_.open.back().push_back(false);
      }
      example_ = std::move(on_this_side);
    }
  }
  taken_.push_back(side);
  assume(side ? simple : !simple);
  return side;
}

bool SymbolicRun::branch(Branch site, const expr& condition) { return branch(site, decide(condition)); }

bool SymbolicRun::branch(Branch site, bool condition) {
  result_.sides[static_cast<size_t>(site)][condition] = true;
  static constexpr const char* kNames[] = {
#define X(name, text) #name,
      LOCKSTEP_BRANCHES(X)
#undef X
  };
  result_.words +=
      fmt::format("{}{}{}", result_.words.empty() ? "" : " ", condition ? "" : "!", kNames[static_cast<size_t>(site)]);
  return condition;
}

void SymbolicRun::warn(Branch site) {
  owe("at a WARN", fmt::format("no WARN: {}", static_cast<int>(site)), Property::refcount_exact, symbols_.truth(false));
}

void SymbolicRun::owe(const std::string& where, const std::string& formula, std::optional<Property> property,
                      const expr& goal) {
  if (!owes()) return;
  const expr simple = goal.simplify();
  if (simple.is_true()) return;
  if (finite()) {
    if (asks_for(property, formula)) owed_.push_back({property, formula, path_ && !simple});
    return;
  }
  Obligation obligation;
  obligation.path = result_.words + (where.empty() ? "" : "; " + where);
  obligation.formula = formula;
  const auto said = unsatisfiable(!simple, setting_.timeout, &obligation);
  obligation.answer = said == Said::yes  ? ProofAnswer::proved
                      : said == Said::no ? ProofAnswer::open
                                         : ProofAnswer::unknown;
  result_.obligations.push_back(std::move(obligation));
  result_.properties.push_back(property);
  result_.invariant.push_back(!of_step_ && property != Property::limit);
  if (setting_.to_first_open && said == Said::no) throw PathEnds{};
}

void SymbolicRun::owe_all(const std::string& where, const StateClaims& claims, const StateClaims& known) {
  if (!owes()) return;
  for (const auto& claim : claims) {
    if (finite() && !asks_for(claim.property, claim.name)) continue;
    std::vector<expr> any;
    for (const auto& kind : claim.over)
      any.push_back(symbols_.constant(fmt::format("any{}!{}", any.size(), kind), kind));
    expr goal = claim.body(any);
    if (finite())
      for (const auto& x : any) goal = goal || !symbols_.finite()->within(x);
    goal = goal.simplify();
    const auto same = [&](const StateClaim& other) {
      return other.name == claim.name && z3::eq(goal, other.body(any).simplify());
    };
    if (std::none_of(known.begin(), known.end(), same)) owe(where, claim.name, claim.property, goal);
  }
}

// What is assumed must not contradict itself: anything would follow. A path that nobody can take, for all that the
// solver saw at its branches, is no contradiction of the assumptions, but then nothing is shown there: it is told.
void SymbolicRun::owe_sense(const std::string& where) {
  if (finite() || !owes() || unsatisfiable(symbols_.truth(true), kBranchTimeout, nullptr) != Said::yes) return;
  Obligation obligation;
  obligation.path = result_.words + "; " + where;
  obligation.formula = "the assumptions do not contradict each other";
  obligation.answer = ProofAnswer::unknown;
  result_.obligations.push_back(std::move(obligation));
  result_.properties.push_back(std::nullopt);
  result_.invariant.push_back(true);
}

void SymbolicRun::owe_invariants(const std::string& where) {
  if (finite()) return owe_all(where, setting_.invariants(symbols_, state_), {});
  assume_all(setting_.theorems(symbols_, state_));
  owe_sense(where);
  owe_all(where, setting_.invariants(symbols_, state_), setting_.invariants(symbols_, before_));
}

bool SymbolicRun::distinct(const expr& x, const expr& y) const {
  int at_x = -1, at_y = -1;
  for (size_t i = 0; i < made_.size(); ++i) {
    if (z3::eq(made_[i].object, x)) at_x = static_cast<int>(i);
    if (z3::eq(made_[i].object, y)) at_y = static_cast<int>(i);
  }
  if (at_x < 0 || at_y < 0 || at_x == at_y) return false;
  const int first = std::min(at_x, at_y), second = std::max(at_x, at_y);
  const int freed = made_[static_cast<size_t>(first)].freed_at;
  return freed < 0 || freed > second;  // otherwise the second may be in the first one's place
}

expr SymbolicRun::at_map(const SymbolicMap& map, const expr& x, const expr& value, const expr& y) const {
  if (z3::eq(x, y)) return value;
  if (distinct(x, y)) return map(y);
  return z3::ite(y == x, value, map(y));
}

void SymbolicRun::update(const std::string& key, const expr& x, const expr& value) {
  for (auto& changed : changed_) changed.insert(key);
  auto& map = state_.maps.at(key);
  // `distinct` must be asked as things are now: addresses are used again.
  std::vector<expr> others;
  for (const auto& made : made_)
    if (distinct(made.object, x)) others.push_back(made.object);
  map = SymbolicMap([old = map, x, value, others](const expr& y) {
    if (z3::eq(x, y)) return value;
    for (const auto& other : others)
      if (z3::eq(other, y)) return old(y);
    return z3::ite(y == x, value, old(y));
  });
}

void SymbolicRun::in_flight(const std::string& counter, const expr& object, const expr& number) {
  auto& list = state_.in_flight;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i].counter != counter || !z3::eq(list[i].object, object)) continue;
    list[i].number = (list[i].number + number).simplify();
    int sum = 0;
    if (list[i].number.is_numeral_i(sum) && sum == 0) list.erase(list.begin() + static_cast<long>(i));
    return;
  }
  list.push_back({counter, object, number});
}

bool SymbolicRun::counts(const LinkLayout& link, const expr& x) {
  if (!decide(state_.map(live_key(link.object))(x))) return false;
  return link.alive_counter.empty() || !decide(state_.map(link.alive_counter)(x) == 0);
}

// Any change to an object moves the counts by what it led to before and after; what a pointer held is then in the
// operation's hands, and the other way round.
void SymbolicRun::change(const expr& x, const std::string& key, const std::function<void()>& change) {
  struct Held {
    const LinkLayout* link;
    std::optional<expr> target;
  };
  std::vector<Held> held;
  const auto kind = symbols_.kind_of(x);
  for (const auto& link : layout().links) {
    if (link.object != kind) continue;
    if (link.field != key && link.alive_counter != key && key != live_key(kind)) continue;
    held.push_back({&link, {}});
    if (counts(link, x)) held.back().target = state_.map(link.field)(x);
  }
  change();
  for (const auto& [link, before] : held) {
    std::optional<expr> after;
    if (counts(*link, x)) after = state_.map(link->field)(x);
    if (before && after && z3::eq(*before, *after)) continue;
    const auto move = [&](const std::optional<expr>& target, int by) {
      if (!target || z3::eq(*target, symbols_.null(link->target))) return;
      update(link->count, *target, (state_.map(link->count)(*target) + by).simplify());
      for (const auto& counter : link->holds_up) in_flight(counter, *target, symbols_.number(-by));
    };
    move(before, -1);
    move(after, 1);
  }
}

void SymbolicRun::require_live(const expr& x) {
  if (live_.contains(Z3_get_ast_id(x.ctx(), x))) return;
  const expr live = state_.map(live_key(symbols_.kind_of(x)))(x);
  owe("", fmt::format("no freed {} is touched", symbols_.kind_of(x)), Property::no_use_after_free, live);
  if (!finite()) assume(live);  // a concrete memory goes on with what stands there
  kept_.push_back(x);
  live_.insert(Z3_get_ast_id(x.ctx(), x));
}

expr SymbolicRun::load(const std::string& key, const expr& x) {
  require_live(x);
  return state_.map(key)(x).simplify();
}

void SymbolicRun::zero(const expr& x, bool is) {
  auto& list = state_.at_zero;
  const auto found = std::find_if(list.begin(), list.end(), [&](const expr& y) { return z3::eq(x, y); });
  if (is && found == list.end()) list.push_back(x);
  if (!is && found != list.end()) list.erase(found);
}

void SymbolicRun::store(const std::string& key, const expr& x, const expr& value) {
  require_live(x);
  const auto kind = symbols_.kind_of(x);
  const expr old = state_.map(key)(x).simplify();
  const bool main_counter = layout().kind(kind).counter == key;
  bool is_counter = main_counter;
  for (const auto& link : layout().links)
    is_counter |= link.target == kind && std::count(link.holds_up.begin(), link.holds_up.end(), key) != 0;
  const auto chain = std::find(layout().chains.begin(), layout().chains.end(), key);
  if (chain != layout().chains.end() && !z3::eq(old, value)) {
    // Whatever an object leads to is settled before anything leads to the object.
    const expr other = symbols_.constant("any!" + kind, kind);
    owe("", fmt::format("nothing leads to a {} whose prev is set", kind), Property::acyclic,
        !(state_.map(live_key(kind))(other) && other != x && state_.relation(reach_key(key))(other, x)));
  }
  std::map<std::string, expr> shares;
  for (const auto& [of, share] : setting_.shares)
    if (layout().field(of).object == kind) shares.emplace(of, share(symbols_, state_, x).simplify());
  if (is_counter && !z3::eq(old, value)) in_flight(key, x, (value - old).simplify());
  change(x, key, [&] { update(key, x, value); });
  if (main_counter) {
    int number = 0;
    zero(x, value.is_numeral_i(number) && number == 0);
  }
  if (chain != layout().chains.end() && !z3::eq(old, value)) {
    auto& reach = state_.relations.at(reach_key(key));
    const expr null = symbols_.null(kind);
    reach = SymbolicRelation([old = reach, x, value, null](const expr& y, const expr& z) {
      const expr from_x = z == x || (value != null && old(value, z));
      return z3::eq(x, y) ? from_x : z3::ite(y == x, from_x, old(y, z));
    });
    if (state_.maps.contains(sum_key(key)))
      update(sum_key(key), x,
             (setting_.shares.at(key)(symbols_, state_, x) + state_.map(sum_key(key))(value)).simplify());
  }
  for (const auto& [of, before] : shares) {
    const expr after = setting_.shares.at(of)(symbols_, state_, x).simplify();
    if (z3::eq(before, after)) continue;
    for (auto& changed : changed_) changed.insert(sum_key(of));
    auto& sum = state_.maps.at(sum_key(of));
    const expr more = (after - before).simplify();
    sum = SymbolicMap([old = sum, reach = state_.relation(reach_key(of)), x, more](const expr& y) {
      return z3::eq(x, y) ? old(y) + more : old(y) + z3::ite(reach(y, x), more, more.ctx().num_val(0, more.get_sort()));
    });
  }
}

void SymbolicRun::add(const std::string& counter, const expr& x, int number) {
  store(counter, x, (load(counter, x) + number).simplify());
}

bool SymbolicRun::dec_and_test(const std::string& counter, const expr& x) {
  const expr old = load(counter, x);
  const bool last = decide(old == 1);
  if (last) {
    store(counter, x, symbols_.number(0));
  } else {
    if (decide(old == 0)) {  // goes below 0
      store(counter, x, symbols_.number(-1));
    } else {
      store(counter, x, (old - 1).simplify());
    }
  }
  return last;
}

expr SymbolicRun::named(const std::string& kind, uint16_t index) const { return symbols_.named(kind, index); }

// The lowest place in which nothing is.
void SymbolicRun::take_lowest(const expr& x, const std::string& kind) {
  const auto& live = state_.map(live_key(kind));
  const auto& places = symbols_.finite()->places(kind);
  expr below = symbols_.truth(true), lowest = symbols_.truth(false);
  for (size_t i = 1; i < places.size(); ++i) {
    const expr taken = live(places[i]).simplify();
    lowest = lowest || (below && !taken && x == places[i]);
    below = below && taken;
  }
  no_room_ = no_room_ || (path_ && below);
  assume(lowest);
}

expr SymbolicRun::make_named(const std::string& kind, uint16_t index) {
  const expr x = index == 0 ? fresh("new." + kind, kind) : named(kind, index);
  assume(x != symbols_.null(kind));
  assume(!state_.map(live_key(kind))(x));
  if (finite() && index == 0) take_lowest(x, kind);
  // What is live already is not this: says the same, but a decision sees it without asking the solver.
  for (const auto& made : made_)
    if (made.freed_at < 0 && symbols_.kind_of(made.object) == kind) assume(made.object != x);
  made_.push_back({x, -1});
  update(live_key(kind), x, symbols_.truth(true));
  for (const auto& field : layout().fields) {
    if (field.object != kind) continue;
    update(field.key, x,
           field.pointer ? symbols_.null(field.target)
                         : (field.target == "bool" ? symbols_.truth(false) : symbols_.number(0)));
  }
  update(age_key(kind), x, state_.now[0]);
  state_.now[0] = (state_.now[0] + 1).simplify();
  if (state_.maps.contains(kEnding) && setting_.ghost_maps.at(kEnding).first == kind)
    update(kEnding, x, symbols_.truth(false));
  for (const auto& chain : layout().chains) {
    if (layout().field(chain).object != kind) continue;
    auto& reach = state_.relations.at(reach_key(chain));
    reach = SymbolicRelation([old = reach, x](const expr& y, const expr& z) {
      return z3::eq(x, y) ? z == x : z3::ite(y == x, z == x, old(y, z));
    });
    if (const auto share = setting_.shares.find(chain); share != setting_.shares.end())
      update(sum_key(chain), x, share->second(symbols_, state_, x).simplify());
  }
  // What was promised of an object that was in its place is not promised of this one.
  if (finite())
    for (const auto& [key, sorts] : setting_.ghost_relations)
      if (sorts.second == kind)
        state_.relations.at(key) = SymbolicRelation(
            [old = state_.relation(key), x](const expr& y, const expr& z) { return z != x && old(y, z); });
  if (!layout().kind(kind).counter.empty()) zero(x, true);
  kept_.push_back(x);
  live_.insert(Z3_get_ast_id(x.ctx(), x));
  return x;
}

expr SymbolicRun::make(const std::string& kind) { return make_named(kind, 0); }

std::optional<expr> SymbolicRun::alloc(const std::string& kind) {
  if (memory_left()) return make(kind);
  return std::nullopt;
}

bool SymbolicRun::memory_left() {
  if (trial_) return true;
  ++allocations_;
  if (finite() && memory_failed_) return true;  // one fails in a step, as in a trace
  if (decide(fresh("memory", "bool"))) return true;
  if (!memory_failed_) result_.failed_allocation = allocations_;
  memory_failed_ = true;
  return false;
}

void SymbolicRun::begin_trial(const SymbolicState& state) {
  state_ = state;
  live_.clear();
  trial_ = true;
}

expr SymbolicRun::last_made(const std::string& kind) const {
  for (auto made = made_.rbegin(); made != made_.rend(); ++made)
    if (symbols_.kind_of(made->object) == kind) return made->object;
  return symbols_.null(kind);
}

void SymbolicRun::free(const expr& x) {
  const auto kind = symbols_.kind_of(x);
  require_live(x);
  change(x, live_key(kind), [&] { update(live_key(kind), x, symbols_.truth(false)); });
  zero(x, false);
  std::erase_if(state_.in_flight, [&](const InFlight& entry) { return z3::eq(entry.object, x); });
  for (auto& made : made_)
    if (z3::eq(made.object, x)) made.freed_at = static_cast<int>(made_.size());
  live_.clear();
  for (const auto& made : made_)
    if (made.freed_at < 0 && (symbols_.kind_of(made.object) != kind || distinct(made.object, x)))
      live_.insert(Z3_get_ast_id(made.object.ctx(), made.object));
}

// The sum is a value that the world keeps for each object. That the text adds up the same is owed for one round of its
// loop, at any object of the chain; that all rounds then do is induction along the chain.
expr SymbolicRun::sum(const std::string& chain, const expr& start, const std::function<expr(const expr&)>& value) {
  const auto& total = state_.map(sum_key(chain));
  const auto kind = layout().field(chain).object;
  const auto known = known_;
  const auto live = live_;
  const auto assumed = assumed_;
  const auto path = path_;
  solver_.push();
  const expr at = fresh("at", kind);
  assume(start != symbols_.null(kind));
  assume(at != symbols_.null(kind));
  assume(state_.relation(reach_key(chain))(start, at));
  const expr here = value(at);
  owe("", fmt::format("the sum along {}", chain), Property::limit, here + total(load(chain, at)) == total(at));
  solver_.pop();
  known_ = known;
  live_ = live;
  assumed_ = assumed;
  path_ = path;
  return total(start).simplify();
}

void SymbolicRun::set_ghost(const std::string& key, const expr& x, const expr& value) { update(key, x, value); }

const LoopFrame* SymbolicRun::frame_of(const std::string& function) const {
  for (const auto& frame : frames_)
    if (names_function(function, frame.function)) return &frame;
  return nullptr;
}

void SymbolicRun::havoc(const std::set<std::string>& keys, const std::string& when) {
  for (const auto& key : with_counts(layout(), keys)) {
    for (auto& changed : changed_) changed.insert(key);
    const auto name = fmt::format("{}@{}", key, when);
    std::string from, to = "int";
    for (const auto& field : layout().fields)
      if (field.key == key) from = field.object, to = field.target;
    for (const auto& link : layout().links)
      if (link.count == key) from = link.target;
    for (const auto& kind : layout().kinds)
      if (key == live_key(kind.name)) from = kind.name, to = "bool";
    state_.maps.at(key) = symbols_.unknown_map(name, from, to);
    if (key == live_key(from)) assume(!state_.map(key)(symbols_.null(from)));
  }
  live_.clear();
}

// At the head of a loop: what holds here holds in every round, whatever the rounds before it did.
expr SymbolicRun::cut(const LoopFrame& frame, const expr& cursor) {
  auto& s = state_;
  in_flight(frame.counter, cursor, symbols_.number(-1));
  Open open{s.in_flight, s.at_zero, {}};
  in_flight(frame.counter, cursor, symbols_.number(1));
  owe_invariants("at the head of " + frame.function);
  const auto when = fmt::format("{}.{}", frame.function, names_["head"]++);
  havoc(frame.may_change, when);
  s.in_flight = open.in_flight;
  const expr at = fresh("at", frame.kind);
  in_flight(frame.counter, at, symbols_.number(1));
  open.cursor = {at};
  heads_.push_back({frame.function, at});
  loops_.push_back(open);
  changed_.emplace_back();
  before_ = s;
  assume_state();
  owe_sense("in a round of " + frame.function);
  return at;
}

void SymbolicRun::after_loop(const LoopFrame& frame) {
  const auto allowed = with_counts(layout(), frame.may_change);
  for (const auto& key : changed_.back())
    if (!allowed.contains(key))
      owe("after a round of " + frame.function, "a round changes nothing else than " + key, std::nullopt,
          symbols_.truth(false));
  changed_.pop_back();
  loops_.pop_back();
}

void SymbolicRun::after_round(const LoopFrame& frame, const expr& cursor) {
  const Open open = loops_.back();
  after_ = cursor;
  after_loop(frame);
  state_.in_flight = open.in_flight;
  state_.at_zero = open.at_zero;
  in_flight(frame.counter, cursor, symbols_.number(1));
  const auto& age = state_.map(age_key(frame.kind));
  owe("after a round of " + frame.function, "the walk goes on to an older object", Property::acyclic,
      cursor == symbols_.null(frame.kind) || age(cursor) < age(open.cursor[0]));
  owe_invariants("after a round of " + frame.function);
}

void SymbolicRun::endless(const std::string& function) {
  owe("", fmt::format("the loop in {} ends", function), Property::acyclic, symbols_.truth(false));
}

}  // namespace lockstep
