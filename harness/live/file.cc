// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/file.h"

#include <fcntl.h>

#include <array>

namespace lockstep::live {

std::string read_text(const std::string& path) {
  File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  if (!file) return text;
  std::array<char, 4096> part;
  for (ssize_t got; (got = read(file.fd(), part.data(), part.size())) > 0;) text.append(part.data(), got);
  return text;
}

}  // namespace lockstep::live
