// SPDX-License-Identifier: GPL-2.0-or-later
// seccomp-nodes: what the v5 thread proposes for seccomp, "the same node design": filters stand in nodes, and who owns
// a node adds to it in place, so that whoever inherited the node gets the filter too (docs/proposals.md). The checks of
// the system call, the filters themselves and the locks are seccomp's (seccomp.h), Linux 6.11 and later; there is one
// kind of event, so no events object stands between a task and its node.
#pragma once

#include "model/seccomp.h"

namespace lockstep {

struct FilterNode {
  static constexpr const char* kName = "node";
  int32_t usage;         // tasks and inheriting nodes
  Ref<Filter> filter;    // the newest of its list; a filter's prev is the older one of the same list
  Ref<FilterNode> prev;  // the inherited node
  Ref<SeccompTask> owner;
  bool operator==(const FilterNode&) const = default;
};
template <Is<FilterNode> O>
void each_field(O& node, auto visit) {
  auto& [usage, filter, prev, owner] = node;
  visit(usage), visit(filter), visit(prev), visit(owner);
}

namespace f {
inline constexpr Field<FilterNode, int32_t> filter_node_usage{"node.usage", &FilterNode::usage};
inline constexpr Field<FilterNode, Ref<Filter>> newest_filter{"node.filter", &FilterNode::filter,
                                                              Holds::refs_and_users};
inline constexpr Field<FilterNode, Ref<FilterNode>> filter_node_prev{"node.prev", &FilterNode::prev, Holds::refs};
inline constexpr Field<FilterNode, Ref<SeccompTask>> filter_node_owner{"node.owner", &FilterNode::owner};
}  // namespace f

struct SeccompNodes {
  template <template <class...> class MemoryOf>
  struct StateIn : MemoryOf<SeccompTask, FilterNode, Filter, FilterProg> {
    SeccompSwitches switches;  // none is read
  };
  using State = StateIn<Memory>;

  // Memory is asked for before the lock is taken. Nobody but the caller changes its node pointer, or the owner of a
  // node.
  template <class W, class Task>
  static int attach(W& w, Task caller, const Step& args) {
    if (int error = Seccomp::enter_attach(w, caller, args)) return error;
    int error = 0;
    auto filter = Seccomp::prepare(w, args, error);
    if (error != 0) return error;
    auto node = w.load(f::node, caller);
    bool owns = false;
    if (!w.branch(Branch::no_filters, w.is_null(node)))
      owns = w.branch(Branch::owner_here, w.load(f::filter_node_owner, node) == caller);
    if (!owns) {
      node = w.template alloc<FilterNode>();
      if (w.branch(Branch::no_node, w.is_null(node))) {
        w.free(filter);
        return w.fail(ENOMEM);
      }
      w.store(f::filter_node_usage, node, 1);
      w.store(f::filter_node_owner, node, caller);
    }
    w.lock(ProcessLock::siglock, caller);
    error = attach_locked(w, caller, filter, node, owns);
    w.unlock(ProcessLock::siglock, caller);
    if (error == 0) return 0;
    w.free(filter);  // nobody knows of them
    if (!owns) w.free(node);
    return error;
  }

  template <class W, class Task, class F, class N>
  static int attach_locked(W& w, Task caller, F filter, N node, bool owns) {
    auto inherited = w.load(f::node, caller);
    if (w.branch(Branch::over_limit, view_length(w, inherited) + w.load(f::len, filter) > w.limit()))
      return w.fail(ENOMEM);
    w.store(f::filter_prev, filter, w.load(f::newest_filter, node));  // the node's reference moves over
    w.publish(f::newest_filter, node, filter);
    if (!owns) {
      w.store(f::filter_node_prev, node, inherited);  // the task's reference moves over
      w.publish(f::node, caller, node);
    }
    w.store(f::mode, caller, Seccomp::kModeFilter);
    return 0;
  }

  // What seccomp's limit is about, along all nodes.
  template <class W, class N>
  static auto view_length(W& w, N node) {
    return w.sum(f::filter_node_prev, node,
                 [&](auto each) { return Seccomp::path_length(w, w.load(f::newest_filter, each)); });
  }

  // The child inherits its parent's node.
  template <class W, class Task>
  static int clone(W& w, Task parent, const Step& args) {
    return Seccomp::clone_with(w, parent, args, [&](auto child) {
      auto node = w.load(f::node, parent);
      if (w.branch(Branch::fork_shares, !w.is_null(node))) w.inc(f::filter_node_usage, node);
      w.store(f::node, child, node);
    });
  }

  // The check path: the filters of the task's node, then those of the nodes that it inherits from.
  template <class W, class Task, class Visit>
  static void check(W& w, Task task, size_t, Visit visit) {
    w.loop(w.load(f::node, task), [&](auto& at) {
      if (w.branch(Branch::nodes_end, w.is_null(at))) return false;
      Seccomp::check_filters(w, w.load(f::newest_filter, at), visit);
      at = w.load(f::filter_node_prev, at);
      return true;
    });
  }

  template <class W, class N>
  static void put_node(W& w, N node) {
    w.loop(node, [&](auto& held) {
      if (w.branch(Branch::nodes_end, w.is_null(held))) return false;
      if (w.branch(Branch::node_kept, !w.dec_and_test(f::filter_node_usage, held))) return false;
      Seccomp::release(w, w.load(f::newest_filter, held));
      auto inherited = w.load(f::filter_node_prev, held);
      w.free(held);
      held = inherited;
      return true;
    });
  }

  template <class W, class Task>
  static void exit(W& w, const SeccompSwitches&, Task task) {
    w.lock(ProcessLock::siglock, task);
    auto node = w.load(f::node, task);
    w.store(f::node, task, w.template null<FilterNode>());
    w.unlock(ProcessLock::siglock, task);
    if (!w.branch(Branch::exit_puts, !w.is_null(node))) return;
    if (w.branch(Branch::owner_exits, w.load(f::filter_node_owner, node) == task))
      w.store(f::filter_node_owner, node, w.template null<SeccompTask>());
    put_node(w, node);
  }
  template <class W, class Task>
  static void reap(W& w, const SeccompSwitches&, Task task) {
    w.free(task);
  }

  template <class W>
  static int exec(W& w, const Step& args) {
    return Seccomp::exec(w, args);
  }
};

}  // namespace lockstep
