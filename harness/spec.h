// SPDX-License-Identifier: GPL-2.0-or-later
// The target "spec:M": another model, in this process.
#pragma once

#include <memory>
#include <string>

#include "model/model.h"
#include "model/target.h"

namespace lockstep {

// Null if there is no such model.
std::unique_ptr<Target> make_spec(const std::string& model);
// One that is not in the list: a mutated model, say.
std::unique_ptr<Target> make_spec(std::unique_ptr<Model> model);

}  // namespace lockstep
