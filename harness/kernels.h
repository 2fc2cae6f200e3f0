// SPDX-License-Identifier: GPL-2.0-or-later
// Kernels that can be booted: where they are, and what there could be. They lie in the cache, outside the source tree:
// LOCKSTEP_CACHE, or lockstep/ in the user's cache folder.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace lockstep {

// There is no kernel of that name: bad usage.
struct UnknownKernel : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct KernelImage {
  std::filesystem::path image;
  std::string release;     // as `uname -r` says it there
  std::string parameters;  // what its command line must hold, or empty: "lockstep_design=v6"
};

// Names: "6.1", "6.12" and so on, Debian's own; "newest", the newest in the cache that Debian 12 does not have; "v5",
// "v5-intended" and "v6", built here from this program's own sources, also as "v5@sanitizers". Nothing: it is not in
// the cache, and kernel_remedy() says what puts it there. Throws UnknownKernel.
std::optional<KernelImage> find_kernel(const std::string& name);
std::string kernel_remedy(const std::string& name);

struct KernelStatus {
  std::string name;
  std::string status;  // in the cache: release and path; or what can be done
};
std::vector<KernelStatus> list_kernels();  // find_kernel() knows each name

}  // namespace lockstep
