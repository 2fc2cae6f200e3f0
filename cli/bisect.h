// SPDX-License-Identifier: GPL-2.0-or-later
// Exit codes for `git bisect run`: 0 conforms, 1 diverges, 125 (skip this revision) for whatever judges nothing. A
// signal stays 128+n, which ends the bisection.
#pragma once

#include "oracle/result.h"

namespace lockstep::cli {

// Whether --bisect is among the arguments, well-formed or not.
bool asks_to_bisect(int argc, const char* const* argv);
// What happened counts, not what was foreseen; a trace that its own model contradicts judges no target.
int bisect_code(const Result& result);
// For the code that the program would end with otherwise.
int bisect_code(int code);

}  // namespace lockstep::cli
