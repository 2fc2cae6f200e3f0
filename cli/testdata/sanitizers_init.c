// SPDX-License-Identifier: GPL-2.0-or-later
// The first process of a guest with the sanitizers on: uses each of them once. Appends whose allocations fail one after
// the other leave rules behind in the posted design, which kmemleak has to find; KCOV has to see lines of ours.
// Each line is read by kernel_test.py.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/kcov.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kProgramType = 32, kAppend = 0x100, kMostAllocations = 40, kMostLines = 4096 };

#define DEBUG "/sys/kernel/debug/"

static void write_to(const char* file, const char* text) {
  int fd = open(file, O_WRONLY);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) printf("%s: %s\n", file, strerrorname_np(errno));
  close(fd);
}

static int load_rule(void) {
  const struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0}, {.code = BPF_JMP | BPF_EXIT}};
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.prog_type = kProgramType;
  attr.insns = (unsigned long)code;
  attr.insn_cnt = 2;
  attr.license = (unsigned long)"GPL";
  return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
}

// Appends in a child, its n-th allocation failing. True: there was an n-th one.
static int append_with_fault(int fd, int n) {
  int status;
  if (fork() == 0) {
    char text[16];
    int fault = open("/proc/thread-self/fail-nth", O_RDWR);
    snprintf(text, sizeof text, "%d", n);
    if (fault < 0 || write(fault, text, strlen(text)) < 0) _exit(2);
    long result = syscall(SYS_seccomp, kAppend, 0, &fd);
    const char* answer = result == 0 ? "ok" : strerrorname_np(errno);
    memset(text, 0, sizeof text);
    if (pread(fault, text, sizeof text - 1, 0) <= 0 || write(fault, "0", 1) < 0) _exit(2);
    int injected = text[0] == '0';
    printf("fault %d: %s%s\n", n, answer, injected ? "" : ", not reached");
    _exit(injected);
  }
  wait(&status);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static void faults(void) {
  int fd = load_rule(), n = 1;
  write_to(DEBUG "failslab/ignore-gfp-wait", "N");
  while (n < kMostAllocations && append_with_fault(fd, n)) ++n;
  close(fd);
}

static void leaks(void) {
  static char text[1 << 16];
  int found = 0;
  // What was freed a moment ago may still be in a register or on a stack: it looks twice, and then once more.
  for (int i = 0; i < 3; ++i) {
    sleep(6);
    write_to(DEBUG "kmemleak", "scan");
  }
  int fd = open(DEBUG "kmemleak", O_RDONLY);
  for (ssize_t got; (got = read(fd, text, sizeof text - 1)) > 0;) {
    text[got] = 0;
    for (const char* at = text; (at = strstr(at, "landlock_new_rule")) != NULL; ++at) ++found;
  }
  close(fd);
  printf("leaked rules %d\n", found);
}

static void lines(void) {
  int rule = load_rule(), fd = open(DEBUG "kcov", O_RDWR);
  if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, kMostLines) != 0) {
    printf("no KCOV\n");
    return;
  }
  uint64_t* cover = mmap(NULL, kMostLines * sizeof *cover, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC);
  __atomic_store_n(cover, 0, __ATOMIC_RELAXED);
  syscall(SYS_seccomp, kAppend, 0, &rule);
  uint64_t count = __atomic_load_n(cover, __ATOMIC_RELAXED);
  ioctl(fd, KCOV_DISABLE, 0);
  printf("lines seen %s\n", count > 0 ? "yes" : "no");
  for (uint64_t i = 0; i < count && i + 1 < kMostLines; ++i) printf("at %#lx\n", (unsigned long)cover[i + 1]);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  mkdir("/proc", 0755), mkdir("/sys", 0755);
  mount("proc", "/proc", "proc", 0, NULL);
  mount("sysfs", "/sys", "sysfs", 0, NULL);
  mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  write_to(DEBUG "kmemleak", "clear");
  faults();
  leaks();
  lines();
  printf("end of the check\n");
  reboot(RB_AUTOBOOT);
}
