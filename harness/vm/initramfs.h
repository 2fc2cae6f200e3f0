// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's first and only file system, as the archive (cpio, "newc") that a kernel unpacks when it starts.
#pragma once

#include <string>
#include <string_view>

namespace lockstep::vm {

// /init is this program; besides there are /dev with console, null, kmsg and the serial lines, and nothing else.
std::string make_initramfs(std::string_view init);

}  // namespace lockstep::vm
