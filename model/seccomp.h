// SPDX-License-Identifier: GPL-2.0-or-later
// seccomp filter trees: kernel/seccomp.c of Linux 6.1 to 6.18 (docs/mechanisms.md, "seccomp"). Who exits and who is
// released, and when, is process life (process_table.h); here stands what that does to filters.
#pragma once

#include <cerrno>

#include "model/trace.h"
#include "model/world.h"

namespace lockstep {

struct FilterNode;  // seccomp_nodes.h

struct Filter {
  static constexpr const char* kName = "filter";
  int32_t refs;      // tasks, child filters and the listener that hold it in memory
  int32_t users;     // tasks that use it, and child filters that are used
  Ref<Filter> prev;  // never changes once attached
  uint32_t len;      // converted instructions of its program; an input, never computed
  uint16_t number;   // F number in the trace; only a check reads it: that is how it tells what it runs
  bool operator==(const Filter&) const = default;
};
// The program's own memory while a filter is prepared; it is owned 1:1 by its filter afterwards and has no counter.
struct FilterProg {
  static constexpr const char* kName = "program";
  uint32_t len;
  bool operator==(const FilterProg&) const = default;
};
struct SeccompTask {
  static constexpr const char* kName = "task";
  Ref<Filter> filter;
  Ref<FilterNode> node;  // seccomp-nodes, in the place of `filter` and `count`
  int32_t mode;          // 0 off, 2 filter
  int32_t count;         // filters on its path
  bool nnp;
  bool cap;
  bool operator==(const SeccompTask&) const = default;
};

// All fields of an object, for whoever stores or compares it whole. A field that is added must be added here to build.
template <Is<Filter> O>
void each_field(O& filter, auto visit) {
  auto& [refs, users, prev, len, number] = filter;
  visit(refs), visit(users), visit(prev), visit(len), visit(number);
}
template <Is<FilterProg> O>
void each_field(O& prog, auto visit) {
  auto& [len] = prog;
  visit(len);
}
template <Is<SeccompTask> O>
void each_field(O& task, auto visit) {
  auto& [filter, node, mode, count, nnp, cap] = task;
  visit(filter), visit(node), visit(mode), visit(count), visit(nnp), visit(cap);
}

namespace f {
inline constexpr Field<Filter, int32_t> refs{"filter.refs", &Filter::refs};
inline constexpr Field<Filter, int32_t> users{"filter.users", &Filter::users};
inline constexpr Field<Filter, Ref<Filter>> filter_prev{"filter.prev", &Filter::prev, Holds::refs_and_used};
inline constexpr Field<Filter, uint32_t> len{"filter.len", &Filter::len};
inline constexpr Field<Filter, uint16_t> filter_number{"filter.number", &Filter::number};
inline constexpr Field<SeccompTask, Ref<Filter>> filter{"task.filter", &SeccompTask::filter, Holds::refs_and_users};
inline constexpr Field<SeccompTask, Ref<FilterNode>> node{"task.node", &SeccompTask::node, Holds::refs};
inline constexpr Field<SeccompTask, int32_t> mode{"task.mode", &SeccompTask::mode};
inline constexpr Field<SeccompTask, int32_t> count{"task.filter_count", &SeccompTask::count};
inline constexpr Field<SeccompTask, bool> task_nnp{"task.nnp", &SeccompTask::nnp};
inline constexpr Field<SeccompTask, bool> task_cap{"task.cap", &SeccompTask::cap};
}  // namespace f

// What differs between kernel versions.
struct SeccompSwitches {
  bool release_at_reap = false;  // up to 6.10: a zombie keeps its filter until it is reaped; from 6.11 exit drops it
};

struct Seccomp {
  template <template <class...> class MemoryOf>
  struct StateIn : MemoryOf<SeccompTask, Filter, FilterProg> {
    SeccompSwitches switches;
  };
  using State = StateIn<Memory>;

  // A filter that nobody knows of yet. The program is copied in and checked before the filter exists as such.
  template <class W>
  static auto prepare(W& w, const Step& args, int& error) {
    auto filter = w.template alloc<Filter>();
    if (w.branch(Branch::no_filter, w.is_null(filter))) {
      error = w.fail(ENOMEM);
      return filter;
    }
    error = check_program(w, args);
    if (error != 0) {
      w.free(filter);
      return w.template null<Filter>();
    }
    w.store(f::refs, filter, 1);
    w.store(f::users, filter, 1);
    w.store(f::len, filter, args.len);
    w.name(filter, args.made);
    return filter;
  }

  template <class W>
  static int check_program(W& w, const Step& args) {
    if (w.branch(Branch::no_instructions, args.arg == Arg::noinsns)) return w.fail(EINVAL);
    auto prog = w.template alloc<FilterProg>();
    if (w.branch(Branch::no_program, w.is_null(prog))) return w.fail(ENOMEM);
    w.free(prog);  // from here on part of its filter, or given back
    if (w.branch(Branch::bad_instructions, args.arg == Arg::badinsns)) return w.fail(EFAULT);
    if (w.branch(Branch::refused_program, args.arg == Arg::invalid)) return w.fail(EINVAL);
    return 0;
  }

  // What the system call looks at before there is a filter.
  template <class W, class Task>
  static int enter_attach(W& w, Task caller, const Step& args) {
    if (w.branch(Branch::bad_flags, args.flags != 0)) return w.fail(EINVAL);
    if (w.branch(Branch::bad_arg, args.arg == Arg::null || args.arg == Arg::bad)) return w.fail(EFAULT);
    if (w.branch(Branch::bad_length, args.arg == Arg::empty || args.arg == Arg::large)) return w.fail(EINVAL);
    if (w.branch(Branch::no_nnp, !w.load(f::task_nnp, caller)))
      if (w.branch(Branch::no_cap, !w.load(f::task_cap, caller))) return w.fail(EACCES);
    return 0;
  }

