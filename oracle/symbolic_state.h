// SPDX-License-Identifier: GPL-2.0-or-later
// The memory of a mechanism as formulas: each field a function from objects to values, for any number of objects;
// beside it what the world itself keeps exact: counts of pointers, which object a chain reaches, sums along chains,
// ages.
#pragma once

#include <z3++.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "oracle/object_layout.h"

namespace lockstep {

using z3::expr;

// A function of one object. Changing it at one object makes a new one around the old.
class SymbolicMap {
 public:
  using Function = std::function<expr(const expr&)>;
  SymbolicMap() = default;
  explicit SymbolicMap(Function function) : function_(std::make_shared<const Function>(std::move(function))) {}
  expr operator()(const expr& x) const { return (*function_)(x); }

 private:
  std::shared_ptr<const Function> function_;
};
class SymbolicRelation {
 public:
  using Function = std::function<expr(const expr&, const expr&)>;
  SymbolicRelation() = default;
  explicit SymbolicRelation(Function function) : function_(std::make_shared<const Function>(std::move(function))) {}
  expr operator()(const expr& x, const expr& y) const { return (*function_)(x, y); }

 private:
  std::shared_ptr<const Function> function_;
};

// References of a counter in the hands of the running operation: `number` of them to `object`. Below 0: it has dropped
// references that pointers still hold.
struct InFlight {
  std::string counter;
  expr object;
  expr number;
};

struct SymbolicState {
  std::map<std::string, SymbolicMap> maps;            // by a field's key, or what stands below
  std::map<std::string, SymbolicRelation> relations;  // "reach:" chain: x is y, or y is on the chain from x
  std::vector<expr> now;                              // one: how many objects were made so far
  std::vector<InFlight> in_flight;
  std::vector<expr> at_zero;     // objects whose counter is 0 and that are not freed: made or ended by this operation
  bool release_at_reap = false;  // seccomp's switch
  const SymbolicMap& map(const std::string& key) const { return maps.at(key); }
  const SymbolicRelation& relation(const std::string& key) const { return relations.at(key); }
};
// Keys of maps that are no fields.
inline std::string live_key(const std::string& kind) { return "live:" + kind; }
inline std::string age_key(const std::string& kind) { return "made:" + kind; }  // the lower, the older
inline std::string sum_key(const std::string& chain) { return "sum:" + chain; }
inline std::string reach_key(const std::string& chain) { return "reach:" + chain; }
// An operation is ending the task: it has no view any more.
inline constexpr const char* kEnding = "task.ending";

// Of each kind of object so many and no more: places, of which the first is null. All is bits, so that a solver needs
// nothing else. Each kind's places have a width of their own: a term says what it leads to.
class FiniteSorts {
 public:
  static constexpr unsigned kNumberBits = 24;
  void add(z3::context& c, const std::string& kind, size_t count) {
    const auto width = std::max(static_cast<unsigned>(std::bit_width(count)), last_width_ + 1);
    last_width_ = width;
    kinds_[width] = kind;
    auto& places = places_[kind];
    for (size_t i = 0; i <= count; ++i) places.push_back(c.bv_val(static_cast<unsigned>(i), width));
  }
  const std::string& kind_of(const expr& x) const { return kinds_.at(x.get_sort().bv_size()); }
  const std::vector<expr>& places(const std::string& kind) const { return places_.at(kind); }
  // That it is one of the places.
  expr within(const expr& x) const {
    if (!x.is_bv() || !kinds_.contains(x.get_sort().bv_size())) return x.ctx().bool_val(true);
    return z3::ule(x, places(kind_of(x)).back());
  }

 private:
  std::map<unsigned, std::string> kinds_;  // by width
  std::map<std::string, std::vector<expr>> places_;
  unsigned last_width_ = 0;
};

// Of one Z3 context: sorts by kind of object, and the null pointer of each. finite: the kinds of which there is a
// number; `suffix` then tells the names of one step from those of the others.
class Symbols {
 public:
  explicit Symbols(z3::context& c) : c_(c) {}
  Symbols(z3::context& c, const FiniteSorts& finite, std::string suffix)
      : c_(c), finite_(&finite), suffix_(std::move(suffix)) {}
  z3::context& context() const { return c_; }
  const FiniteSorts* finite() const { return finite_; }
  z3::sort sort(const std::string& kind) const {
    if (kind == "bool") return c_.bool_sort();
    if (kind == "int") return finite_ != nullptr ? c_.bv_sort(FiniteSorts::kNumberBits) : c_.int_sort();
    return finite_ != nullptr ? finite_->places(kind)[0].get_sort() : c_.uninterpreted_sort(kind.c_str());
  }
  std::string kind_of(const expr& x) const {
    return finite_ != nullptr ? finite_->kind_of(x) : x.get_sort().name().str();
  }
  expr constant(const std::string& name, const std::string& kind) const {
    return c_.constant((name + suffix_).c_str(), sort(kind));
  }
  // An object that the text knows by its number. (SymbolicWorld compares with it.)
  expr named(const std::string& kind, uint16_t index) const {
    return c_.constant((kind + "!" + std::to_string(index)).c_str(), sort(kind));
  }
  expr null(const std::string& kind) const {
    if (finite_ != nullptr) return finite_->places(kind)[0];
    return constant("null:" + kind, kind);
  }
  expr number(int value) const { return c_.num_val(value, sort("int")); }
  expr truth(bool value) const { return c_.bool_val(value); }
  SymbolicMap unknown_map(const std::string& name, const std::string& from, const std::string& to) const {
    if (finite_ != nullptr) return table(name, from, to);
    const auto f = c_.function(name.c_str(), sort(from), sort(to));
    return SymbolicMap([f](const expr& x) { return f(x); });
  }
  SymbolicRelation unknown_relation(const std::string& name, const std::string& a, const std::string& b) const {
    if (finite_ != nullptr) {
      std::vector<SymbolicMap> rows;
      for (size_t i = 0; i < finite_->places(a).size(); ++i)
        rows.push_back(table(name + "/" + std::to_string(i), b, "bool"));
      return SymbolicRelation([rows, places = finite_->places(a)](const expr& x, const expr& y) {
        return chosen(places, x, [&](size_t i) { return rows[i](y); });
      });
    }
    const auto f = c_.function(name.c_str(), sort(a), sort(b), c_.bool_sort());
    return SymbolicRelation([f](const expr& x, const expr& y) { return f(x, y); });
  }
  SymbolicMap same_everywhere(const expr& value) const {
    return SymbolicMap([value](const expr&) { return value; });
  }

 private:
  // value(i) for the i-th place, where x is that.
  template <class Value>
  static expr chosen(const std::vector<expr>& places, const expr& x, Value value) {
    for (size_t i = 0; i < places.size(); ++i)
      if (z3::eq(x, places[i])) return value(i);
    expr all = value(places.size() - 1);
    for (size_t i = places.size() - 1; i-- > 0;) all = z3::ite(x == places[i], value(i), all);
    return all;
  }
  // A constant for each place.
  SymbolicMap table(const std::string& name, const std::string& from, const std::string& to) const {
    std::vector<expr> values;
    for (size_t i = 0; i < finite_->places(from).size(); ++i)
      values.push_back(constant(name + "." + std::to_string(i), to));
    return SymbolicMap([values, places = finite_->places(from)](const expr& x) {
      return chosen(places, x, [&](size_t i) { return values[i]; });
    });
  }
  z3::context& c_;
  const FiniteSorts* finite_ = nullptr;
  std::string suffix_;
};

}  // namespace lockstep
