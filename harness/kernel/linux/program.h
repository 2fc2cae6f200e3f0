/* SPDX-License-Identifier: GPL-2.0-only */
/* The eBPF programs that are rules: BPF_PROG_TYPE_LANDLOCK, whose context is inserted in
 * uapi/linux/bpf.h. */
#ifndef LOCKSTEP_PROGRAM_H
#define LOCKSTEP_PROGRAM_H

#include <linux/bpf.h>

extern const struct bpf_prog_ops landlock_prog_ops;
extern const struct bpf_verifier_ops landlock_verifier_ops;

#endif /* LOCKSTEP_PROGRAM_H */
