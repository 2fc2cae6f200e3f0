// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

namespace lockstep {

namespace {

const std::string kPart = ".part-";  // and six letters or digits

bool is_leftover(const std::filesystem::path& file) {
  const auto ending = file.extension().string();
  return ending.size() == kPart.size() + 6 && ending.starts_with(kPart) &&
         std::all_of(ending.begin() + static_cast<ptrdiff_t>(kPart.size()), ending.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0; });
}

[[noreturn]] void fail(const char* what, const std::string& name) {
  throw std::system_error(errno, std::generic_category(), std::string(what) + " " + name);
}

void write_all(int fd, std::string_view content, const std::string& name) {
  while (!content.empty()) {
    const auto count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno != EINTR) fail("cannot write", name);
    if (count > 0) content.remove_prefix(static_cast<size_t>(count));
  }
}

// The file under its first name; removed again unless it was put in place.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& path) : name_(path.string() + kPart + "XXXXXX") {
    fd_ = mkostemp(name_.data(), O_CLOEXEC);
    if (fd_ < 0) fail("cannot make", name_);
  }
  ~TemporaryFile() {
    if (fd_ >= 0) close(fd_);
    if (!in_place_) unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::string_view content) {
    write_all(fd_, content, name_);
    // mkostemp() keeps everybody else out; a report is no secret.
    if (fchmod(fd_, 0644) != 0) fail("cannot write", name_);
  }
  void put_at(const std::filesystem::path& path) {
    if (rename(name_.c_str(), path.c_str()) != 0) fail("cannot put in place", name_);
    in_place_ = true;
  }

 private:
  std::string name_;
  int fd_ = -1;
  bool in_place_ = false;
};

// A pipe, a terminal, a device: nothing that could be put in its place.
void write_into(const std::filesystem::path& path, std::string_view content) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) fail("cannot open", path.string());
  try {
    write_all(fd, content, path.string());
  } catch (...) {
    close(fd);
    throw;
  }
  if (close(fd) != 0) fail("cannot write", path.string());
}

// Where a chain of symbolic links ends; nothing need be there.
std::filesystem::path behind_links(std::filesystem::path path) {
  constexpr int kMostLinks = 40;  // as the kernel has it
  for (int links = 0; std::filesystem::is_symlink(std::filesystem::symlink_status(path)); ++links) {
    errno = ELOOP;
    if (links == kMostLinks) fail("cannot follow", path.string());
    path = path.parent_path() / std::filesystem::read_symlink(path);
  }
  return path;
}

}  // namespace

void write_whole_file(const std::filesystem::path& path, std::string_view content) {
  TemporaryFile file(path);
  file.write(content);
  file.put_at(path);
}

void write_named_file(const std::filesystem::path& path, std::string_view content) {
  std::error_code none;
  const auto there = std::filesystem::status(path, none);
  const bool replaceable = !std::filesystem::exists(there) || std::filesystem::is_regular_file(there);
  if (replaceable)
    write_whole_file(behind_links(path), content);
  else
    write_into(path, content);
}

void remove_leftovers(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> leftovers;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->symlink_status().type() == std::filesystem::file_type::regular && is_leftover(at->path()))
      leftovers.push_back(at->path());
  for (const auto& file : leftovers) std::filesystem::remove(file, error);
}

}  // namespace lockstep
