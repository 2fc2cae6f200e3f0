/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our own designs behind lockstep_sim.h: sim_designs.c runs steps, sim_dump.c shows objects. */
#ifndef LOCKSTEP_HARNESS_SIM_DESIGNS_H
#define LOCKSTEP_HARNESS_SIM_DESIGNS_H

#include "harness/lockstep_sim.h"

#ifdef __cplusplus
extern "C" {
#endif

extern const struct lockstep_sim_library lockstep_sim_v5_posted;
extern const struct lockstep_sim_library lockstep_sim_v5_intended;
extern const struct lockstep_sim_library lockstep_sim_v6_posted;

#ifdef __cplusplus
}
#endif

#endif /* LOCKSTEP_HARNESS_SIM_DESIGNS_H */
