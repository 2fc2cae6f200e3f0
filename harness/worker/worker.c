// SPDX-License-Identifier: GPL-2.0-or-later
// The worker, twice: linked into lockstep, where its entry is lockstep_worker_spawn(), and as a static program that
// an `exec` step runs. It shares the controller's memory, or has only the arena: so no libc, no thread-local storage,
// no instrumentation, and nothing that is not in its slot.
#include "worker.h"

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/ioctl.h>
#include <linux/kcov.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <linux/signal.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#include "spawn.h"
#include "syscalls.h"

enum { kSignals = 64 };

// A worker in the controller's own address space sleeps the cheaper way.
#ifdef LOCKSTEP_WORKER_IMAGE
enum { kHowAsleep = kAsleepElsewhere, kWait = FUTEX_WAIT };
#else
enum { kHowAsleep = kAsleepHere, kWait = FUTEX_WAIT_PRIVATE };
#endif

// struct sigaction as the system call takes it.
struct KernelAction {
  unsigned long handler, flags, restorer, mask;
};

static long set_signal(int signal, unsigned long handler) {
  struct KernelAction action = {handler, 0, 0, 0};
  return call4(__NR_rt_sigaction, signal, (long)&action, 0, sizeof(action.mask));
}

long lockstep_worker_spawn(unsigned long flags, unsigned slot) { return spawn(CLONE_VM | flags, 0, slot); }

// ---- The nursery

// Leaves just these open, as 0, 1, 2 ... Copied out of the way first, since they may have any numbers.
static long keep_files(const uint64_t* file) {
  enum { kAway = 64 };
  long copy[kWorkerFds];
  for (int i = 0; i < kWorkerFds; ++i) {
    copy[i] = (int)file[i] < 0 ? -1 : call3(__NR_fcntl, (long)file[i], F_DUPFD, kAway);
    if (copy[i] < 0 && (int)file[i] >= 0) return copy[i];
  }
  for (int i = 0; i < kWorkerFds; ++i) {
    if (copy[i] < 0)
      call1(__NR_close, i);
    else
      call3(__NR_dup3, copy[i], i, 0);
  }
  return call3(__NR_close_range, kWorkerFds, ~0u, 0);
}

// Whatever happens to the controller, its death ends this process and with it the whole pid namespace.
static long nurse(const uint64_t* file) {
  call2(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL);
  struct pollfd controller = {(int)file[kWorkerFds], POLLIN, 0};
  if (call3(__NR_poll, (long)&controller, 1, 0) == 1) call1(__NR_exit_group, 1);  // it died before we asked
  call3(__NR_prctl, PR_SET_NAME, (long)"lockstep-nurse", 0);
  // No signal from a terminal, and the mark by which all workers can be found. Not a session of its own: autogroup
  // would then schedule workers and controller as two parties, and a yield would not hand over to the other.
  call2(__NR_setpgid, 0, 0);
  // The controller's handlers are not for code that has no libc, and a crash must not write a core.
  for (int i = 1; i <= kSignals; ++i) set_signal(i, 0);
  set_signal(SIGCHLD, 1);  // ignored: whoever is left without a parent is reaped by the kernel, at once
  struct rlimit64 none = {0, 0};
  call4(__NR_prlimit64, 0, RLIMIT_CORE, (long)&none, 0);
  return keep_files(file);
}

static long drain(void) { return call3(__NR_write, kDrainFd, (long)"1", 1) == 1 ? 0 : -EIO; }

// P1's first command is there before it is born: one handing over less.
static long make_first(const uint64_t* arg) {
  struct WorkerSlot* slot = &LOCKSTEP_ARENA->slot[1];
  slot->asleep = slot->awaited = slot->named = 0;
  slot->op = kOpSetup;
  for (int i = 0; i < 3; ++i) slot->arg[i] = arg[i];
  store(&slot->done, 0);
  store(&slot->posted, 1);
  return spawn(CLONE_VM | SIGCHLD, 0, 1);
}

static long clear(const uint64_t* arg) {
  // Everything that lives has an ancestor among the nursery's children. Asked first, since kill(-1) goes through all
  // processes of the host.
  if (call4(__NR_wait4, -1, 0, __WALL | WNOHANG, 0) != -ECHILD) {
    call2(__NR_kill, -1, SIGKILL);
    while (call4(__NR_wait4, -1, 0, __WALL, 0) != -ECHILD) {
    }
  }
  if (arg[0]) {
    long drained = drain();
    if (drained < 0) return drained;
  }
  return arg[1] ? make_first(arg + 2) : 0;
}

// ---- Tasks of a trace

static long drop_capabilities(void) {
  // Without the bits, an exec as uid 0 would bring everything back.
  long locked = call2(__NR_prctl, PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED);
  if (locked < 0) return locked;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  return call2(__NR_capset, (long)&header, (long)none);
}

