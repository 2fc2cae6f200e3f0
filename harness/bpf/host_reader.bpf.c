// SPDX-License-Identifier: GPL-2.0-only
// Looks at all seccomp filters of the host that tasks and open listeners lead to, and at who holds them.
#include "host_reader.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kernel.h"

// Macros, and so not in BTF.
enum { kExiting = 4 /* PF_EXITING */, kAnonInodeMagic = 0x09041934 };
enum { kModeFilter = 2 };  // higher ones are those of a task that its filter kills

char LICENSE[] SEC("license") = "GPL";

#define MAPPED_ARRAY(type_of_value)         \
  struct {                                  \
    __uint(type, BPF_MAP_TYPE_ARRAY);       \
    __uint(map_flags, BPF_F_MMAPABLE);      \
    __uint(max_entries, 1); /* set later */ \
    __type(key, __u32);                     \
    __type(value, type_of_value);           \
  }
MAPPED_ARRAY(struct host_task) tasks SEC(".maps");
MAPPED_ARRAY(struct host_filter) filters SEC(".maps");
MAPPED_ARRAY(struct host_file) files SEC(".maps");
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1); /* set later */
  __type(key, __u64);
  __type(value, __u32);
} index_of SEC(".maps");  // a filter's id -> its place; emptied by user space after each reading

struct host_tally tally;
__u32 births[HOST_BIRTHS];  // for each filter how many tasks began with it; some share a count
const volatile __u64 key[3];

// One to one, so that ids tell objects apart as well as addresses do. key[1] and key[2] are odd.
static __always_inline __u64 id_of(__u64 address) {
  __u64 x = (address ^ key[0]) * key[1];
  return (x ^ (x >> 32)) * key[2];
}

// Where a walk along a path is. Not on the stack: up to 6.7 the verifier looks at a loop's body once only, and takes
// for constants what the stack holds then.
struct {
  volatile __u64 at;  // an address as a number: nothing can be reckoned with a pointer
  __u32 from;         // the filter whose prev is `at`
  __u32 first;        // the one that the walk began with
} walk;

static __always_inline void read_filter(struct seccomp_filter* filter, struct host_filter* out) {
  struct seccomp_filter* prev = 0;
  struct bpf_prog* prog = BPF_CORE_READ(filter, prog);
  out->unreadable = bpf_core_read(&prev, sizeof(prev), &filter->prev) != 0;
  out->refs = BPF_CORE_READ(filter, refs.refs.counter);
  out->users = BPF_CORE_READ(filter, users.refs.counter);
  out->len = BPF_CORE_READ(prog, len);
  out->listened = BPF_CORE_READ(filter, notif) != 0;
  out->prev = HOST_NONE;
  walk.at = (__u64)prev;
}

// One filter, and on to the one before it. 1: the walk ends; what follows was seen before.
static int visit(__u32 depth, void* unused) {
  if (!walk.at) return 1;
  __u64 id = id_of(walk.at);
  __u32* known = bpf_map_lookup_elem(&index_of, &id);
  __u32 place = known ? *known : tally.filters++;
  __u32 from = walk.from;
  struct host_filter* newer = bpf_map_lookup_elem(&filters, &from);
  if (newer) newer->prev = place;
  if (walk.first == HOST_NONE) walk.first = place;
  if (known) return 1;
  struct host_filter* out = bpf_map_lookup_elem(&filters, &place);
  if (!out || bpf_map_update_elem(&index_of, &id, &place, BPF_ANY) != 0) {
    ++tally.lost;
    return 1;
  }
  out->id = id;
  read_filter((void*)walk.at, out);
  walk.from = place;
  return 0;
}

static __always_inline __u32 visit_path(const void* leaf) {
  walk.at = (__u64)leaf;
  walk.from = walk.first = HOST_NONE;
  bpf_loop(HOST_PATH, visit, 0, 0);
  return walk.first;
}

SEC("iter/task")
int see_task(struct bpf_iter__task* ctx) {
  struct task_struct* task = ctx->task;
  if (!task) return 0;
  ++tally.tasks_seen;
  if (bpf_core_field_exists(task->real_cred->user->unix_inflight) &&
      BPF_CORE_READ(task, real_cred, user, unix_inflight))
    tally.inflight = 1;
  if (task->seccomp.mode < kModeFilter) return 0;
  struct seccomp_filter* filter = task->seccomp.filter;
  if (!filter) {
    // From 6.11 on an exiting task takes leave of its filter first and drops it then; that is done before it gives up
    // its memory.
    if ((task->flags & kExiting) && !task->exit_state && task->mm) ++tally.between;
    return 0;
  }
  __u32 place = tally.tasks++;
  struct host_task* out = bpf_map_lookup_elem(&tasks, &place);
  if (!out) return 0;
  out->filter = visit_path(filter);
  out->start = task->start_time;
  out->pid = task->pid;
  out->tgid = task->tgid;
  out->exited = task->exit_state != 0;
  bpf_core_read(&out->comm, sizeof(out->comm), &task->comm);
  return 0;
}

static __always_inline int same(const char* a, const char* b, int size) {
  for (int i = 0; i < size; ++i)
    if (a[i] != b[i]) return 0;
  return 1;
}

// Only the kernel makes files on anon_inodefs, and it alone names them; elsewhere a name says nothing.
SEC("iter/task_file")
int see_file(struct bpf_iter__task_file* ctx) {
  struct task_struct* task = ctx->task;
  struct file* file = ctx->file;
  if (!task || !file) return 0;
  if (file->f_inode->i_sb->s_magic != kAnonInodeMagic) return 0;
  const char listener[] = "seccomp notify", ring[] = "[io_uring]";
  char name[16] = {};
  bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
  if (same(name, ring, sizeof(ring))) ++tally.rings;
  const void* filter = file->private_data;
  if (!same(name, listener, sizeof(listener)) || !filter) return 0;
  __u32 place = tally.files++;
  struct host_file* out = bpf_map_lookup_elem(&files, &place);
  if (!out) return 0;
  walk.at = (__u64)file;
  out->id = id_of(walk.at);
  out->filter = visit_path(filter);
  out->pid = task->tgid;
  out->fd = ctx->fd;
  bpf_core_read(&out->comm, sizeof(out->comm), &task->comm);
  return 0;
}

// At the end of a clone, of all kinds, while the child has not run yet.
SEC("raw_tp/task_newtask")
int on_birth(struct bpf_raw_tracepoint_args* args) {
  struct task_struct* task = (void*)args->args[0];
  struct seccomp_filter* filter = BPF_CORE_READ(task, seccomp.filter);
  if (filter) __sync_fetch_and_add(&births[id_of((__u64)filter) % HOST_BIRTHS], 1);
  return 0;
}

// Run by user space, to learn where we are.
SEC("syscall")
int introduce(void* unused) {
  struct task_struct* task = (void*)bpf_get_current_task();
  tally.nested = BPF_CORE_READ(task, thread_pid, level) != 0;
  return 0;
}
