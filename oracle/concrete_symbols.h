// SPDX-License-Identifier: GPL-2.0-or-later
// What the names in a symbolic run's formulas stand for where a step was taken on numbers: the state before it, how
// things stood at the heads of its loops, who acted and what was made.
#pragma once

#include <stdexcept>

#include "oracle/claims_of.h"
#include "oracle/concrete_logic.h"
#include "oracle/recorded_world.h"
#include "oracle/symbolic_state.h"
#include "oracle/symbolic_world.h"

namespace lockstep {

template <class State, class TaskKind>
class ConcreteSymbols {
 public:
  using Kinds = KindsIn<State>;
  using Logic = ConcreteLogic<State, TaskKind>;
  using Ages = typename RecordedWorld<State>::Ages;

  // A state with all that belongs to it.
  struct View {
    const State* memory = nullptr;
    OpenPromise* promise = nullptr;
    const std::function<bool(uint16_t)>* ending = nullptr;
    const Ages* ages = nullptr;
    Logic logic() const { return Logic(*memory, *promise, *ending, false); }
    bool acts(int64_t task) const { return acts_in(logic(), task); }
    bool in_use(int64_t group) const {
      const auto l = logic();
      bool used = false;
      l.template each_object<TaskKind>(
          [&](auto task) { used |= group != 0 && lockstep::acts(l, task) && l.has(task, ref<Group>(group)); });
      return used;
    }

   private:
    static bool acts_in(const Logic& l, int64_t task) { return lockstep::acts(l, ref<TaskKind>(task)); }
  };
  using Reader = std::function<int64_t(const View&, int64_t x, int64_t y)>;
  // A function of a state, of one object or of two.
  struct Function {
    std::vector<std::string> over;
    Reader read;
    Reader matters;  // whether the text says anything of these objects: nobody asks for the fields of freed memory
    bool promise = false;
  };
  struct Case {
    View before;
    std::vector<View> heads;
    std::vector<uint16_t> cursors;
    int64_t now = 0, actor = 0, other = 0, size = 0, group_made = 0;
    uint32_t fail_alloc = 0;
    const std::map<std::string, std::vector<uint16_t>>* made = nullptr;
  };
  using Meaning = std::function<int64_t(const Case&, int64_t x, int64_t y)>;

  ConcreteSymbols() {
    Kinds::each([&]<class T>(Over<T>) { add_kind<T>(); });
    add_promise();
  }
  const std::map<std::string, Function>& functions() const { return functions_; }
  Function& function(const std::string& key) { return functions_.at(key); }

  // cursors: what the path calls them, head by head.
  Meaning meaning(const std::string& symbol, const std::vector<std::string>& cursors) const {
    if (const auto at = std::find(cursors.begin(), cursors.end(), symbol); at != cursors.end())
      return [head = at - cursors.begin()](const Case& c, int64_t, int64_t) {
        return c.cursors[static_cast<size_t>(head)];
      };
    const auto at = symbol.find('@');
    if (const auto function = functions_.find(symbol.substr(0, at)); function != functions_.end()) {
      if (at == symbol.npos)
        return [read = function->second.read](const Case& c, int64_t x, int64_t y) { return read(c.before, x, y); };
      return [read = function->second.read, head = number_after(symbol, '.')](const Case& c, int64_t x, int64_t y) {
        return read(c.heads.at(head), x, y);
      };
    }
    return constant(symbol);
  }

 private:
  template <class T>
  static Ref<T> ref(int64_t x) {
    return {static_cast<uint16_t>(x)};
  }
  static size_t number_after(const std::string& symbol, char mark) {
    return std::stoul(symbol.substr(symbol.rfind(mark) + 1));
  }
  template <class V>
  static int64_t number(V value) {
    if constexpr (std::is_arithmetic_v<V>)
      return static_cast<int64_t>(value);
    else
      return value.index;
  }

  static Meaning constant(const std::string& symbol) {
    const std::string task = TaskKind::kName;
    if (symbol.starts_with("null:")) return [](const Case&, int64_t, int64_t) { return 0; };
    if (symbol == task + "!1") return [](const Case& c, int64_t, int64_t) { return c.actor; };
    if (symbol == task + "!2") return [](const Case& c, int64_t, int64_t) { return c.other; };
    if (symbol == kAnySizeName) return [](const Case& c, int64_t, int64_t) { return c.size; };
    if (symbol == "now") return [](const Case& c, int64_t, int64_t) { return c.now; };
    if (symbol == "group!made") return [](const Case& c, int64_t, int64_t) { return c.group_made; };
    if (symbol.starts_with("memory!"))
      return [nth = number_after(symbol, '!') + 1](const Case& c, int64_t, int64_t) { return c.fail_alloc != nth; };
    if (symbol.starts_with("new."))
      return [kind = symbol.substr(4, symbol.rfind('!') - 4), nth = number_after(symbol, '!')](const Case& c, int64_t,
                                                                                               int64_t) -> int64_t {
        const auto made = c.made->find(kind);
        return made != c.made->end() && nth < made->second.size() ? made->second[nth] : kNowhere;
      };
    throw std::logic_error("a name in a formula that nobody knows: " + symbol);
  }
  static constexpr int64_t kNowhere = 63;  // a place that is free: whoever makes states leaves it so

