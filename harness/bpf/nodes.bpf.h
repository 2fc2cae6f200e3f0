/* SPDX-License-Identifier: GPL-2.0-only */
/* A part of observe.bpf.c: walks from the wanted tasks over events, nodes, rules and programs. Objects are put into a
 * list when they are met first, and the list is gone through until nothing new comes. */
#ifndef LOCKSTEP_NODES_BPF_H
#define LOCKSTEP_NODES_BPF_H

#include "nodes.h"

struct nodes_observation nodes;

/* The compiler must not know what a variable holds: or it checks one copy of it and uses another, and the verifier has
 * forgotten that they are equal. */
#define HIDE(variable) asm volatile("" : "+r"(variable))

/* An object's address, all its bits turned round -> the generation that it was met in last. As it is it would look to
 * kmemleak as if the object were still in use, or the next one in its place. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4 * NODES_OBJECTS);
  __type(key, __u64);
  __type(value, __u32);
} met SEC(".maps");

static __always_inline void meet(__u64 address, __u32 kind) {
  if (!address) return;
  __u32 generation = nodes.generation;
  __u64 key = ~address;
  __u32* before = bpf_map_lookup_elem(&met, &key);
  if (before && *before == generation) return;
  __u64 place = nodes.count;
  HIDE(place);
  if (place >= NODES_OBJECTS || bpf_map_update_elem(&met, &key, &generation, BPF_ANY) != 0) {
    nodes.lost = 1;
    return;
  }
  nodes.object[place].address = address;
  nodes.object[place].kind = kind;
  nodes.count = place + 1;
}

static __always_inline void read_events(struct nodes_object* out) {
  struct landlock_events* events = (void*)out->address;
  out->counter = BPF_CORE_READ(events, usage.counter);
  for (int i = 0; i < 2; ++i) {
    __u64 to = 0;
    bpf_probe_read_kernel(&to, sizeof(to), (void*)events + bpf_core_field_offset(events->nodes) + i * sizeof(to));
    out->to[i] = to;
    meet(to, nodes.design_has_nodes ? NODES_NODE : NODES_RULE);
  }
}

static __always_inline void read_node(struct nodes_object* out) {
  struct landlock_node* node = (void*)out->address;
  out->counter = BPF_CORE_READ(node, usage.counter);
  out->to[0] = (__u64)BPF_CORE_READ(node, prev);
  out->to[1] = (__u64)BPF_CORE_READ(node, rule);
  out->to[2] = (__u64)BPF_CORE_READ(node, owner.task);
  meet(out->to[0], NODES_NODE);
  meet(out->to[1], NODES_RULE);
}

static __always_inline void read_rule(struct nodes_object* out) {
  struct landlock_rule* rule = (void*)out->address;
  out->counter = BPF_CORE_READ(rule, usage.counter);
  out->to[0] = (__u64)BPF_CORE_READ(rule, prev);
  out->to[1] = (__u64)BPF_CORE_READ(rule, prog);
  meet(out->to[0], NODES_RULE);
  meet(out->to[1], NODES_PROG);
}

static __always_inline void read_prog(struct nodes_object* out) {
  struct bpf_prog* prog = (void*)out->address;
  struct bpf_prog_aux* aux = BPF_CORE_READ(prog, aux);
  out->counter = (__s32)BPF_CORE_READ(aux, refcnt.counter);
  out->pages = BPF_CORE_READ(prog, pages);
  bpf_core_read(&out->name, sizeof(out->name), &aux->name);
}

static int look_at(__u32 i, void* unused) {
  __u64 place = i;
  HIDE(place);
  if (place >= nodes.count || place >= NODES_OBJECTS) return 1;
  struct nodes_object* out = &nodes.object[place];
  switch (out->kind) {
    case NODES_EVENTS:
      read_events(out);
      break;
    case NODES_NODE:
      read_node(out);
      break;
    case NODES_RULE:
      read_rule(out);
      break;
    default:
      read_prog(out);
  }
  return 0;
}

static int begin_at(__u32 i, void* unused) {
  __u64 place = i;
  HIDE(place);
  if (place >= observation.wanted_count || place >= OBSERVE_SLOTS) return 1;
  __u64 slot = observation.wanted[place];
  HIDE(slot);
  if (slot >= OBSERVE_SLOTS) return 1;
  struct task_struct* task = (void*)observation.task[slot];
  __u64 events = task ? (__u64)BPF_CORE_READ(task, seccomp.landlock_events) : 0;
  nodes.events[slot] = events;
  meet(events, NODES_EVENTS);
  return 0;
}

SEC("syscall")
int observe_nodes(void* unused) {
  nodes.count = nodes.lost = 0;
  bpf_loop(OBSERVE_SLOTS, begin_at, 0, 0);
  bpf_loop(NODES_OBJECTS, look_at, 0, 0);
  return 0;
}

#endif
