// SPDX-License-Identifier: GPL-2.0-or-later
// What models and properties promise, as sentences for those who did not write them.
#pragma once

#include <string>
#include <vector>

#include "model/model.h"
#include "model/trace.h"

namespace lockstep {

// What every user of the design may rely on, with the example of the mail: P1, P2 and R1 to R3 (or F1 to F3).
std::vector<std::string> promise_words(const ModelInfo& model);
// "P1 appends R1 for event 0." "P1 tries to fork and gets ENOMEM."
std::string step_words(const Step& step, int error);
// "success", "EINVAL".
std::string outcome_words(int error);
// What a divergence's property says: a property's own sentence, or what it means that results, views, … differ.
std::string property_words(const std::string& property);
// The step as it stands in a trace.
std::string step_line(const Step& step);

}  // namespace lockstep
