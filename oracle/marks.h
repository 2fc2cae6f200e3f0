// SPDX-License-Identifier: GPL-2.0-or-later
// Coverage marks: short names for what a trace makes happen, such as "v5-intended later append reaches grandchild".
// Each trace of the corpus carries one that no other carries, so that it says why it is there.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/trace.h"

namespace lockstep {

// All marks that this trace earns on its own model. REQUIRES: trace.model is a model that can run it.
std::set<std::string> marks_of(const Trace& trace);

using Corpus = std::map<std::string, Trace>;  // by file name. REQUIRES: each as above
// Where the traces do not each carry a mark that they earn and that no other carries: a sentence each.
std::vector<std::string> mark_problems(const Corpus& corpus);
// The mark that tells this trace from all of the corpus: rather one that no other earns, of its last step, and of what
// is seen from outside. Empty: all that it earns are carried.
std::string own_mark(const Trace& trace, const Corpus& corpus);

}  // namespace lockstep
