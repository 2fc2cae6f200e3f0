// SPDX-License-Identifier: GPL-2.0-or-later
// What tests with real guests share. They need a kernel, which is fetched where it can be; without one they are
// skipped, and say so.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "harness/kernels.h"
#include "harness/kernels/fetch.h"
#include "harness/vm.h"
#include "model/trace_text.h"

namespace lockstep::vm {

// Why no guest with this kernel can be had; empty if one can. Debian's kernels are fetched; one of our own takes
// minutes to build.
inline std::string why_no_guest(const std::string& kernel) {
  if (const std::string hindrance = vm_hindrance(); !hindrance.empty()) return hindrance;
  if (find_kernel(kernel)) return "";
  if (!kernels::is_version(kernel)) return "it is not built: " + kernel_remedy(kernel);
  try {
    kernels::fetch_kernel(kernel, {});
    return "";
  } catch (const std::exception& why) {
    return why.what();
  }
}

// Skips the test, loudly, without one. A fixture's SetUp() ends with it; a test that calls it returns if IsSkipped().
inline void need_guest(const std::string& kernel) {
  const std::string why = why_no_guest(kernel);
  if (why.empty()) return;
  std::cerr << "NOT TESTED, no guest vm:" << kernel << " here: " << why << std::endl;
  GTEST_SKIP() << why;
}

inline Trace seccomp_trace(const std::string& text) {
  return parse_trace("lockstep 1\nmodel seccomp\n" + text, "test");
}

// "P1: F2 F1 | P2 zombie:": views newest first.
inline std::string views(Target& target) {
  Snapshot s;
  target.observe(s);
  std::string text;
  for (const TaskFacts& task : s.tasks) {
    text += fmt::format("{}P{}{}:", text.empty() ? "" : " | ", task.number, task.life == Life::zombie ? " zombie" : "");
    for (const uint16_t filter : task.view[0]) text += fmt::format(" F{}", filter);
  }
  return text;
}

// Whether the process is there and more than what its parent has not waited for.
inline bool runs(int pid) {
  std::error_code none;
  return std::filesystem::exists(fmt::format("/proc/{}/fd/0", pid), none);
}

class VmTest : public testing::Test {
 protected:
  void SetUp() override { need_guest(kKernel); }
  std::unique_ptr<VmTarget> boot(const VmOptions& options = {}) { return make_vm(kKernel, options); }

  static constexpr const char* kKernel = "6.12";
};

}  // namespace lockstep::vm
