// SPDX-License-Identifier: GPL-2.0-or-later
// The names of trace.h: of operations, of argument values and of errors.
#include "model/trace.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>

namespace lockstep {
namespace {

constexpr std::array<const char*, 7> kOps = {"append", "attach", "fork", "thread", "exec", "exit", "reap"};
constexpr std::array<const char*, 8> kArgs = {"ok", "null", "bad", "empty", "large", "noinsns", "badinsns", "invalid"};
constexpr std::array<const char*, 3> kFds = {"ok", "closed", "other"};
constexpr std::array<const char*, 2> kTypes = {"landlock", "other"};

struct ErrorName {
  int number;
  const char* name;
};

// Linux names. Where two names share a number (EAGAIN, EWOULDBLOCK) only the kernel's own stands here.
#define LOCKSTEP_ERROR(name) \
  ErrorName { name, #name }
constexpr ErrorName kErrors[] = {
    LOCKSTEP_ERROR(EPERM),     LOCKSTEP_ERROR(ENOENT),     LOCKSTEP_ERROR(ESRCH),    LOCKSTEP_ERROR(EINTR),
    LOCKSTEP_ERROR(EIO),       LOCKSTEP_ERROR(ENXIO),      LOCKSTEP_ERROR(E2BIG),    LOCKSTEP_ERROR(ENOEXEC),
    LOCKSTEP_ERROR(EBADF),     LOCKSTEP_ERROR(ECHILD),     LOCKSTEP_ERROR(EAGAIN),   LOCKSTEP_ERROR(ENOMEM),
    LOCKSTEP_ERROR(EACCES),    LOCKSTEP_ERROR(EFAULT),     LOCKSTEP_ERROR(EBUSY),    LOCKSTEP_ERROR(EEXIST),
    LOCKSTEP_ERROR(ENODEV),    LOCKSTEP_ERROR(ENOTDIR),    LOCKSTEP_ERROR(EISDIR),   LOCKSTEP_ERROR(EINVAL),
    LOCKSTEP_ERROR(ENFILE),    LOCKSTEP_ERROR(EMFILE),     LOCKSTEP_ERROR(ENOTTY),   LOCKSTEP_ERROR(EFBIG),
    LOCKSTEP_ERROR(ENOSPC),    LOCKSTEP_ERROR(ESPIPE),     LOCKSTEP_ERROR(EROFS),    LOCKSTEP_ERROR(EPIPE),
    LOCKSTEP_ERROR(EDOM),      LOCKSTEP_ERROR(ERANGE),     LOCKSTEP_ERROR(EDEADLK),  LOCKSTEP_ERROR(ENAMETOOLONG),
    LOCKSTEP_ERROR(ENOSYS),    LOCKSTEP_ERROR(ELOOP),      LOCKSTEP_ERROR(ENOMSG),   LOCKSTEP_ERROR(ENODATA),
    LOCKSTEP_ERROR(ETIME),     LOCKSTEP_ERROR(EPROTO),     LOCKSTEP_ERROR(EBADMSG),  LOCKSTEP_ERROR(EOVERFLOW),
    LOCKSTEP_ERROR(EBADFD),    LOCKSTEP_ERROR(EUSERS),     LOCKSTEP_ERROR(EMSGSIZE), LOCKSTEP_ERROR(EOPNOTSUPP),
    LOCKSTEP_ERROR(ENOBUFS),   LOCKSTEP_ERROR(ETIMEDOUT),  LOCKSTEP_ERROR(EALREADY), LOCKSTEP_ERROR(EINPROGRESS),
    LOCKSTEP_ERROR(ECANCELED), LOCKSTEP_ERROR(EOWNERDEAD),
};
#undef LOCKSTEP_ERROR

}  // namespace

const char* name_of(Op op) { return kOps.at(static_cast<size_t>(op)); }
const char* name_of(Arg arg) { return kArgs.at(static_cast<size_t>(arg)); }
const char* name_of(Fd fd) { return kFds.at(static_cast<size_t>(fd)); }
const char* name_of(ProgType type) { return kTypes.at(static_cast<size_t>(type)); }

std::string error_name(int error) {
  for (const ErrorName& known : kErrors) {
    if (known.number == error) return known.name;
  }
  return fmt::format("errno {}", error);
}

std::optional<int> error_number(std::string_view name) {
  for (const ErrorName& known : kErrors) {
    if (known.name == name) return known.number;
  }
  return std::nullopt;
}

char made_letter(Op op) {
  switch (op) {
    case Op::append:
      return 'R';
    case Op::attach:
      return 'F';
    case Op::fork:
    case Op::thread:
      return 'P';
    case Op::exec:
    case Op::exit:
    case Op::reap:
      return 0;
  }
  return 0;
}

}  // namespace lockstep
