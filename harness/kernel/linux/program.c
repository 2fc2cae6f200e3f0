// SPDX-License-Identifier: GPL-2.0-only
/* What a rule's program may do: read its context, use maps. */
#include <linux/bpf_verifier.h>
#include <linux/filter.h>

#include "program.h"

static bool is_valid_access(int off, int size, enum bpf_access_type type,
			    const struct bpf_prog *prog, struct bpf_insn_access_aux *info)
{
	return type == BPF_READ && off == offsetof(struct bpf_landlock_context, marker) &&
	       size == sizeof_field(struct bpf_landlock_context, marker);
}

static const struct bpf_func_proto *get_func_proto(enum bpf_func_id id, const struct bpf_prog *prog)
{
	return bpf_base_func_proto(id);
}

const struct bpf_prog_ops landlock_prog_ops = {};
const struct bpf_verifier_ops landlock_verifier_ops = {
	.get_func_proto = get_func_proto,
	.is_valid_access = is_valid_access,
};
