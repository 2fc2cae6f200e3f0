// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/vm/image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>

#include "harness/kernels.h"
#include "harness/live/file.h"
#include "model/target.h"

namespace lockstep::vm {

namespace {

// Where a bzImage says that it is one (the kernel's boot protocol).
bool is_kernel(int fd) {
  char magic[4] = {};
  return pread(fd, magic, sizeof(magic), 0x202) == sizeof(magic) && std::memcmp(magic, "HdrS", sizeof(magic)) == 0;
}

}  // namespace

Image find_image(const std::string& name) {
  if (name.find('/') == std::string::npos) {
    const auto image = find_kernel(name);
    if (!image) throw Unavailable(fmt::format("vm:{}: this kernel is not here yet; {}", name, kernel_remedy(name)));
    return {image->image.string(), image->parameters};
  }
  const live::File file(open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw Unavailable(fmt::format("vm:{}: it cannot be read: {}", name, live::error_text(errno)));
  struct stat info {};
  if (fstat(file.fd(), &info) != 0 || !S_ISREG(info.st_mode) || !is_kernel(file.fd()))
    throw Unavailable(fmt::format("vm:{}: this is not a kernel image (bzImage)", name));
  return {name, ""};
}

}  // namespace lockstep::vm
