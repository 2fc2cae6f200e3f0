// SPDX-License-Identifier: GPL-2.0-or-later
// A divergence as a folder that can be sent to somebody: the trace, a picture of every step, and what it means.
#pragma once

#include <filesystem>
#include <string>

#include "model/target.h"
#include "oracle/result.h"

namespace lockstep {

// Runs the find's trace once and writes into `folder`, which is made if need be: counterexample.trace, explain.txt,
// explain-mail.txt, and step-NN.dot and step-NN.svg for each step (00 is the start). Each file is complete or absent,
// and text comes before pictures. target: null if the model runs alone.
// Throws Unavailable if `dot` is missing, after everything but the .svg files was written; std::system_error if the
// folder cannot be written; NotCapable if the target cannot run the trace.
void write_counterexample(const Find& find, const std::string& model, Target* target,
                          const std::filesystem::path& folder);

}  // namespace lockstep
