// SPDX-License-Identifier: GPL-2.0-or-later
// The files of harness/kernel/ that go into Linux. They are part of the program, so that an installed one has them, and
// so that it never boots a kernel with other sources than its own.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace lockstep::kernels {

struct SourceFile {
  std::string_view name;  // in harness/kernel/: "landlock_rule.c", "linux/design.c"
  std::string_view text;
};

std::span<const SourceFile> source_files();
// REQUIRES: there is such a file.
std::string_view source_text(std::string_view name);

enum class Flavour { fast, sanitizers };
const char* name_of(Flavour flavour);
std::string config_fragment(Flavour flavour);

// A name for a kernel of these files in this flavour: another file, or another byte in one, is another key.
std::string source_key(std::span<const SourceFile> files, Flavour flavour);

}  // namespace lockstep::kernels
