// SPDX-License-Identifier: GPL-2.0-or-later
// The table itself; only grammar.cc includes it. A new operation, argument or result is a line here, and
// docs/trace-format.md follows (grammar_test.cc says how).
#pragma once

#include <array>
#include <cerrno>
#include <limits>

#include "model/grammar.h"

namespace lockstep::table {

template <class... Enum>
constexpr uint32_t any_of(Enum... values) {
  return ((1u << static_cast<uint32_t>(values)) | ...);
}

// The same table, but for what `change` does to its lines.
template <class Line, size_t N, class Change>
constexpr std::array<Line, N> changed(const Line (&table)[N], Change change) {
  auto lines = std::to_array(table);
  for (auto& line : lines) change(line);
  return lines;
}

constexpr bool always(const Step&, const Start&) { return true; }
constexpr bool flags_set(const Step& step, const Start&) { return step.flags != 0; }
constexpr bool flags_unknown(const Step& step, const Start&) { return step.flags > 1; }
constexpr bool alloc_fails(const Step& step, const Start&) { return step.fail_alloc != 0; }
constexpr bool first_alloc_fails(const Step& step, const Start&) { return step.fail_alloc == 1; }
constexpr bool no_nnp(const Step&, const Start& start) { return !start.nnp; }
constexpr bool no_cap(const Step&, const Start& start) { return !start.cap; }
constexpr bool no_right(const Step&, const Start& start) { return !start.nnp && !start.cap; }
template <Arg value>
constexpr bool arg_is(const Step& step, const Start&) {
  return step.arg == value;
}
template <Fd value>
constexpr bool fd_is(const Step& step, const Start&) {
  return step.fd == value;
}
constexpr bool type_other(const Step& step, const Start&) { return step.type == ProgType::other; }

constexpr bool kCertain = true;  // the arguments alone rule out success
constexpr bool kState = false;   // the state decides
constexpr Row kOk = {"", 0, kState, always};
constexpr Row kOnlyOk[] = {kOk};
constexpr Row kForkNoMemory = {"fail=alloc:1", ENOMEM, kCertain, first_alloc_fails};
constexpr Row kArgBad = {"arg=bad", EFAULT, kCertain, arg_is<Arg::bad>};
constexpr uint32_t kAnyNumber = std::numeric_limits<uint32_t>::max();

// The node designs (docs/mechanisms.md): the checks of the system call in front of them, in their order.
constexpr Argument kAppendArguments[] = {
    {.param = Param::event, .required = true, .low = 0, .high = kEvents - 1},
    {.param = Param::pages, .low = 1, .high = 64},
    {.param = Param::type, .words = any_of(ProgType::landlock, ProgType::other)},
    {.param = Param::arg, .words = any_of(Arg::ok, Arg::null, Arg::bad)},
    {.param = Param::fd, .words = any_of(Fd::ok, Fd::closed, Fd::other)},
    {.param = Param::flags, .low = 0, .high = kAnyNumber},
    {.param = Param::fail, .low = 1, .high = 9},
};
constexpr Row kAppendRows[] = {
    {"start nnp=0", EPERM, kCertain, no_nnp},
    {"start cap=0", EPERM, kCertain, no_cap},
    {"arg=null", EFAULT, kCertain, arg_is<Arg::null>},
    {"flags!=0", EINVAL, kCertain, flags_set},
    kArgBad,
    {"fd=closed", EBADF, kCertain, fd_is<Fd::closed>},
    {"fd=other", EINVAL, kCertain, fd_is<Fd::other>},
    {"type=other", EINVAL, kCertain, type_other},
    {"page limit", E2BIG, kState, always},
    {"fail=alloc:N", ENOMEM, kState, alloc_fails},
    kOk,
};
constexpr Argument kNodeForkArguments[] = {{.param = Param::fail, .low = 1, .high = 9}};
constexpr Row kNodeForkRows[] = {kForkNoMemory, kOk};
constexpr Operation kNodeOperations[] = {
    {Op::append, kAppendArguments, kAppendRows},
    {Op::fork, kNodeForkArguments, kNodeForkRows},
    {Op::exec, {}, kOnlyOk},
    {Op::exit, {}, kOnlyOk},
};
// The same with flags=1, NEW_RULE_HIERARCHY.
constexpr auto kOptionArguments = changed(kAppendArguments, [](Argument& argument) {
  if (argument.param == Param::flags) argument.known = 1;
});
constexpr auto kOptionRows = changed(kAppendRows, [](Row& row) {
  if (row.condition == "flags!=0") row = {"flags>1", EINVAL, kCertain, flags_unknown};
});
constexpr Operation kOptionOperations[] = {
    {Op::append, kOptionArguments, kOptionRows},
    {Op::fork, kNodeForkArguments, kNodeForkRows},
    {Op::exec, {}, kOnlyOk},
    {Op::exit, {}, kOnlyOk},
};

// seccomp (docs/mechanisms.md): the checks of an install, in their order.
constexpr Argument kAttachArguments[] = {
    {.param = Param::len, .low = 16, .high = 8192},
    {.param = Param::arg,
     .words = any_of(Arg::ok, Arg::null, Arg::bad, Arg::empty, Arg::large, Arg::noinsns, Arg::badinsns, Arg::invalid)},
    {.param = Param::flags, .low = 0, .high = kAnyNumber, .reserved = 0xff},
    {.param = Param::fail, .low = 1, .high = 2},
};
constexpr Row kAttachRows[] = {
    {"flags!=0", EINVAL, kCertain, flags_set},
    {"arg=null", EFAULT, kCertain, arg_is<Arg::null>},
    kArgBad,
    {"arg=empty", EINVAL, kCertain, arg_is<Arg::empty>},
    {"arg=large", EINVAL, kCertain, arg_is<Arg::large>},
    {"start nnp=0 cap=0", EACCES, kCertain, no_right},
    {"fail=alloc:N", ENOMEM, kState, alloc_fails},
    {"arg=noinsns", EINVAL, kCertain, arg_is<Arg::noinsns>},
    {"arg=badinsns", EFAULT, kCertain, arg_is<Arg::badinsns>},
    {"arg=invalid", EINVAL, kCertain, arg_is<Arg::invalid>},
    {"path limit", ENOMEM, kState, always},
    kOk,
};
constexpr Argument kOkOrBad = {.param = Param::arg, .words = any_of(Arg::ok, Arg::bad)};
constexpr Argument kFirstAlloc = {.param = Param::fail, .low = 1, .high = 1};
constexpr Argument kForkArguments[] = {kOkOrBad, kFirstAlloc};
constexpr Row kForkRows[] = {kForkNoMemory, kArgBad, kOk};
constexpr Argument kThreadArguments[] = {kFirstAlloc};
constexpr Row kThreadRows[] = {kForkNoMemory, kOk};
constexpr Argument kExecArguments[] = {kOkOrBad};
constexpr Row kExecRows[] = {kArgBad, kOk};
constexpr Row kReapRows[] = {
    {"not a child", ECHILD, kState, always},
    {"not waitable yet", EAGAIN, kState, always},
    kOk,
};
constexpr Operation kSeccompOperations[] = {
    {Op::attach, kAttachArguments, kAttachRows},
    {Op::fork, kForkArguments, kForkRows},
    {Op::thread, kThreadArguments, kThreadRows},
    {Op::exec, kExecArguments, kExecRows},
    {Op::exit, {}, kOnlyOk},
    {Op::reap, {}, kReapRows},
};

// A node is one more allocation.
constexpr auto kFilterNodeArguments = changed(kAttachArguments, [](Argument& argument) {
  if (argument.param == Param::fail) argument.high = 3;
});
constexpr Operation kFilterNodeOperations[] = {
    {Op::attach, kFilterNodeArguments, kAttachRows},
    {Op::fork, kForkArguments, kForkRows},
    {Op::thread, kThreadArguments, kThreadRows},
    {Op::exec, kExecArguments, kExecRows},
    {Op::exit, {}, kOnlyOk},
    {Op::reap, {}, kReapRows},
};

constexpr std::string_view kModels[] = {"v5-intended", "v5-posted",        "v6-posted",
                                        "seccomp",     "v5-new-hierarchy", "seccomp-nodes"};
constexpr Grammar kGrammars[] = {
    {"The node designs", std::span(kModels).subspan(0, 3), false, kNodeOperations},
    {"seccomp", std::span(kModels).subspan(3, 1), true, kSeccompOperations},
    {"A node design with the option", std::span(kModels).subspan(4, 1), false, kOptionOperations},
    {"seccomp with nodes", std::span(kModels).subspan(5, 1), false, kFilterNodeOperations},
};

}  // namespace lockstep::table
