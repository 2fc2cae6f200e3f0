// SPDX-License-Identifier: GPL-2.0-or-later
// Traces as text: reading and writing. The format is in docs/trace-format.md, what it may say in grammar.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "model/trace.h"
#include "model/trace_error.h"

namespace lockstep {

inline constexpr size_t kMaxTraceBytes = 4u << 20;  // of a file

// The trace in `text`; `file` is only what it is called in messages. Throws TraceError at the first thing that is
// wrong.
Trace parse_trace(std::string_view text, const std::string& file);

// The same from a file. Throws TraceError, also for what is missing, a directory, or larger than kMaxTraceBytes.
Trace read_trace(const std::string& path);

// The text of a trace: arguments at their default are left out. parse_trace() of it gives an equal trace, but for the
// line numbers. REQUIRES: a trace that parse_trace() could have made; so no line end or unprintable character in
// `shows` and `mark`, and `mark` neither begins nor ends with a space nor has a word that begins with `#`.
std::string write_trace(const Trace& trace);

// Why this model cannot run this trace, with the line of the step: "line 4: seccomp does not know `append`".
std::optional<std::string> misfit(const Trace& trace, std::string_view model);

}  // namespace lockstep
