// SPDX-License-Identifier: GPL-2.0-or-later
// Which kernel a vm: target names.
#pragma once

#include <string>

namespace lockstep::vm {

struct Image {
  std::string path;
  std::string parameters;  // that its command line must hold
};

// Throws Unavailable with the remedy: it is not there, or it is no kernel; UnknownKernel. `name` as make_vm() has it.
Image find_image(const std::string& name);

}  // namespace lockstep::vm
