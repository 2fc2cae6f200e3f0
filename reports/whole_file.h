// SPDX-License-Identifier: GPL-2.0-or-later
// Writes a file so that nobody ever sees half of it.
#pragma once

#include <filesystem>
#include <string_view>

namespace lockstep {

// Under another name first, then renamed; an old file of this name is replaced, a symbolic link too, not followed.
// Throws std::system_error.
void write_whole_file(const std::filesystem::path& path, std::string_view content);

// A place that a user named (`-o`): symbolic links are followed, and what is no regular file (a pipe, a device) is
// written to and stays. Throws std::system_error.
void write_named_file(const std::filesystem::path& path, std::string_view content);

// Removes what a killed write_whole_file() left in this folder, not below it. REQUIRES: nobody is writing there.
void remove_leftovers(const std::filesystem::path& folder);

}  // namespace lockstep
