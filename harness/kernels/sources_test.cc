// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/sources.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "harness/kernels/build.h"
#include "harness/kernels/cache.h"

namespace lockstep::kernels {
namespace {

namespace fs = std::filesystem;

const std::vector<SourceFile> kFiles = {
    {"a.c", "text"}, {"linux/config", "both"}, {"linux/config.fast", "one"}, {"linux/config.sanitizers", "other"}};

std::string key_with(size_t file, SourceFile changed, Flavour flavour = Flavour::fast) {
  auto files = kFiles;
  files[file] = changed;
  return source_key(files, flavour);
}

TEST(Sources, EachChangeIsAnotherKey) {
  std::set<std::string> keys = {source_key(kFiles, Flavour::fast),
                                source_key(kFiles, Flavour::sanitizers),
                                key_with(0, {"a.c", "texT"}),
                                key_with(0, {"b.c", "text"}),
                                key_with(0, {"a.ct", "ext"}),
                                key_with(1, {"linux/config", ""}),
                                key_with(2, {"linux/config.fast", "other"}),
                                source_key(std::span(kFiles).subspan(1), Flavour::fast)};
  EXPECT_EQ(keys.size(), 8U);
  EXPECT_EQ(source_key(kFiles, Flavour::fast), *keys.find(source_key(kFiles, Flavour::fast)));
}

TEST(Sources, TheOtherFlavoursOptionsAreNoneOfItsInputs) {
  EXPECT_EQ(key_with(3, {"linux/config.sanitizers", "new"}), source_key(kFiles, Flavour::fast));
  EXPECT_NE(key_with(3, {"linux/config.sanitizers", "new"}, Flavour::sanitizers),
            source_key(kFiles, Flavour::sanitizers));
  EXPECT_EQ(key_with(2, {"linux/config.fast", "new"}, Flavour::sanitizers), source_key(kFiles, Flavour::sanitizers));
}

// The tree's own files, byte by byte: no other text of a design can get into a kernel.
TEST(Sources, AreTheFilesOfTheTree) {
  const fs::path folder = LOCKSTEP_SOURCE_DIR "/harness/kernel";
  std::set<std::string> names;
  for (const auto& file : source_files()) {
    names.insert(std::string(file.name));
    EXPECT_EQ(read_file(folder / file.name), file.text) << file.name;
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    EXPECT_TRUE((extension != ".c" && extension != ".h") || names.contains(entry.path().filename())) << entry.path();
  }
}

TEST(Sources, KernelCodeSaysItsLicence) {
  for (const auto& file : source_files())
    EXPECT_NE(file.text.substr(0, 60).find("SPDX-License-Identifier: GPL-2.0-only"), std::string::npos) << file.name;
}

}  // namespace
}  // namespace lockstep::kernels
