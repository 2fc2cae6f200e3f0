// SPDX-License-Identifier: GPL-2.0-or-later
// The memory of a mechanism as formulas: each field a function from objects to values, for any number of objects;
// beside it what the world itself keeps exact: counts of pointers, which object a chain reaches, sums along chains,
// ages.
#pragma once

#include <z3++.h>

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

// Of one Z3 context: sorts by kind of object, and the null pointer of each.
class Symbols {
 public:
  explicit Symbols(z3::context& c) : c_(c) {}
  z3::context& context() const { return c_; }
  z3::sort sort(const std::string& kind) const {
    if (kind == "int") return c_.int_sort();
    if (kind == "bool") return c_.bool_sort();
    return c_.uninterpreted_sort(kind.c_str());
  }
  expr constant(const std::string& name, const std::string& kind) const {
    return c_.constant(name.c_str(), sort(kind));
  }
  expr null(const std::string& kind) const { return constant("null:" + kind, kind); }
  expr number(int value) const { return c_.int_val(value); }
  expr truth(bool value) const { return c_.bool_val(value); }
  SymbolicMap unknown_map(const std::string& name, const std::string& from, const std::string& to) const {
    const auto f = c_.function(name.c_str(), sort(from), sort(to));
    return SymbolicMap([f](const expr& x) { return f(x); });
  }
  SymbolicRelation unknown_relation(const std::string& name, const std::string& a, const std::string& b) const {
    const auto f = c_.function(name.c_str(), sort(a), sort(b), c_.bool_sort());
    return SymbolicRelation([f](const expr& x, const expr& y) { return f(x, y); });
  }
  SymbolicMap same_everywhere(const expr& value) const {
    return SymbolicMap([value](const expr&) { return value; });
  }

 private:
  z3::context& c_;
};
inline std::string kind_of(const expr& x) { return x.get_sort().name().str(); }

}  // namespace lockstep
