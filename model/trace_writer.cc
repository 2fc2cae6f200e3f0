// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <iterator>

#include "model/grammar.h"
#include "model/trace_text.h"

namespace lockstep {
namespace {

void write_expectation(std::string& out, const Expectation& expect) {
  out += fmt::format("expect {} {}", expect.target, expect.diverges ? "DIVERGES" : "CONFORMS");
  if (!expect.property.empty()) out += " " + expect.property;
  if (expect.step != 0) out += fmt::format(" step={}", expect.step);
  out += '\n';
}

void write_header(std::string& out, const Trace& trace) {
  out += "lockstep 1\n";
  for (const std::string& line : trace.shows) out += line.empty() ? "#\n" : "# " + line + "\n";
  if (!trace.model.empty()) out += "model " + trace.model + "\n";
  for (const Expectation& expect : trace.expectations) write_expectation(out, expect);
  if (trace.start != Start{}) {
    out += fmt::format("start{}{}\n", trace.start.nnp ? "" : " nnp=0", trace.start.cap ? "" : " cap=0");
  }
  if (!trace.mark.empty()) out += "mark " + trace.mark + "\n";
}

void write_step(std::string& out, const Step& step) {
  fmt::format_to(std::back_inserter(out), "P{} {}", step.task, name_of(step.op));
  if (step.op == Op::reap) fmt::format_to(std::back_inserter(out), " P{}", step.child);
  for (int i = 0; i < kParams; ++i) {
    const Param param = static_cast<Param>(i);
    const bool always = param == Param::event && step.op == Op::append;
    if (!always && value_of(step, param) == default_of(param)) continue;
    fmt::format_to(std::back_inserter(out), " {}={}", name_of(param), value_text(step, param));
  }
  if (step.error != 0) {
    out += " = " + error_name(step.error);
  } else if (made_letter(step.op) != 0) {
    fmt::format_to(std::back_inserter(out), " -> {}{}", made_letter(step.op), step.made);
  }
  out += '\n';
}

}  // namespace

std::string write_trace(const Trace& trace) {
  std::string out;
  write_header(out, trace);
  for (const Step& step : trace.steps) write_step(out, step);
  return out;
}

}  // namespace lockstep
