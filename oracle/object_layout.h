// SPDX-License-Identifier: GPL-2.0-or-later
// What a mechanism's memory consists of, as data: kinds of objects, their fields, which counter a pointer holds up.
// Read from the fields' own declarations; whoever adds a kind of object adds a line to kFieldsOf.
#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "model/node_objects.h"
#include "model/seccomp_nodes.h"

namespace lockstep {

template <class T>
inline constexpr auto kFieldsOf = std::tuple();
template <>
inline constexpr auto kFieldsOf<Prog> = std::tuple(f::prog_refs, f::prog_pages);
template <>
inline constexpr auto kFieldsOf<Rule> = std::tuple(f::rule_usage, f::rule_prev, f::rule_prog);
template <>
inline constexpr auto kFieldsOf<Events> = std::tuple(f::events_usage, f::nodes);
template <>
inline constexpr auto kFieldsOf<Node> = std::tuple(f::node_usage, f::node_rule, f::node_prev, f::slot_owner, f::owner);
template <>
inline constexpr auto kFieldsOf<RuleLists> = std::tuple(f::lists_usage, f::rules);
template <>
inline constexpr auto kFieldsOf<NodeTask> = std::tuple(f::events, f::lists, f::nnp, f::cap);
template <>
inline constexpr auto kFieldsOf<Filter> = std::tuple(f::refs, f::users, f::filter_prev, f::len);
template <>
inline constexpr auto kFieldsOf<FilterNode> = std::tuple(f::filter_node_usage, f::newest_filter, f::filter_node_prev,
                                                         f::filter_node_owner);
template <>
inline constexpr auto kFieldsOf<FilterProg> = std::tuple();
template <>
inline constexpr auto kFieldsOf<SeccompTask> = std::tuple(f::filter, f::node, f::mode, f::count, f::task_nnp,
                                                          f::task_cap);

// The counter at which an object is freed; a task has none.
template <class T>
constexpr auto counter_of() {
  if constexpr (std::is_same_v<T, Prog>)
    return f::prog_refs;
  else if constexpr (std::is_same_v<T, Rule>)
    return f::rule_usage;
  else if constexpr (std::is_same_v<T, Events>)
    return f::events_usage;
  else if constexpr (std::is_same_v<T, Node>)
    return f::node_usage;
  else if constexpr (std::is_same_v<T, RuleLists>)
    return f::lists_usage;
  else if constexpr (std::is_same_v<T, Filter>)
    return f::refs;
  else if constexpr (std::is_same_v<T, FilterNode>)
    return f::filter_node_usage;
  else
    return nullptr;
}
template <class T>
inline constexpr bool kCounted = !std::is_same_v<decltype(counter_of<T>()), std::nullptr_t>;
// Whoever takes a reference of both kinds takes one on this too.
template <class T>
inline constexpr bool kHasUsers = std::is_same_v<T, Filter>;

// How a field is called in a formula. (Two fields of a node have the name "node.owner".)
template <class T, class V>
std::string key_of(Field<T, V> field) {
  return field.name;
}
template <class T, class To>
std::string key_of(Field<T, Ref<To>> field) {
  return std::string(field.name) + ">" + To::kName;
}
template <class T, class To, size_t N>
std::string key_of(Slots<T, Ref<To>, N> field, size_t slot) {
  return std::string(field.name) + "." + std::to_string(slot);
}

// The target of a pointer, or void.
template <class V>
struct TargetOf {
  using Type = void;
};
template <class T>
struct TargetOf<Ref<T>> {
  using Type = T;
};

struct FieldLayout {
  std::string key, object;
  std::string target;  // the kind that a pointer leads to; "int" or "bool"
  bool pointer = false;
};
// A kind of counted pointer. It counts while its holder lives and, where the holder is counted itself, while the
// holder's own counter is not 0: what is at 0 owns nothing any more, its references are in the hands of whoever took it
// there.
struct LinkLayout {
  std::string count;                  // how the number of such pointers to an object is called
  std::string field, object, target;  // of the holder
  std::string alive_counter;          // of the holder; empty: it has none
  std::vector<std::string> holds_up;  // counters of the target
};
struct KindLayout {
  std::string name;
  std::string counter;  // empty: none
};
struct Layout {
  std::vector<KindLayout> kinds;
  std::vector<FieldLayout> fields;
  std::vector<LinkLayout> links;
  std::vector<std::string> chains;  // fields that lead from an object to an older one of its kind
  const KindLayout& kind(const std::string& name) const {
    for (const auto& kind : kinds)
      if (kind.name == name) return kind;
    throw std::logic_error("no such kind of object: " + name);
  }
  const FieldLayout& field(const std::string& key) const {
    for (const auto& field : fields)
      if (field.key == key) return field;
    throw std::logic_error("no such field: " + key);
  }
};

template <class T>
std::string counter_key() {
  if constexpr (kCounted<T>)
    return key_of(counter_of<T>());
  else
    return "";
}

// Builds the layout of a memory of these kinds of objects.
template <class... Kinds>
class LayoutOf {
 public:
  static Layout make() {
    Layout layout;
    (layout.kinds.push_back({Kinds::kName, counter_key<Kinds>()}), ...);
    (add_fields<Kinds>(layout), ...);
    return layout;
  }

 private:
  template <class T>
  static constexpr bool kKnown = (std::is_same_v<T, Kinds> || ...);
  template <class T>
  static void add_fields(Layout& layout) {
    std::apply([&](auto... field) { (add(layout, field), ...); }, kFieldsOf<T>);
  }
  template <class T, class V>
  static void add(Layout& layout, Field<T, V> field) {
    using To = typename TargetOf<V>::Type;
    if constexpr (std::is_void_v<To>)
      layout.fields.push_back({key_of(field), T::kName, std::is_same_v<V, bool> ? "bool" : "int", false});
    else if constexpr (kKnown<To>)
      add_pointer<T, To>(layout, key_of(field), field.holds);
  }
  template <class T, class To, size_t N>
  static void add(Layout& layout, Slots<T, Ref<To>, N> field) {
    if constexpr (kKnown<To>)
      for (size_t slot = 0; slot < N; ++slot) add_pointer<T, To>(layout, key_of(field, slot), field.holds);
  }
  template <class T, class To>
  static void add_pointer(Layout& layout, const std::string& key, Holds holds) {
    layout.fields.push_back({key, T::kName, To::kName, true});
    if constexpr (std::is_same_v<T, To>) layout.chains.push_back(key);
    if (holds == Holds::nothing) return;
    LinkLayout link{"n:" + key, key, T::kName, To::kName, counter_key<T>(), {counter_key<To>()}};
    if constexpr (kHasUsers<To>) {
      const auto users = key_of(f::users);
      if (holds == Holds::refs_and_users) link.holds_up.push_back(users);
      if (holds == Holds::refs_and_used)
        layout.links.push_back({"n:" + key + "/users", key, T::kName, To::kName, users, {users}});
    }
    layout.links.push_back(link);
  }
};

template <class Memory>
struct LayoutOfMemory;
template <class... Kinds>
struct LayoutOfMemory<Memory<Kinds...>> : LayoutOf<Kinds...> {};

}  // namespace lockstep
