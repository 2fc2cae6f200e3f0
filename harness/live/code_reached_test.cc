// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/code_reached.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

namespace lockstep::live {
namespace {

uint64_t* buffer(std::initializer_list<uint64_t> words) {
  void* memory =
      mmap(nullptr, CodeReached::kWords * sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  std::copy(words.begin(), words.end(), static_cast<uint64_t*>(memory));
  return static_cast<uint64_t*>(memory);
}
int64_t address(const uint64_t* words) { return reinterpret_cast<int64_t>(words); }

TEST(CodeReachedTest, CollectsWhatTheKernelWroteAndNoMore) {
  CodeReached code;
  auto* lasting = buffer({1, 10});
  code.add_lasting_buffer(address(lasting));
  code.add_buffer(address(buffer({2, 20, 21, 22})));
  EXPECT_TRUE(code.addresses().empty());
  code.end_trace();
  EXPECT_EQ(code.addresses(), (std::set<uint64_t>{10, 20, 21}));
  EXPECT_EQ(lasting[0], 0u);
  lasting[0] = 2, lasting[2] = 11;
  code.end_trace();
  EXPECT_EQ(code.addresses(), (std::set<uint64_t>{10, 11, 20, 21}));
}

TEST(CodeReachedTest, AFullBufferIsReadToItsEnd) {
  CodeReached code;
  code.add_buffer(address(buffer({UINT64_MAX, 7})));
  code.end_trace();
  EXPECT_EQ(code.addresses(), (std::set<uint64_t>{0, 7}));
}

}  // namespace
}  // namespace lockstep::live
