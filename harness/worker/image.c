// SPDX-License-Identifier: GPL-2.0-or-later
// The worker as a program, as bytes. LOCKSTEP_WORKER_FILE comes from live.cmake.
#include "worker.h"

__asm__(
    ".section .rodata\n"
    ".global lockstep_worker_image\n"
    ".global lockstep_worker_image_end\n"
    "lockstep_worker_image:\n"
    ".incbin \"" LOCKSTEP_WORKER_FILE
    "\"\n"
    "lockstep_worker_image_end:\n"
    ".previous\n"
    ".section .note.GNU-stack,\"\",@progbits\n"
    ".previous\n");
