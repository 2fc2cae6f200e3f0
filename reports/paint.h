// SPDX-License-Identifier: GPL-2.0-or-later
// ANSI colours for the few words that should be seen first; nothing where colours are off.
#pragma once

#include <string>

namespace lockstep {

class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}
  std::string bold(const std::string& text) const { return in("1", text); }
  std::string red(const std::string& text) const { return in("1;31", text); }
  std::string green(const std::string& text) const { return in("32", text); }
  std::string yellow(const std::string& text) const { return in("33", text); }

 private:
  std::string in(const char* code, const std::string& text) const {
    return on_ ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
  }
  bool on_;
};

}  // namespace lockstep
