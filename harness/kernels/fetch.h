// SPDX-License-Identifier: GPL-2.0-or-later
// Debian's own kernels, by version: "6.1", or "newest" for whatever sid has.
#pragma once

#include <string>
#include <vector>

#include "harness/kernels/packages.h"

namespace lockstep::kernels {

// "6.12" and the like.
bool is_version(const std::string& name);

// Of these packages, those that hold a cloud kernel of this version, best first: the highest; of equals the one that
// holds the image itself.
std::vector<std::string> kernel_packages(std::vector<std::string> names, const std::string& version);

// The versions that these packages hold, highest first.
std::vector<std::string> kernel_versions(const std::vector<std::string>& names);

// What this machine's own lists offer of a version; an empty name: nothing.
Package offered(const Packages& packages, const std::string& version, const Work& work);

// Puts it into the cache, if it is not there in the version that is offered, and returns the name that it has there.
// REQUIRES: is_version(name) or "newest". Throws Unavailable, Stopped.
std::string fetch_kernel(const std::string& name, const Work& work);

}  // namespace lockstep::kernels
