// SPDX-License-Identifier: GPL-2.0-or-later
// The promise's text (model/promise.h) over formulas: sets of rules, for any number of tasks and rules.
#pragma once

#include <optional>

#include "model/promise.h"
#include "oracle/claims.h"
#include "oracle/symbolic_run.h"

namespace lockstep {

// The promise's state beside the mechanism's. `node`: a task's own group, the groups that it inherits, each group's
// rules; and which node stands for which group. `copy`: each task's rules.
template <class Task, class Made>
void add_promise_ghosts(ProofSetting& setting, PromiseKind promise, size_t views) {
  const std::string task = Task::kName, made = Made::kName, group = Group::kName;
  for (size_t event = 0; event < views; ++event) {
    const auto number = std::to_string(event);
    if (promise == PromiseKind::copy) setting.ghost_relations["promised." + number] = {task, made};
    if (promise == PromiseKind::copy) continue;
    setting.ghost_relations["rules." + number] = {group, made};
    setting.ghost_maps["node." + number] = {group, "node"};
  }
  if (promise == PromiseKind::copy) return;
  setting.ghost_maps["own"] = {task, group};
  setting.ghost_maps["known"] = {group, "bool"};
  setting.ghost_maps["group"] = {"node", group};
  setting.ghost_relations["inherits"] = {task, group};
}

class SymbolicPromise {
 public:
  SymbolicPromise(SymbolicRun& run, PromiseKind kind, size_t views) : run_(run), kind_(kind), views_(views) {}
  void append(const expr& task, int event, const expr& rule, bool new_set) {
    if (kind_ == PromiseKind::node)
      NodePromise::append(*this, task, event, rule, new_set);
    else
      CopyPromise::append(*this, task, event, rule);
  }
  void fork(const expr& parent, const expr& child) {
    if (kind_ == PromiseKind::node)
      NodePromise::fork(*this, parent, child);
    else
      CopyPromise::fork(*this, parent, child);
  }

  bool branch(const expr& condition) { return run_.decide(condition); }
  expr has_own(const expr& task) { return own(task) != run_.symbols().null(Group::kName); }
  void make_own(const expr& task) {
    const expr group = run_.symbols().constant("group!made", Group::kName);
    run_.assume(group != run_.symbols().null(Group::kName));
    run_.assume(!run_.state().map("known")(group));
    run_.set_ghost("known", group, run_.symbols().truth(true));
    run_.set_ghost("own", task, group);
    // Nobody inherited it, and it is empty.
    relate("inherits", [group](const auto& old, const expr& t, const expr& g) { return g != group && old(t, g); });
    for (size_t event = 0; event < views_; ++event)
      relate("rules." + std::to_string(event),
             [group](const auto& old, const expr& g, const expr& r) { return g != group && old(g, r); });
    made_ = group;
  }
  void add(const expr& task, int event, const expr& rule) {
    const auto number = std::to_string(event);
    if (kind_ == PromiseKind::copy)
      return relate("promised." + number, [task, rule](const auto& old, const expr& t, const expr& r) {
        return old(t, r) || (t == task && r == rule);
      });
    relate("rules." + number, [group = own(task), rule](const auto& old, const expr& g, const expr& r) {
      return old(g, r) || (g == group && r == rule);
    });
  }
  void inherit_shared(const expr& child, const expr& parent) {
    const expr null = run_.symbols().null(Group::kName), parents = own(parent);
    relate("inherits", [child, parent, parents, null](const auto& old, const expr& t, const expr& g) {
      return z3::ite(t == child, g != null && (g == parents || old(parent, g)), old(t, g));
    });
    run_.set_ghost("own", child, null);
  }
  void inherit_copy(const expr& child, const expr& parent) {
    for (size_t event = 0; event < views_; ++event)
      relate("promised." + std::to_string(event), [child, parent](const auto& old, const expr& t, const expr& r) {
        return z3::ite(t == child, old(parent, r), old(t, r));
      });
  }

  // The group that the last append made.
  std::optional<expr> made_group() const { return made_; }
  void couple(size_t event, const expr& node) {
    run_.set_ghost("node." + std::to_string(event), *made_, node);
    run_.set_ghost("group", node, *made_);
  }

 private:
  expr own(const expr& task) const { return run_.state().map("own")(task); }
  template <class Change>
  void relate(const std::string& key, Change change) {
    auto& relation = run_.state().relations.at(key);
    relation = SymbolicRelation([old = relation, change](const expr& x, const expr& y) { return change(old, x, y); });
  }
  SymbolicRun& run_;
  PromiseKind kind_;
  size_t views_;
  std::optional<expr> made_;
};

}  // namespace lockstep
