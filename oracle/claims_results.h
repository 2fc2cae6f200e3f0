// SPDX-License-Identifier: GPL-2.0-or-later
// What a step gives its caller, said from docs/mechanisms.md alone: which error, and what a new task starts with.
#pragma once

#include <cerrno>

#include "oracle/claims_of.h"

namespace lockstep {

// What is looked at before anything is allocated; 0: nothing wrong. Whether the caller may is looked at apart.
inline int refused_append(const Step& step, uint32_t known_flags) {
  if (step.arg == Arg::null) return EFAULT;
  if ((step.flags & ~known_flags) != 0) return EINVAL;
  if (step.arg == Arg::bad) return EFAULT;
  if (step.fd != Fd::ok) return step.fd == Fd::closed ? EBADF : EINVAL;
  return step.type == ProgType::landlock ? 0 : EINVAL;
}
inline int refused_attach(const Step& step) {
  if (step.flags != 0) return EINVAL;
  if (step.arg == Arg::null || step.arg == Arg::bad) return EFAULT;
  return step.arg == Arg::empty || step.arg == Arg::large ? EINVAL : 0;
}
// What is found wrong with the argument once there is memory.
inline int refused_late(const Step& step) {
  if (step.op == Op::attach)
    return step.arg == Arg::badinsns ? EFAULT : step.arg == Arg::noinsns || step.arg == Arg::invalid ? EINVAL : 0;
  if (step.op == Op::append) return 0;
  return step.arg == Arg::bad ? EFAULT : 0;
}

// claim(over<>, ...) that the step's result is the one that is due, its size aside. no_memory: an allocation failed.
template <class Mechanism, class L, class Task, class Claim>
void claim_result(const L& was, const Task& caller, const Step& step, int error, bool no_memory, Claim claim) {
  using TaskKind = typename ClaimsOf<Mechanism>::Task;
  const int late = no_memory ? ENOMEM : refused_late(step);
  const auto due = [=](auto not_allowed, int no_permission, int refused) {
    claim(over<>, "the result is the one that is due", kLemma, [=]() {
      const int otherwise = refused != 0 ? refused : late;
      return (not_allowed && was.truth(error == no_permission)) || (!not_allowed && was.truth(error == otherwise));
    });
  };
  if constexpr (std::is_same_v<TaskKind, NodeTask>) {
    uint32_t known_flags = 0;
    if constexpr (requires { Mechanism::kKnownFlags; }) known_flags = Mechanism::kKnownFlags;
    if (step.op == Op::append)
      return due(!was.get(f::nnp, caller) || !was.get(f::cap, caller), EPERM, refused_append(step, known_flags));
  } else if (step.op == Op::attach) {
    const int refused = refused_attach(step);
    const auto not_allowed = !was.get(f::task_nnp, caller) && !was.get(f::task_cap, caller);
    return due(was.truth(refused == 0) && not_allowed, EACCES, refused);
  }
  due(was.truth(false), 0, 0);
}

// What a step says of tasks themselves.
template <class Mechanism, class L, class Task, class Claim>
void claim_tasks(const L& was, const L& l, const Task& caller, const Task& other, const Step& step, int error,
                 Claim claim) {
  using TaskKind = typename ClaimsOf<Mechanism>::Task;
  const auto same = [&](auto field) {
    claim(over<>, std::string("a child's ") + field.name + " is its parent's", kLemma,
          [=]() { return l.get(field, other) == was.get(field, caller); });
  };
  if (error == 0 && (step.op == Op::fork || step.op == Op::thread)) {
    claim(over<>, "a child is there", kLemma, [=]() { return l.live(other); });
    if constexpr (std::is_same_v<TaskKind, NodeTask>)
      same(f::nnp), same(f::cap);
    else
      same(f::task_nnp), same(f::task_cap), same(f::mode);
    if constexpr (std::is_same_v<Mechanism, Seccomp>) same(f::count);
  }
  if constexpr (std::is_same_v<TaskKind, SeccompTask>) {
    if (error == 0 && step.op == Op::attach) {
      claim(over<>, "the caller filters", kLemma, [=]() { return l.get(f::mode, caller) == 2; });
      if constexpr (std::is_same_v<Mechanism, Seccomp>)
        claim(over<>, "the caller has one filter more", kLemma,
              [=]() { return l.get(f::count, caller) == was.get(f::count, caller) + 1; });
    }
    if (step.op == Op::reap)
      claim(over<>, "a task that is reaped is gone", Property::no_leak, [=]() { return !l.live(other); });
  } else if (step.op == Op::exit) {
    claim(over<>, "a task that exits is gone", Property::no_leak, [=]() { return !l.live(caller); });
  }
}

}  // namespace lockstep