static long setup(const uint64_t* arg) {
  long result = arg[2] ? 0 : set_signal(SIGCHLD, 0);
  if (result == 0 && arg[0]) result = call6(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
  if (result == 0 && arg[1]) result = drop_capabilities();
  return result;
}

static long fork_worker(const uint64_t* arg) {
  if (arg[1]) return spawn(CLONE_VM | CLONE_PIDFD | SIGCHLD, (void*)LOCKSTEP_BAD_POINTER, (unsigned)arg[0]);
  return spawn(CLONE_VM | SIGCHLD, 0, (unsigned)arg[0]);
}

static long start_thread(const uint64_t* arg) {
  return spawn(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM, 0, (unsigned)arg[0]);
}

// Returns only if it fails; otherwise start() finishes the command.
static long exec_image(unsigned slot, int bad) {
  char digits[4] = {(char)('0' + slot / 100), (char)('0' + slot / 10 % 10), (char)('0' + slot % 10), 0};
  char* arguments[] = {digits, 0};
  char* environment[] = {0};
  return call6(__NR_execveat, kImageFd, bad ? (long)LOCKSTEP_BAD_POINTER : (long)"", (long)arguments, (long)environment,
               AT_EMPTY_PATH, 0);
}

static long reap(long pid) {
  union {
    struct {
      int signal, error, code, pid;
    } child;
    char size[128];
  } info;
  info.child.signal = 0;
  long result = call6(__NR_waitid, P_PID, pid, (long)&info, WEXITED | WNOHANG, 0, 0);
  if (result < 0) return result;
  return info.child.signal == SIGCHLD ? 0 : -EAGAIN;
}

static long call_marks(unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    LOCKSTEP_ARENA->marked[i] = (int32_t)call6(LOCKSTEP_ARENA->mark[i], 0, 0, 0, 0, 0, 0);
  return 0;
}

// ---- Rules

enum { kAppendRule = 0x100 };

// What recvmsg takes, and what it gives for one descriptor: no header for user space has these without a C library.
struct Message {
  void* name;
  int name_size;
  struct {
    void* data;
    unsigned long size;
  } * part;
  unsigned long parts;
  void* control;
  unsigned long control_size;
  unsigned flags;
};
struct Gift {
  unsigned long size;
  int level, type;
  int fd;
};

// The program's descriptor that the controller sent.
static long take(void) {
  char byte;
  struct Gift gift = {0, 0, 0, -1};
  struct Message message = {0, 0, 0, 1, &gift, sizeof(gift), 0};
  __typeof__(*message.part) part = {&byte, 1};
  message.part = &part;
  const long got = call3(__NR_recvmsg, kGiftFd, (long)&message, 0);
  if (got < 0 || gift.fd < 0) call1(__NR_exit_group, 1);
  return gift.fd;
}

static long append(const uint64_t* arg) {
  const int ours = arg[2] == kProgramGift || arg[2] == kProgramTaken;
  long fd = arg[2] == kProgramGift     ? take()
            : arg[2] == kProgramTaken  ? (long)arg[3]
            : arg[2] == kProgramClosed ? kWorkerFds + 100
                                       : kArenaFd;
  int number = (int)fd;
  const long pointer = arg[1] == kPointerNull ? 0 : arg[1] == kPointerBad ? (long)LOCKSTEP_BAD_POINTER : (long)&number;
  long result = call3(__NR_seccomp, kAppendRule, (long)arg[0], pointer);
  if (ours) call1(__NR_close, fd);
  return result;
}

static char* write_number(char* to, uint64_t number) {
  if (number >= 10) to = write_number(to, number / 10);
  *to = (char)('0' + number % 10);
  return to + 1;
}

static const char* marker(char* path, uint64_t number) {
  static const char kFolder[] = LOCKSTEP_MARKERS "/marker-";
  char* end = path;
  for (const char* from = kFolder; *from; ++from) *end++ = *from;
  *write_number(end, number) = 0;
  return path;
}

static long check(const uint64_t* arg) {
  char path[sizeof(LOCKSTEP_MARKERS) + 32];
  uint64_t attributes[32];  // more than a struct stat
  long opened = call3(__NR_open, (long)marker(path, arg[0]), O_RDONLY, 0);
  if (opened >= 0) call1(__NR_close, opened);
  long seen = call4(__NR_newfstatat, AT_FDCWD, (long)marker(path, arg[1]), (long)attributes, 0);
  return (opened < 0 ? -opened : 0) | (seen < 0 ? -seen : 0) << 16;
}

static long cover(uint64_t words) {
  const long kReadWrite = 3, kShared = 1;
  long fd = call3(__NR_open, (long)LOCKSTEP_KCOV, O_RDWR | O_CLOEXEC, 0);
  if (fd < 0) return fd;
  long result = call3(__NR_ioctl, fd, KCOV_INIT_TRACE, (long)words);
  if (result == 0) result = call6(__NR_mmap, 0, (long)words * 8, kReadWrite, kShared, fd, 0);
  if (result > 0) {
    const long enabled = call3(__NR_ioctl, fd, KCOV_ENABLE, KCOV_TRACE_PC);
    if (enabled < 0) result = enabled;
  }
  call1(__NR_close, fd);  // the mapping and the task keep what it stands for
  return result;
}

static long carry_out(struct WorkerSlot* slot, unsigned number) {
  const uint64_t* arg = slot->arg;
  switch (slot->op) {
    case kOpNurse:
      return nurse(arg);
    case kOpClear:
      return clear(arg);
    case kOpDrain:
      return drain();
    case kOpSetup:
      return setup(arg);
    case kOpAttach:
      return call3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, (long)arg[0], (long)arg[1]);
    case kOpFork:
      return fork_worker(arg);
    case kOpThread:
      return start_thread(arg);
    case kOpExec:
      return exec_image(number, arg[0] != 0);
    case kOpExit:
      return call1(__NR_exit, 0);
    case kOpReap:
      return reap((long)arg[0]);
    case kOpMarks:
      return call_marks((unsigned)arg[0]);
    case kOpHang:
      return hang(arg[0]);
    case kOpTake:
      return take();
    case kOpAppend:
      return append(arg);
    case kOpCheck:
      return check(arg);
    case kOpCover:
      return cover(arg[0]);
    default:
      return -ENOSYS;
  }
}

