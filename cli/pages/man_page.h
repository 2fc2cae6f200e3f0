// SPDX-License-Identifier: GPL-2.0-or-later
// Manual pages in mdoc(7): one for the program and one for each of its subcommands.
#pragma once

#include <string>
#include <vector>

#include "cli/pages/definition.h"
#include "oracle/result.h"

namespace lockstep::cli {

struct ManPage {
  std::string file;  // "lockstep-fuzz.1"
  std::string text;
};

struct ManFrame {
  std::string date;  // "November 24, 2026"
  std::string version;
  std::vector<Named> exit_codes;
};

std::vector<ManPage> man_pages(const Command& program, const ManFrame& frame);

}  // namespace lockstep::cli
