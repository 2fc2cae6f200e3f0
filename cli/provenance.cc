// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/provenance.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/utsname.h>
#include <z3_version.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <boost/version.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "cli/presets.h"
#include "model/machine.h"
#include "reports/pipe_through.h"
#include "reports/sha256.h"

namespace lockstep::cli {

namespace {

// SHA-256 of what a file holds, unpacked if it is compressed: the same configuration has the same hash in
// /proc/config.gz and in /boot. Nothing: it cannot be read, and errno says why.
std::optional<std::string> hash_of(const std::string& path) {
  errno = 0;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) return std::nullopt;
  Sha256 hash;
  std::array<char, 65536> buffer{};
  int count = 0;
  while ((count = gzread(file.get(), buffer.data(), buffer.size())) > 0)
    hash.add({buffer.data(), static_cast<size_t>(count)});
  return count == 0 ? std::optional(hash.hex()) : std::nullopt;
}

// The hash of the first file that can be read; or empty, and the reason among `more`.
std::string first_hash(const std::vector<std::string>& files, const char* what, std::vector<Named>& more) {
  std::string reasons;
  for (const auto& file : files) {
    if (const auto hash = hash_of(file)) return *hash;
    reasons +=
        fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", file, errno == 0 ? "damaged" : std::strerror(errno));
  }
  more.push_back({what, "not known: " + reasons});
  return "";
}

std::string graphviz_version() {
  const auto dot = pipe_through({"dot", "-V"}, "", 5000);  // writes it to standard error
  const auto end = dot.error.find_last_not_of('\n');
  return dot.started && dot.status == 0 && end != std::string::npos ? dot.error.substr(0, end + 1) : "none";
}

std::vector<Named> libraries() {
  return {{"compiler", LOCKSTEP_COMPILER},
          {"Boost", BOOST_LIB_VERSION},
          {"RapidCheck", LOCKSTEP_RAPIDCHECK},  // says of itself only what its package says
          {"SQLite", sqlite3_libversion()},
          {"libbpf", libbpf_version_string()},
          {"Z3", Z3_FULL_VERSION},
          {std::string(kGraphviz), graphviz_version()}};
}

}  // namespace

Provenance provenance_here() {
  utsname kernel{};
  uname(&kernel);
  const std::string release = kernel.release, commit = LOCKSTEP_COMMIT;
  Provenance here;
  here.tool_version = LOCKSTEP_VERSION + (commit.empty() ? "" : " (" + commit + ")");
  here.kernel = fmt::format("{} {}", release, kernel.machine);
  here.btf_hash = first_hash({"/sys/kernel/btf/vmlinux"}, "BTF", here.more);
  here.config_hash = first_hash({"/proc/config.gz", "/boot/config-" + release}, "kernel configuration", here.more);
  here.more.push_back(
      {"model parameters", fmt::format("{} event types, at most {} pages of rules, {} instructions on a "
                                       "path of filters",
                                       kEvents, kMaxPages, kMaxPathLength)});
  for (auto& library : libraries()) here.more.push_back(std::move(library));
  return here;
}

void add_switches(Provenance& provenance, const std::vector<Result>& results) {
  for (const auto& result : results)
    for (const auto& note : result.notes) {
      const bool known = std::any_of(provenance.more.begin(), provenance.more.end(),
                                     [&](const auto& each) { return each.value == note; });
      if (says_switches(note) && !known) provenance.more.push_back({"switches", note});
    }
}

}  // namespace lockstep::cli