static void finish(struct WorkerSlot* slot, uint32_t command, long result) {
  slot->result = result;
  store(&slot->done, command);
  if (load(&slot->awaited)) call3(__NR_futex, (long)&slot->done, FUTEX_WAKE, 1);
}

static uint32_t next_command(struct WorkerSlot* slot, uint32_t last) {
  if (load(&slot->posted) != last) return load(&slot->posted);
  store(&slot->asleep, kHowAsleep);
  while (load(&slot->posted) == last) call4(__NR_futex, (long)&slot->posted, kWait, last, 0);
  store(&slot->asleep, kAwake);
  return load(&slot->posted);
}

// So that what follows happens on two processors at once.
static void meet(struct WorkerSlot* slot) {
  const unsigned long processor = 1ul << (slot->meet - 1);
  slot->meet = 0;
  call3(__NR_sched_setaffinity, 0, sizeof(processor), (long)&processor);
  __atomic_fetch_add(&LOCKSTEP_ARENA->met, 1, __ATOMIC_SEQ_CST);
  while (load(&LOCKSTEP_ARENA->met) < 2) __builtin_ia32_pause();
  for (volatile uint32_t round = slot->linger; round != 0; --round) {
  }
}

__attribute__((noreturn)) static void work(unsigned number) {
  struct WorkerSlot* slot = &LOCKSTEP_ARENA->slot[number];
  for (uint32_t last = load(&slot->done);;) {
    last = next_command(slot, last);
    if (slot->meet) meet(slot);
    finish(slot, last, carry_out(slot, number));
  }
}

static void introduce(struct WorkerSlot* slot) {
  long length = call3(__NR_readlink, (long)"/proc/thread-self", (long)slot->self, kSelfSize - 1);
  slot->self[length < 0 ? 0 : length] = 0;
  store(&slot->named, 1);
}

void lockstep_worker_begin(unsigned slot) {
  if (LOCKSTEP_ARENA->introduce) introduce(&LOCKSTEP_ARENA->slot[slot]);
  work(slot);
}

#ifdef LOCKSTEP_WORKER_IMAGE
// The new program's first code; the stack holds argc and then the arguments.
__attribute__((used, noreturn)) static void start(char*** stack) {
  const char* digits = (const char*)stack[1];
  unsigned number = (unsigned)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0'));
  const long kReadWrite = 3, kSharedFixed = 0x100001;  // MAP_SHARED | MAP_FIXED_NOREPLACE
  long mapped = call6(__NR_mmap, (long)LOCKSTEP_ARENA, sizeof(struct Arena), kReadWrite, kSharedFixed, kArenaFd, 0);
  if (mapped != (long)LOCKSTEP_ARENA) call1(__NR_exit_group, 1);
  struct WorkerSlot* slot = &LOCKSTEP_ARENA->slot[number];
  finish(slot, load(&slot->posted), 0);
  work(number);
}

__asm__(
    ".global _start\n"
    "_start:\n\t"
    "xor %ebp, %ebp\n\t"
    "mov %rsp, %rdi\n\t"
    "and $-16, %rsp\n\t"
    "call start\n");
#endif
