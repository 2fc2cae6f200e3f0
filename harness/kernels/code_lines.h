// SPDX-License-Identifier: GPL-2.0-or-later
// Where in our files the code lies that a kernel of ours takes down when it runs (KCOV).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/kernels/command.h"

namespace lockstep::kernels {

struct CodeLine {
  std::string file;  // "landlock_rule.c"
  std::string function;
  int line = 0;
  auto operator<=>(const CodeLine&) const = default;
};
// By the address that the kernel takes down. Empty if `vmlinux` is not there. Throws Stopped; Unavailable if binutils
// are not there, or cannot read it.
std::map<uint64_t, CodeLine> code_lines(const std::filesystem::path& vmlinux, const Work& work);

// Of each file, in its words: "34 of 36 lines; not landlock_put_rule 58, 61".
std::vector<std::pair<std::string, std::string>> lines_reached(const std::map<uint64_t, CodeLine>& lines,
                                                               const std::set<uint64_t>& reached);

}  // namespace lockstep::kernels