  void add(const std::string& key, std::vector<std::string> over, Reader read, Reader matters, bool promise = false) {
    functions_[key] = {std::move(over), std::move(read), std::move(matters), promise};
  }
  template <class T>
  void add_kind() {
    const Reader live = [](const View& v, int64_t x, int64_t) { return v.logic().live(ref<T>(x)); };
    const Reader holds = [](const View& v, int64_t x, int64_t) { return v.logic().template holds<T>(ref<T>(x)); };
    add(live_key(T::kName), {T::kName}, live, always());
    add(
        age_key(T::kName), {T::kName},
        [](const View& v, int64_t x, int64_t) -> int64_t {
          const auto ages = v.ages->find(T::kName);
          return ages == v.ages->end() || static_cast<size_t>(x) >= ages->second.size()
                     ? 0
                     : ages->second[static_cast<size_t>(x)];
        },
        live);
    each_field<T>(Kinds(), [&](auto field, auto... slot) {
      add(
          key_of(field, slot...), {T::kName},
          [=](const View& v, int64_t x, int64_t) { return number(v.logic().get(field, ref<T>(x), slot...)); }, live);
    });
    each_pointer<T>(Kinds(), [&](auto field, auto... slot) {
      if (field.holds != Holds::nothing) add_count<T>(ends_of(field, slot...), field, slot...);
      if constexpr (kIsChain<decltype(field)>) {
        add(
            reach_key(key_of(field)), {T::kName, T::kName},
            [=](const View& v, int64_t x, int64_t y) { return v.logic().reaches(field, ref<T>(x), ref<T>(y)); }, holds);
        add(
            sum_key(key_of(field)), {T::kName},
            [=](const View& v, int64_t x, int64_t) { return v.logic().sum(field, ref<T>(x)); }, holds);
      }
    });
  }
  template <class T, class To, class F, class... Slot>
  void add_count(Over<T, To>, F field, Slot... slot) {
    add(
        "n:" + key_of(field, slot...), {To::kName},
        [=](const View& v, int64_t x, int64_t) { return v.logic().pointers(ref<To>(x), field, slot...); }, always());
    if constexpr (kHasUsers<To> && std::is_same_v<T, Filter>)
      add(
          "n:" + key_of(field) + "/users", {To::kName},
          [](const View& v, int64_t x, int64_t) { return v.logic().pointers_of_users(ref<To>(x)); }, always());
  }
  static Reader always() {
    return [](const View&, int64_t, int64_t) { return 1; };
  }

  void add_promise() {
    using N = typename Logic::NodeKind;
    using Made = std::conditional_t<std::is_same_v<TaskKind, SeccompTask>, Filter, Rule>;
    const std::string task = TaskKind::kName, group = Group::kName, made = Made::kName;
    const Reader acts = [](const View& v, int64_t x, int64_t) { return v.acts(x); };
    const Reader used = [](const View& v, int64_t x, int64_t) { return v.in_use(x); };
    add(
        kEnding, {task}, [](const View& v, int64_t x, int64_t) { return v.logic().ending(ref<TaskKind>(x)); },
        [](const View& v, int64_t x, int64_t) { return v.logic().live(ref<TaskKind>(x)); });
    add(
        "own", {task}, [](const View& v, int64_t x, int64_t) { return v.logic().own(ref<TaskKind>(x)).index; }, acts,
        true);
    add(
        "known", {group}, [](const View& v, int64_t x, int64_t) { return v.logic().known(ref<Group>(x)); }, always(),
        true);
    add(
        "inherits", {task, group},
        [](const View& v, int64_t x, int64_t y) {
          return v.promise->inherits.contains({static_cast<uint16_t>(x), static_cast<uint16_t>(y)});
        },
        acts, true);
    if constexpr (Kinds::template kHas<N>)
      add(
          "group", {N::kName}, [](const View& v, int64_t x, int64_t) { return v.logic().group_of(ref<N>(x)).index; },
          [](const View& v, int64_t x, int64_t) { return v.logic().template holds<N>(ref<N>(x)); }, true);
    for (size_t event = 0; event < kEvents; ++event) {
      const auto number = std::to_string(event);
      add(
          "node." + number, {group},
          [=](const View& v, int64_t x, int64_t) { return v.logic().node_of(event, ref<Group>(x)).index; }, used, true);
      add(
          "rules." + number, {group, made},
          [=](const View& v, int64_t x, int64_t y) { return v.logic().rule_of(event, ref<Group>(x), ref<Made>(y)); },
          [](const View& v, int64_t x, int64_t y) { return v.in_use(x) && v.logic().live(ref<Made>(y)); }, true);
      add(
          "promised." + number, {task, made},
          [=](const View& v, int64_t x, int64_t y) {
            return v.logic().promised(event, ref<TaskKind>(x), ref<Made>(y));
          },
          [](const View& v, int64_t x, int64_t y) { return v.acts(x) && v.logic().live(ref<Made>(y)); }, true);
    }
  }

  std::map<std::string, Function> functions_;
};

}  // namespace lockstep
