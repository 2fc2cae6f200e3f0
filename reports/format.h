// SPDX-License-Identifier: GPL-2.0-or-later
// What checking commands found, in the form that was asked for: one call, list of results in, text out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "oracle/result.h"
#include "reports/run.h"

namespace lockstep {

enum class Format : uint8_t { text, json, junit, ktap };
std::optional<Format> find_format(std::string_view name);
const char* name_of(Format format);

struct RenderOptions {
  bool color = false;                   // text only
  const Run* run = nullptr;             // that the results are of: what they were got on, and by which tool
  const RunHistory* history = nullptr;  // text only: what is new, and what is gone
  bool obligations = false;             // text only: each obligation of a proof
};

// Everything that goes to standard output. One result's text ends with its verdict line, unless a run is given.
// REQUIRES: a run is given where a history is.
std::string render(std::span<const Result> results, Format format, const RenderOptions& options = {});

}  // namespace lockstep
