// SPDX-License-Identifier: GPL-2.0-or-later
// Where kernels lie, each in a folder of its own: CACHE/kernels/NAME/ with bzImage, release, and made-from, which says
// what it was made from. A folder is there whole or not at all.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "harness/kernels/command.h"

namespace lockstep::kernels {

std::filesystem::path cache_folder();
std::filesystem::path kernels_folder();

// The whole of a file, empty if there is none.
std::string read_file(const std::filesystem::path& file);
// Throws Unavailable.
void write_file(const std::filesystem::path& file, const std::string& text);

// What `uname -r` says in a kernel of this image (x86's bzImage). Nothing: it is no such image.
std::optional<std::string> image_release(const std::filesystem::path& image);

// Room to make a kernel in, one process at a time. What is not published is gone at the end; what a killed process left
// behind is cleared by the next one.
class Workshop {
 public:
  // Waits while another process has it, and says so. Throws Stopped, and Unavailable if there is no room.
  explicit Workshop(const Work& work);
  ~Workshop();
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  std::filesystem::path folder() const { return folder_; }
  // An image, and what else belongs to it: becomes CACHE/kernels/NAME, perhaps in the place of an older one.
  // REQUIRES: made/ lies in folder() and holds bzImage.
  void publish(const std::filesystem::path& made, const std::string& name, const std::string& made_from);

 private:
  void clear();

  std::filesystem::path folder_;
  std::function<void(const std::string&)> say_;
  int lock_;
};

}  // namespace lockstep::kernels
