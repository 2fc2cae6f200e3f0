// SPDX-License-Identifier: GPL-2.0-or-later
// Files, and the question whether a trace fits a model.
#include "model/trace_text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "model/grammar.h"
#include "model/joined.h"

namespace lockstep {

Trace read_trace(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw TraceError(path, "is a directory, not a trace");
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw TraceError(path, fmt::format("cannot be opened: {}", std::strerror(errno)));
  // One byte more than allowed is asked for: a pipe or a device has no size that could be looked up.
  std::string text(kMaxTraceBytes + 1, '\0');
  size_t size = 0;
  ssize_t count = 0;
  // A signal ends the wait for a pipe that nobody writes to; a stream of the library would go on waiting.
  while (size < text.size() && (count = read(file, text.data() + size, text.size() - size)) > 0)
    size += static_cast<size_t>(count);
  const int error = errno;
  close(file);
  if (count < 0) throw TraceError(path, fmt::format("cannot be read: {}", std::strerror(error)));
  text.resize(size);
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
