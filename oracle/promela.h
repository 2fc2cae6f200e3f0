// SPDX-License-Identifier: GPL-2.0-or-later
// A model's scope as a Promela program, for SPIN: the same transition text, run once per path by a world that prints.
#pragma once

#include <string>

namespace lockstep {

struct PromelaOptions {
  int tasks = 3;
  int events = 2;  // of the node designs
  int ops = 3;
  bool faults = true;
};
// REQUIRES: there is a model of that name.
std::string to_promela(const std::string& model, const PromelaOptions& options);

}  // namespace lockstep
