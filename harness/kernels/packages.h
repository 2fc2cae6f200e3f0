// SPDX-License-Identifier: GPL-2.0-or-later
// Debian packages as files: looked up with the machine's own apt, unpacked, never installed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/kernels/command.h"

namespace lockstep::kernels {

struct Package {
  std::string name, version;
  std::string text() const { return name + " " + version; }
};

// One set of package lists.
class Packages {
 public:
  // The machine's own.
  static Packages own();
  // Another suite of the Debian mirror that the machine's own configuration names. Its lists are fetched into
  // CACHE/apt/; the machine's stay as they are. Throws Unavailable, Stopped.
  static Packages of_suite(const std::string& suite, const Work& work);

  // All names that begin like this.
  std::vector<std::string> names(const std::string& prefix, const Work& work) const;
  // Empty: there is no such package.
  std::string candidate(const std::string& name, const Work& work) const;
  // Unpacks it below `folder`, which is made. Throws Unavailable, Stopped.
  void unpack(const Package& package, const std::filesystem::path& folder, const Work& work) const;

 private:
  explicit Packages(std::vector<std::string> options) : options_(std::move(options)) {}
  std::vector<std::string> command(std::vector<std::string> words) const;

  std::vector<std::string> options_;
};

// The Debian mirror in the output of `apt-get indextargets` with kTargetFormat; empty: there is none.
inline constexpr const char* kTargetFormat = "$(ORIGIN) $(LABEL) $(REPO_URI)";
std::string debian_mirror(const std::string& targets);

// Throws Unavailable, with the last line that the program said, and this remedy.
void require_success(const Ended& ended, const std::string& what, const std::string& remedy);

}  // namespace lockstep::kernels
