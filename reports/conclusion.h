// SPDX-License-Identifier: GPL-2.0-or-later
// What a result comes to, said the same in every format.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "oracle/result.h"

namespace lockstep {

enum class Conclusion : uint8_t { passed, failed, skipped, inconclusive };
const char* name_of(Conclusion conclusion);
// As exit_code() has it; skipped: nothing was run, because the target cannot run it.
Conclusion conclusion_of(const Result& result);
// Of a whole nightly: a target that is missing here is no failure, unless nothing was run at all.
Conclusion conclusion_of(std::span<const Result> results);
// One sentence each, loud word first: "SKIPPED: 3 traces: …", "UNOBSERVED: …", "INCONCLUSIVE: …", "MISSING: …".
std::vector<std::string> warnings_of(const Result& result);
// The notes that warnings_of() does not tell already.
std::vector<std::string> other_notes(const Result& result);
// Why it did not pass: one line. Empty if it did.
std::string reason_of(const Result& result);
// "v5-intended → spec:v5-posted"; the model alone without an arrow; "sim:v6 → sim:v5 (v5-intended)" where a target
// predicted.
std::string pair_of(const Result& result);

}  // namespace lockstep
