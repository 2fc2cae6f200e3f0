// SPDX-License-Identifier: GPL-2.0-or-later
// The formats behind render(), one file each.
#pragma once

#include "reports/format.h"

namespace lockstep {

std::string write_text(std::span<const Result> results, const RenderOptions& options);
std::string write_json(std::span<const Result> results, const RenderOptions& options);
std::string write_junit(std::span<const Result> results, const RenderOptions& options);
std::string write_ktap(std::span<const Result> results);
// A test of a KTAP report. directive: "SKIP why", or empty.
std::string ktap_line(bool ok, int number, const std::string& what, const std::string& directive);

}  // namespace lockstep
