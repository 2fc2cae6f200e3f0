// SPDX-License-Identifier: GPL-2.0-or-later
// The first process of a guest with the node designs in it: says which calls are refused, and whom rules reach. What it
// may use of that kernel stands in harness/kernel/linux/README.md. Each line is read by kernel_test.py.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kProgramType = 32, kAppend = 0x100, kMarkers = 9, kInstructionsOfAPage = 512 };

static int load_program(int type, int event, const struct bpf_insn* code, int length) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.prog_type = (unsigned)type;
  attr.expected_attach_type = (unsigned)event;
  attr.insns = (unsigned long)code;
  attr.insn_cnt = (unsigned)length;
  attr.license = (unsigned long)"GPL";
  return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
}

// A program that denies one marker, made longer by instructions that do nothing. -1 and errno if it is refused.
static int load_rule(int rule, int event, int pages) {
  static struct bpf_insn code[64 * kInstructionsOfAPage];
  int length = 0;
  code[length++] = (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 2, .src_reg = 1};
  while (length < (pages - 1) * kInstructionsOfAPage)
    code[length++] = (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1};
  code[length++] = (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1};
  code[length++] = (struct bpf_insn){.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 2, .off = 1, .imm = rule};
  code[length++] = (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0};
  code[length++] = (struct bpf_insn){.code = BPF_JMP | BPF_EXIT};
  return load_program(kProgramType, event, code, length);
}

static const char* answer(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }

static const char* call(unsigned flags, const void* arg) { return answer(syscall(SYS_seccomp, kAppend, flags, arg)); }

static const char* append(int rule, int event, int pages) {
  int fd = load_rule(rule, event, pages);
  if (fd < 0) return answer(fd);
  const char* result = call(0, &fd);
  close(fd);
  return result;
}

// Which of the rules 1 to kMarkers deny their marker.
static void show(const char* task) {
  for (int event = 0; event < 2; ++event) {
    printf("%s sees%d", task, event);
    for (int rule = 1; rule <= kMarkers; ++rule) {
      char name[32];
      struct stat info;
      snprintf(name, sizeof name, "/marker-%d", rule);
      int result = event ? stat(name, &info) : open(name, O_RDONLY);
      if (result < 0) printf(errno == EPERM ? " %d" : " ?%d", rule);
      if (!event && result >= 0) close(result);
    }
    printf("\n");
  }
}

static void refusals(void) {
  const struct bpf_insn nothing[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0}, {.code = BPF_JMP | BPF_EXIT}};
  int none = 99, file = open("/marker-1", O_RDONLY), other = load_program(BPF_PROG_TYPE_SOCKET_FILTER, 0, nothing, 2);
  int rule = load_rule(9, 0, 1);
  printf("no_new_privs %s\n", call(0, &rule));
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  printf("event2 %s\n", append(9, 2, 1));
  printf("null %s\n", call(1, NULL));
  printf("flags %s\n", call(1, (void*)1));
  printf("unreadable %s\n", call(0, (void*)1));
  printf("closed %s\n", call(0, &none));
  printf("file %s\n", call(0, &file));
  printf("type %s\n", call(0, &other));
  printf("pages65 %s\n", append(9, 0, 65));
  if (fork() == 0) {
    printf("pages64 %s\n", append(9, 0, 64));
    printf("one more %s\n", append(8, 1, 1));
    if (setresuid(1, 1, 1) != 0) printf("setresuid failed\n");
    printf("no_cap %s\n", call(0, &rule));
    _exit(0);
  }
  wait(NULL);
  close(rule), close(file), close(other);
}

// The designs differ in whom the appends of a child and of a parent reach.
static void inheritance(void) {
  int ready[2], go[2];
  char byte;
  printf("P1 append1 %s\n", append(1, 0, 1));
  if (pipe(ready) != 0 || pipe(go) != 0) exit(1);
  if (fork() == 0) {
    close(go[1]);
    printf("P2 append2 %s\n", append(2, 0, 1));
    printf("P2 append3 %s\n", append(3, 1, 1));
    show("P2");
    close(ready[0]), close(ready[1]);
    if (read(go[0], &byte, 1) == 0) show("P2 later");
    _exit(0);
  }
  close(ready[1]);
  if (read(ready[0], &byte, 1) == 0) show("P1");
  printf("P1 append4 %s\n", append(4, 0, 1));
  close(go[0]), close(go[1]);
  wait(NULL);
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  for (int rule = 1; rule <= kMarkers; ++rule) {
    char name[32];
    snprintf(name, sizeof name, "/marker-%d", rule);
    close(open(name, O_CREAT | O_WRONLY, 0644));
  }
  refusals();
  inheritance();
  printf("end of the check\n");
  reboot(RB_AUTOBOOT);
}
