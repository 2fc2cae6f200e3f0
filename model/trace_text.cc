// SPDX-License-Identifier: GPL-2.0-or-later
// Files, and the question whether a trace fits a model.
#include "model/trace_text.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "model/grammar.h"
#include "model/joined.h"

namespace lockstep {

Trace read_trace(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw TraceError(path, "is a directory, not a trace");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw TraceError(path, fmt::format("cannot be opened: {}", std::strerror(errno)));
  // One byte more than allowed is asked for: a pipe or a device has no size that could be looked up.
  std::string text(kMaxTraceBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) throw TraceError(path, "cannot be read");
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxTraceBytes) {
    throw TraceError(path, fmt::format("is larger than {} MiB, the limit of a trace", kMaxTraceBytes >> 20));
  }
  return parse_trace(text, path);
}

std::optional<std::string> misfit(const Trace& trace, std::string_view model) {
  const Grammar* grammar = grammar_of(model);
  if (grammar == nullptr) {
    return fmt::format("{} is not a model; the models are {}", quoted(model), joined(grammar_models(), ", "));
  }
  for (size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    const auto why = refusal(*grammar, step, trace.start);
    if (!why) continue;
    const std::string place = step.line != 0 ? fmt::format("line {}", step.line) : fmt::format("step {}", i + 1);
    return fmt::format("{}: {} {}", place, model, *why);
  }
  return std::nullopt;
}

}  // namespace lockstep
