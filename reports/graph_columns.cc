// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/graph_columns.h"

#include <algorithm>

namespace lockstep {

namespace {

constexpr size_t kNone = static_cast<size_t>(-1);

// How many nodes a node inherits from, one after the other. A cycle ends where it has been around once.
size_t height_of(const Snapshot& s, size_t node) {
  size_t height = 0;
  for (size_t at = node; at != kNone && height < s.objects.size(); ++height) {
    const auto next = std::find_if(s.pointers.begin(), s.pointers.end(),
                                   [&](const auto& p) { return p.link == Link::node_prev && p.from == at; });
    at = next == s.pointers.end() ? kNone : next->to;
  }
  return height;
}

void add_once(std::vector<size_t>& column, size_t object) {
  if (std::find(column.begin(), column.end(), object) == column.end()) column.push_back(object);
}

// The list that begins at this rule, and then the prog of each.
void add_list(const Snapshot& s, size_t rule, std::vector<size_t>& rules) {
  while (rule != kNone && std::find(rules.begin(), rules.end(), rule) == rules.end()) {
    rules.push_back(rule);
    const auto next = std::find_if(s.pointers.begin(), s.pointers.end(),
                                   [&](const auto& p) { return p.link == Link::rule_prev && p.from == rule; });
    rule = next == s.pointers.end() ? kNone : next->to;
  }
}

void add_rest(const Snapshot& s, Kind kind, std::vector<size_t>& column) {
  for (size_t i = 0; i < s.objects.size(); ++i)
    if (s.objects[i].kind == kind) add_once(column, i);
}

}  // namespace

GraphColumns columns_of(const Snapshot& s) {
  GraphColumns columns;
  add_rest(s, Kind::events, columns.events);
  size_t highest = 0;
  for (size_t i = 0; i < s.objects.size(); ++i)
    if (s.objects[i].kind == Kind::node) highest = std::max(highest, height_of(s, i));
  columns.nodes.resize(highest);
  auto add_node = [&](size_t node) { add_once(columns.nodes[highest - height_of(s, node)], node); };
  for (const auto& p : s.pointers)
    if (p.link == Link::slot && s.objects[p.to].kind == Kind::node) add_node(p.to);
  for (size_t i = 0; i < s.objects.size(); ++i)
    if (s.objects[i].kind == Kind::node) add_node(i);

  auto lists_of = [&](Link link, size_t from) {
    for (const auto& p : s.pointers)
      if (p.link == link && p.from == from && s.objects[p.to].kind == Kind::rule) add_list(s, p.to, columns.rules);
  };
  for (auto events : columns.events) lists_of(Link::slot, events);
  for (size_t i = 0; i < s.objects.size(); ++i) lists_of(Link::node_rule, i);
  add_rest(s, Kind::rule, columns.rules);
  for (auto rule : columns.rules)
    for (const auto& p : s.pointers)
      if (p.link == Link::rule_prog && p.from == rule) add_once(columns.progs, p.to);
  add_rest(s, Kind::prog, columns.progs);
  return columns;
}

}  // namespace lockstep
