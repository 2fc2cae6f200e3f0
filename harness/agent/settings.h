// SPDX-License-Identifier: GPL-2.0-or-later
// What the host wants of the agent: words behind "--" on the kernel's command line, which the kernel hands to its init.
#pragma once

#include <string>

#include "harness/live.h"

namespace lockstep::agent {

struct Settings {
  bool crowd = false;     // crowd=1
  bool together = false;  // the last two steps of each trace are taken at the same time
  LiveOptions live{.faults = true, .alone = true, .code = true};  // drain=0, timeout=MS
  std::string misbehave;  // test=HOW:STEP, for tests of the host: what the guest does before it takes that step
  int misbehave_step = 0;
};

// Throws Unavailable for a word that it does not know.
Settings parse_settings(int count, char** words);

}  // namespace lockstep::agent
