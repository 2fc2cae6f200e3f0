// SPDX-License-Identifier: GPL-2.0-or-later
// The reviewed files of a kernel's source, as Debian has it, in the cache.
#pragma once

#include <filesystem>
#include <string>

#include "harness/kernels/command.h"

namespace lockstep::cli {

// CACHE/sources: a tree for each version, of the files alone that reviewed_functions() names.
std::filesystem::path sources_folder();
// Unpacks what the machine's apt offers of this version ("6.12") and returns its tree; what is there already of the
// same package stays. Throws Unavailable, kernels::Stopped.
std::filesystem::path fetch_source(const std::string& version, const kernels::Work& work);

}  // namespace lockstep::cli
