// SPDX-License-Identifier: GPL-2.0-or-later
// What checking commands found, in the form that was asked for: one call, list of results in, text out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "oracle/result.h"

namespace lockstep {

enum class Format : uint8_t { text, json, junit, ktap };
std::optional<Format> find_format(std::string_view name);
const char* name_of(Format format);

struct RenderOptions {
  std::string tool_version;
  bool color = false;  // text only
};

// Everything that goes to standard output. One result's text ends with its verdict line.
std::string render(std::span<const Result> results, Format format, const RenderOptions& options = {});

}  // namespace lockstep
