/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The static program that is the init of each guest. */
#ifndef LOCKSTEP_AGENT_IMAGE_H
#define LOCKSTEP_AGENT_IMAGE_H

#ifdef __cplusplus
extern "C" {
#endif

extern const char lockstep_agent_image[];
extern const char lockstep_agent_image_end[];

#ifdef __cplusplus
}
#endif
#endif
