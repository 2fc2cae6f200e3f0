// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs: loaded, counted, and gone with the last reference. */
#include "landlock_env.h"

struct slot {
	struct bpf_prog prog;
	struct bpf_prog_aux aux;
};
_Static_assert(sizeof(struct slot) <= SHIM_SLOT, "a program and its aux share one slot");

struct bpf_prog *shim_prog_load(struct shim *shim, enum bpf_prog_type type, u32 event, u32 pages)
{
	struct slot *slot = shim_take(shim, SHIM_PROG);

	if (!slot)
		return NULL;
	slot->prog.pages = pages;
	slot->prog.type = type;
	slot->prog.expected_attach_type = event;
	slot->prog.aux = &slot->aux;
	slot->aux.refcnt.counter = 1;
	slot->aux.id = 0;
	return &slot->prog;
}

void bpf_prog_inc(struct bpf_prog *prog)
{
	shim_touch(prog);
	__atomic_fetch_add(&prog->aux->refcnt.counter, 1, __ATOMIC_RELAXED);
}

void bpf_prog_put(struct bpf_prog *prog)
{
	shim_touch(prog);
	if (__atomic_sub_fetch(&prog->aux->refcnt.counter, 1, __ATOMIC_SEQ_CST) == 0)
		shim_free(prog);
}
