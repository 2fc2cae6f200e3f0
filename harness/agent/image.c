// SPDX-License-Identifier: GPL-2.0-or-later
// The agent as a program, as bytes. LOCKSTEP_AGENT_FILE comes from vm.cmake.
#include "image.h"

__asm__(
    ".section .rodata\n"
    ".global lockstep_agent_image\n"
    ".global lockstep_agent_image_end\n"
    "lockstep_agent_image:\n"
    ".incbin \"" LOCKSTEP_AGENT_FILE
    "\"\n"
    "lockstep_agent_image_end:\n"
    ".previous\n"
    ".section .note.GNU-stack,\"\",@progbits\n"
    ".previous\n");
