// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/vm/initramfs.h"

#include <gtest/gtest.h>

#include <map>

namespace lockstep::vm {
namespace {

struct Unpacked {
  unsigned mode, major, minor;
  std::string data;
};

unsigned field(const std::string& archive, size_t at, int index) {
  return unsigned(std::stoul(archive.substr(at + 6 + size_t(index) * 8, 8), nullptr, 16));
}

// By the words of the format, and not by ours.
std::map<std::string, Unpacked> unpack(const std::string& archive) {
  std::map<std::string, Unpacked> all;
  const auto aligned = [](size_t at) { return (at + 3) & ~size_t{3}; };
  for (size_t at = 0; at < archive.size();) {
    EXPECT_EQ(archive.substr(at, 6), "070701");
    const size_t name_size = field(archive, at, 11), size = field(archive, at, 6);
    const std::string name = archive.substr(at + 110, name_size - 1);
    EXPECT_EQ(archive.at(at + 110 + name_size - 1), '\0');
    const size_t data = aligned(at + 110 + name_size);
    all[name] = {field(archive, at, 1), field(archive, at, 9), field(archive, at, 10), archive.substr(data, size)};
    at = aligned(data + size);
  }
  return all;
}

TEST(VmInitramfsTest, HoldsInitAndDevicesAndEnds) {
  const std::string init(
      "\x7f"
      "ELF\0program",
      12);
  const auto files = unpack(make_initramfs(init));
  ASSERT_TRUE(files.contains("init"));
  EXPECT_EQ(files.at("init").mode, 0100755u);
  EXPECT_EQ(files.at("init").data, init);
  EXPECT_EQ(files.at("dev/console").mode, 0020600u);
  EXPECT_EQ(files.at("dev/ttyS1").major, 4u);
  EXPECT_EQ(files.at("dev/ttyS1").minor, 65u);
  EXPECT_TRUE(files.contains("TRAILER!!!"));
}

}  // namespace
}  // namespace lockstep::vm
