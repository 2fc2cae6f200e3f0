// SPDX-License-Identifier: GPL-2.0-or-later
// One run at a time in a folder: two would mix up each other's files.
#pragma once

#include <filesystem>

namespace lockstep::cli {

// The kernel releases it when the process ends, however it does; nothing is left behind in the folder.
class FolderLock {
 public:
  // Makes the folder if need be. Throws Unavailable if another process holds it, or it cannot be made.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

}  // namespace lockstep::cli
