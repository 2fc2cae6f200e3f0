/* SPDX-License-Identifier: GPL-2.0-only */
/* What our BPF programs read of the kernel. Only the fields that are read are declared; libbpf finds where the running
 * kernel has them. */
#ifndef LOCKSTEP_BPF_KERNEL_H
#define LOCKSTEP_BPF_KERNEL_H

#include <linux/bpf.h>

typedef struct {
  int counter;
} atomic_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct refcount_struct {
  atomic_t refs;
};
typedef struct {
  long long counter;
} atomic64_t;

struct bpf_prog_aux {
  atomic64_t refcnt;
  char name[16];
};
struct bpf_prog {
  unsigned short pages;
  unsigned len;
  struct bpf_prog_aux* aux;
  struct bpf_insn insnsi[];
};
struct notification;
struct seccomp_filter {
  struct refcount_struct refs;
  struct refcount_struct users;
  struct seccomp_filter* prev;
  struct bpf_prog* prog;
  struct notification* notif;
};
/* Where the kernel has a node design; harness/kernel/linux/README.md. */
struct landlock_rule {
  atomic_t usage;
  struct landlock_rule* prev;
  struct bpf_prog* prog;
};
struct landlock_node {
  atomic_t usage;
  struct landlock_rule* rule;
  struct landlock_node* prev;
  union {
    void* task;
  } owner;
};
struct landlock_events {
  atomic_t usage;
  struct landlock_node* nodes[2];
};
struct seccomp {
  struct landlock_events* landlock_events;
  int mode;
  atomic_t filter_count;
  struct seccomp_filter* filter;
};
struct sighand_struct;
struct mm_struct;
struct user_struct {
  unsigned long unix_inflight;
};
struct cred {
  struct user_struct* user;
};
struct pid {
  unsigned level;
};
struct task_struct {
  unsigned __state;
  unsigned flags;
  int pid;
  int tgid;
  int exit_state;
  unsigned long atomic_flags;
  unsigned long long start_time;
  char comm[16];
  struct mm_struct* mm;
  struct pid* thread_pid;
  const struct cred* real_cred;
  struct sighand_struct* sighand;
  struct seccomp seccomp;
};
struct super_block {
  unsigned long s_magic;
};
struct inode {
  struct super_block* i_sb;
};
struct qstr {
  const unsigned char* name;
};
struct dentry {
  struct qstr d_name;
};
struct path {
  struct dentry* dentry;
};
struct file {
  void* private_data;
  struct inode* f_inode;
  struct path f_path;
};
struct bpf_iter__task {
  struct task_struct* task;
};
struct bpf_iter__task_file {
  struct task_struct* task;
  unsigned fd;
  struct file* file;
};
#pragma clang attribute pop

#endif
