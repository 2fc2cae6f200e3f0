// SPDX-License-Identifier: GPL-2.0-or-later
// Linux with the node designs in it: Debian's source of 6.1, the C files of harness/kernel/, and one configuration for
// each flavour.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/kernels/command.h"
#include "harness/kernels/sources.h"

namespace lockstep::kernels {

// Of the programs and headers that a build needs: the packages whose are not here.
std::vector<std::string> missing_for_build(const Work& work);

// Its folder's name in the cache: one for each state of our own sources.
std::string built_name(Flavour flavour);

struct Built {
  bool made = false;  // false: it was in the cache, made from the same
};
// Throws Unavailable, Stopped.
Built build_kernel(Flavour flavour, const Work& work);

// Puts our files and lines into an unpacked tree. Throws InsertionError.
void add_sources(const std::filesystem::path& tree);

}  // namespace lockstep::kernels
