// SPDX-License-Identifier: GPL-2.0-or-later
// The last two steps of a trace at the same time, on two processors of a real kernel, again and again: what came of
// them is held against both orders of the two. What `explore --interleave` finds in every order of atomic steps, chance
// has to find here.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "model/target.h"
#include "oracle/conform.h"

namespace lockstep {

struct RaceOptions {
  std::string model;
  uint64_t times = 10000;
  std::function<void(uint64_t done, uint64_t in_no_order)> progress;
  std::function<bool()> stop;
};

struct RaceResult : Unseen {
  uint64_t times = 0;                  // that both steps were taken
  std::array<uint64_t, 2> in_order{};  // it came out as if the one, or only as if the other had been first
  std::map<std::string, std::pair<Divergence, uint64_t>> in_none;  // by cause, with how often it came out so
  std::string ended;  // why there were fewer times than asked for, if the target was gone
  uint64_t none() const;
};

// REQUIRES: the target takes the last two steps of each trace at once, and shows the state after both after either;
// there are two; of different tasks. Throws NotCapable, and what the target throws before they were taken once. What
// differs before them is a divergence.
RaceResult race(const RaceOptions& options, const Trace& trace, Target& target);

}  // namespace lockstep
