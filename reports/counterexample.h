// SPDX-License-Identifier: GPL-2.0-or-later
// A divergence as a folder that can be sent to somebody: the trace, a picture of every step, and what it means.
#pragma once

#include <filesystem>
#include <string>

#include "model/target.h"
#include "oracle/result.h"
#include "reports/counterexample_page.h"

namespace lockstep {

// Runs the find's trace once and writes into `folder`, which is made if need be: counterexample.trace, explain.txt,
// explain-mail.txt, step-NN.dot and step-NN.svg for each step (00 is the start), and index.html, which needs none of
// the others. Each file is complete or absent, and text comes before pictures. target: null if the model runs alone.
// Returns why there are no pictures: empty if there are; without them, if `dot` is missing say, the page tells the
// states in text, and says so.
// Throws std::system_error if the folder cannot be written; NotCapable if the target cannot run the trace.
std::string write_counterexample(const Find& find, const std::string& model, Target* target,
                                 const std::filesystem::path& folder, const Origin& origin = {});

// Where a find's folder stands below its report, "counterexamples/fuzz-seccomp-0123456789abcdef": the same for equal
// finds of a job, safe as a path and as a URL.
std::string counterexample_folder(const Result& result, const Find& find);

}  // namespace lockstep
