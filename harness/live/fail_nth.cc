// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/fail_nth.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <stdexcept>

#include "harness/live/file.h"

namespace lockstep::live {

namespace {

File open_for(int pid, int how) { return File(open(fmt::format("/proc/{}/fail-nth", pid).c_str(), how | O_CLOEXEC)); }

bool write_text(const File& file, const std::string& text) {
  return file && write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

bool can_fail_nth() { return access("/proc/self/fail-nth", R_OK | W_OK) == 0; }

void let_all_allocations_fail() {
  const auto set = [](const char* name, const char* value) {
    write_text(File(open(fmt::format("/sys/kernel/debug/{}", name).c_str(), O_WRONLY | O_CLOEXEC)), value);
  };
  set("failslab/ignore-gfp-wait", "N");
  set("failslab/verbose", "0");
  set("fail_page_alloc/verbose", "0");
}

void fail_nth(int pid, unsigned n) {
  if (!write_text(open_for(pid, O_WRONLY), fmt::format("{}", n)))
    throw std::runtime_error("live: no allocation can be made to fail: " + error_text(errno));
}

std::optional<bool> end_fail_nth(int pid) {
  const File file = open_for(pid, O_RDWR);
  char left[16] = {};
  if (!file || pread(file.fd(), left, sizeof(left) - 1, 0) <= 0 || !write_text(file, "0")) return std::nullopt;
  return left[0] == '0';
}

}  // namespace lockstep::live
