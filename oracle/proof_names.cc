// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/prove.h"

namespace lockstep {

const char* name_of(ProofStatus status) {
  constexpr const char* kNames[] = {"proved", "refuted", "unknown", "n/a"};
  return kNames[static_cast<size_t>(status)];
}

const char* name_of(ProofAnswer answer) {
  constexpr const char* kNames[] = {"proved", "open", "unknown"};
  return kNames[static_cast<size_t>(answer)];
}

const char* name_of(SideStatus status) {
  constexpr const char* kNames[] = {"reachable", "dead", "unknown"};
  return kNames[static_cast<size_t>(status)];
}

}  // namespace lockstep