  template <class W, class Task>
  static int attach(W& w, Task caller, const Step& args) {
    if (int error = enter_attach(w, caller, args)) return error;
    int error = 0;
    auto filter = prepare(w, args, error);
    if (error != 0) return error;
    w.lock(ProcessLock::siglock, caller);
    error = attach_locked(w, caller, filter);
    w.unlock(ProcessLock::siglock, caller);
    if (error != 0) w.free(filter);  // straight away, whatever its refs say
    return error;
  }

  template <class W, class Task, class F>
  static int attach_locked(W& w, Task caller, F filter) {
    auto old = w.load(f::filter, caller);
    if (w.branch(Branch::over_limit, path_length(w, old) + w.load(f::len, filter) > w.limit())) return w.fail(ENOMEM);
    w.store(f::filter_prev, filter, old);  // the task's reference on the old filter moves over
    w.publish(f::filter, caller, filter);
    w.store(f::count, caller, w.load(f::count, caller) + 1);
    w.store(f::mode, caller, kModeFilter);
    return 0;
  }

  template <class W, class F>
  static auto path_length(W& w, F newest) {
    return w.sum(f::filter_prev, newest, [&](auto each) { return w.load(f::len, each) + kPathPenalty; });
  }

  // fork and thread alike. share(child): what the child has of its parent, after the last failure point.
  template <class W, class Task, class Share>
  static int clone_with(W& w, Task parent, const Step& args, Share share) {
    auto child = w.template alloc_named<SeccompTask>(args.made);
    if (w.branch(Branch::no_task, w.is_null(child))) return w.fail(ENOMEM);
    if (w.branch(Branch::bad_arg, args.arg == Arg::bad)) {
      w.free(child);
      return w.fail(EFAULT);
    }
    w.lock(ProcessLock::siglock, parent);
    w.store(f::task_nnp, child, w.load(f::task_nnp, parent));
    w.store(f::task_cap, child, w.load(f::task_cap, parent));
    w.store(f::mode, child, w.load(f::mode, parent));
    share(child);
    w.unlock(ProcessLock::siglock, parent);
    return 0;
  }
  // The child starts at its parent's filter.
  template <class W, class Task>
  static int clone(W& w, Task parent, const Step& args) {
    return clone_with(w, parent, args, [&](auto child) {
      w.store(f::count, child, w.load(f::count, parent));
      auto filter = w.load(f::filter, parent);
      if (w.branch(Branch::fork_shares, !w.is_null(filter))) {
        w.inc(f::refs, filter);
        w.inc(f::users, filter);
      }
      w.store(f::filter, child, filter);
    });
  }

  // The check path: the task's filters, newest first: visit(filter). No lock, and no reference taken.
  template <class W, class Task, class Visit>
  static void check(W& w, Task task, size_t, Visit visit) {
    check_filters(w, w.load(f::filter, task), visit);
  }
  template <class W, class F, class Visit>
  static void check_filters(W& w, F newest, Visit visit) {
    w.loop(newest, [&](auto& at) {
      if (w.branch(Branch::refs_end, w.is_null(at))) return false;
      visit(at);
      at = w.load(f::filter_prev, at);
      return true;
    });
  }

  template <class W, class Task>
  static auto take_filter(W& w, Task task) {
    auto filter = w.load(f::filter, task);
    w.store(f::filter, task, w.template null<Filter>());
    return filter;
  }
  // First whoever no longer has a user stops being in use, then what nobody holds is freed.
  template <class W, class F>
  static void release(W& w, F filter) {
    walk_users(w, filter);
    walk_refs(w, filter);
  }
  template <class W, class F>
  static void walk_users(W& w, F filter) {
    w.loop(filter, [&](auto& used) {
      if (w.branch(Branch::users_end, w.is_null(used))) return false;
      if (w.branch(Branch::still_used, !w.dec_and_test(f::users, used))) return false;
      used = w.load(f::filter_prev, used);
      return true;
    });
  }
  template <class W, class F>
  static void walk_refs(W& w, F filter) {
    w.loop(filter, [&](auto& held) {
      if (w.branch(Branch::refs_end, w.is_null(held))) return false;
      if (w.branch(Branch::still_held, !w.dec_and_test(f::refs, held))) return false;
      auto older = w.load(f::filter_prev, held);
      w.free(held);
      held = older;
      return true;
    });
  }

  // The task is dead but not yet gone.
  template <class W, class Task>
  static void exit(W& w, const SeccompSwitches& switches, Task task) {
    if (switches.release_at_reap) return;
    w.lock(ProcessLock::siglock, task);
    auto filter = take_filter(w, task);
    w.unlock(ProcessLock::siglock, task);
    release(w, filter);
  }
  // The kernel forgets the task. Nobody else can reach it any more: no lock.
  template <class W, class Task>
  static void reap(W& w, const SeccompSwitches& switches, Task task) {
    if (switches.release_at_reap) release(w, take_filter(w, task));
    w.free(task);
  }

  template <class W>
  static int exec(W& w, const Step& args) {
    if (w.branch(Branch::bad_path, args.arg == Arg::bad)) return w.fail(EFAULT);
    return 0;
  }

  static constexpr int kPathPenalty = 4;  // each filter that is on the path already counts this much more
  static constexpr int kModeFilter = 2;
};

}  // namespace lockstep
