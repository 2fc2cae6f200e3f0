// SPDX-License-Identifier: GPL-2.0-or-later
// Transition text that the three node designs share: the checks of the system call, progs and rule lists.
// Mechanism pages: docs/mechanisms.md, sections 1 to 3.
#pragma once

#include <cerrno>

#include "model/node_objects.h"

namespace lockstep {

// What the system call looks at before the design's own append. The look-up of the fd takes a reference on the prog.
// known_flags: those that are no error.
template <class W, class Task, class P>
int enter_append(W& w, Task caller, P prog, const Step& args, uint32_t known_flags = 0) {
  if (w.branch(Branch::no_nnp, !w.load(f::nnp, caller))) return w.fail(EPERM);
  if (w.branch(Branch::no_cap, !w.load(f::cap, caller))) return w.fail(EPERM);
  if (w.branch(Branch::null_arg, args.arg == Arg::null)) return w.fail(EFAULT);
  if (w.branch(Branch::bad_flags, (args.flags & ~known_flags) != 0)) return w.fail(EINVAL);
  if (w.branch(Branch::bad_arg, args.arg == Arg::bad)) return w.fail(EFAULT);
  if (w.branch(Branch::closed_fd, args.fd == Fd::closed)) return w.fail(EBADF);
  if (w.branch(Branch::other_fd, args.fd == Fd::other)) return w.fail(EINVAL);
  w.inc(f::prog_refs, prog);
  return 0;
}

template <class W, class P>
void put_prog(W& w, P prog) {
  if (w.branch(Branch::prog_freed, w.dec_and_test(f::prog_refs, prog))) w.free(prog);
}

// Gives up before there is a rule: the reference that the look-up took goes back.
template <class W, class P>
int drop_prog(W& w, P prog, int error) {
  put_prog(w, prog);
  return w.fail(error);
}

// Drops a reference on a rule and, where that was the last one, goes on with the older rule.
template <class W, class R>
void put_rule(W& w, R rule) {
  w.loop(rule, [&](auto& held) {
    if (w.branch(Branch::rules_end, w.is_null(held))) return false;
    if (w.branch(Branch::rule_kept, !w.dec_and_test(f::rule_usage, held))) return false;
    put_prog(w, w.load(f::rule_prog, held));
    auto older = w.load(f::rule_prev, held);
    w.free(held);
    held = older;
    return true;
  });
}

// The posted designs' step 7, up to the publication: the list's own reference on its newest rule moves over.
template <class W, class R>
void chain_rule(W& w, R rule, R newest) {
  w.store(f::rule_prev, rule, newest);
  w.warn(Branch::rule_in_use, w.load(f::rule_usage, rule) != 0);
  w.store(f::rule_usage, rule, 1);
}

template <class W, class R>
auto pages_of(W& w, R newest) {
  return w.sum(f::rule_prev, newest, [&](auto rule) { return w.load(f::prog_pages, w.load(f::rule_prog, rule)); });
}

// Runs the programs of a rule list, newest first: visit(prog). No lock, and no reference taken.
template <class W, class R, class Visit>
void check_rules(W& w, R newest, Visit visit) {
  w.loop(newest, [&](auto& at) {
    if (w.branch(Branch::rules_end, w.is_null(at))) return false;
    visit(w.load(f::rule_prog, at));
    at = w.load(f::rule_prev, at);
    return true;
  });
}

// A new task inherits what the checks in front look at.
template <class W, class Parent, class Child>
void copy_credentials(W& w, Parent parent, Child child) {
  w.store(f::nnp, child, w.load(f::nnp, parent));
  w.store(f::cap, child, w.load(f::cap, parent));
}

}  // namespace lockstep
