// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "model/target.h"

namespace lockstep::kernels {

namespace fs = std::filesystem;

namespace {

constexpr int kNapMs = 200;

const char* variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != 0 ? value : nullptr;
}

[[noreturn]] void unusable(const fs::path& folder, const std::string& why) {
  throw Unavailable(
      fmt::format("{}: {}; free some room there, or name another folder with LOCKSTEP_CACHE", folder.string(), why));
}

int take_lock(const fs::path& file, const Work& work) {
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) unusable(file, std::system_category().message(errno));
  for (bool told = false; flock(fd, LOCK_EX | LOCK_NB) != 0; told = true) {
    if (!told) work.say("waiting for another process that makes a kernel");
    poll(nullptr, 0, kNapMs);
    if (!work.stop()) continue;
    close(fd);
    throw Stopped();
  }
  return fd;
}

}  // namespace

fs::path cache_folder() {
  if (const auto* here = variable("LOCKSTEP_CACHE")) return here;
  if (const auto* cache = variable("XDG_CACHE_HOME")) return fs::path(cache) / "lockstep";
  const auto* home = variable("HOME");
  return fs::path(home != nullptr ? home : "/root") / ".cache/lockstep";
}

fs::path kernels_folder() { return cache_folder() / "kernels"; }

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  if (!(out << text) || !out.flush()) unusable(file, "cannot be written");
}

std::optional<std::string> image_release(const fs::path& image) {
  // Documentation/arch/x86/boot.rst of Linux: the header's magic, and where its version string is.
  constexpr size_t kMagicAt = 0x202, kVersionAt = 0x20e, kVersionFrom = 0x200, kLongest = 128;
  std::ifstream in(image, std::ios::binary);
  std::string head(kVersionFrom + 0x10000 + kLongest, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<size_t>(in.gcount()));
  if (head.size() < kVersionAt + 2 || head.compare(kMagicAt, 4, "HdrS") != 0) return std::nullopt;
  const size_t at =
      kVersionFrom + (static_cast<uint8_t>(head[kVersionAt]) | static_cast<uint8_t>(head[kVersionAt + 1]) << 8);
  if (at == kVersionFrom || at >= head.size()) return std::nullopt;
  const auto release = head.substr(at, head.find_first_of(std::string(" \0", 2), at) - at);
  return release.empty() ? std::nullopt : std::optional(release);
}

// A kernel's source is 80,000 files: on some disks that takes minutes.
void Workshop::clear() {
  if (!fs::is_empty(folder_)) say_("clearing up");
  fs::remove_all(folder_);
}

Workshop::Workshop(const Work& work) : folder_(kernels_folder() / ".work"), say_(work.say) {
  std::error_code error;
  fs::create_directories(kernels_folder(), error);
  if (error) unusable(kernels_folder(), error.message());
  lock_ = take_lock(kernels_folder() / ".lock", work);
  try {
    if (fs::exists(folder_)) clear();
    fs::create_directory(folder_);
  } catch (const fs::filesystem_error& failed) {
    close(lock_);
    unusable(folder_, failed.code().message());
  }
}

Workshop::~Workshop() {
  try {
    clear();
  } catch (const fs::filesystem_error&) {  // the next one clears it
  }
  close(lock_);
}

void Workshop::publish(const fs::path& made, const std::string& name, const std::string& made_from) {
  const auto release = image_release(made / "bzImage");
  if (!release) throw Unavailable(fmt::format("{}: what was made is no kernel image", name));
  write_file(made / "release", *release + "\n");
  write_file(made / "made-from", made_from);
  const auto place = kernels_folder() / name;
  try {
    if (fs::exists(place)) fs::rename(place, folder_ / "replaced");
    fs::rename(made, place);
  } catch (const fs::filesystem_error& failed) {
    unusable(place, failed.code().message());
  }
}

}  // namespace lockstep::kernels
