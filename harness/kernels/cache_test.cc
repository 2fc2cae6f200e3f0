// SPDX-License-Identifier: GPL-2.0-or-later
// The cache: what is in it is whole, whoever was killed when.
#include "harness/kernels/cache.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "harness/kernels.h"
#include "harness/kernels/build.h"
#include "model/target.h"

namespace lockstep::kernels {
namespace {

namespace fs = std::filesystem;

// As much of a bzImage as says its release.
std::string image_of(const std::string& release) {
  std::string image(0x300, '\0');
  const auto version = release + " (somebody) #1";
  image.replace(0x202, 4, "HdrS");
  image[0x20e] = '\x80';  // the version is at 0x280
  image.replace(0x280, version.size(), version);
  return image;
}

class Cache : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "lockstep-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    setenv("LOCKSTEP_CACHE", folder_.c_str(), 1);
  }
  void TearDown() override {
    unsetenv("LOCKSTEP_CACHE");
    fs::remove_all(folder_);
  }
  void publish(const std::string& name, const std::string& release) {
    Workshop workshop({});
    const auto made = workshop.folder() / "made";
    fs::create_directory(made);
    write_file(made / "bzImage", image_of(release));
    workshop.publish(made, name, "a source\n");
  }
  fs::path folder_;
};

TEST_F(Cache, IsWhereItIsSaidToBe) {
  EXPECT_EQ(cache_folder(), folder_);
  unsetenv("LOCKSTEP_CACHE");
  setenv("XDG_CACHE_HOME", "/some/where", 1);
  EXPECT_EQ(cache_folder(), "/some/where/lockstep");
  unsetenv("XDG_CACHE_HOME");
  EXPECT_EQ(cache_folder(), fs::path(std::getenv("HOME")) / ".cache/lockstep");
}

TEST_F(Cache, AnImageSaysItsRelease) {
  const auto file = folder_ / "image";
  write_file(file, image_of("6.1.2-x"));
  EXPECT_EQ(image_release(file), "6.1.2-x");
  for (const auto& other :
       {std::string(), std::string("ELF"), std::string(0x300, '\0'), image_of("").substr(0, 0x210)}) {
    write_file(file, other);
    EXPECT_EQ(image_release(file), std::nullopt);
  }
  EXPECT_EQ(image_release(folder_ / "none"), std::nullopt);
}

TEST_F(Cache, WhatIsPublishedIsFound) {
  EXPECT_FALSE(find_kernel("6.1"));
  publish("6.1", "6.1.0-9-cloud");
  publish("6.12", "6.12.3");
  EXPECT_EQ(find_kernel("6.1")->release, "6.1.0-9-cloud");
  EXPECT_EQ(find_kernel("6.12")->image, folder_ / "kernels/6.12/bzImage");
  publish("6.1", "6.1.0-10-cloud");
  EXPECT_EQ(find_kernel("6.1")->release, "6.1.0-10-cloud");
  EXPECT_FALSE(fs::exists(folder_ / "kernels/.work"));
}

TEST_F(Cache, TheDesignsShareAnImageOfThisProgramsSources) {
  publish("v5-fast-0123456789abcdef", "6.1.9");
  EXPECT_FALSE(find_kernel("v5")) << "other sources";
  publish(built_name(Flavour::fast), "6.1.9");
  EXPECT_EQ(find_kernel("v5")->parameters, "lockstep_design=v5");
  EXPECT_EQ(find_kernel("v5-intended")->parameters, "lockstep_design=v5-intended");
  EXPECT_EQ(find_kernel("v6")->image, find_kernel("v5")->image);
  EXPECT_FALSE(find_kernel("v6@sanitizers"));
  publish(built_name(Flavour::sanitizers), "6.1.9");
  EXPECT_EQ(find_kernel("v6@sanitizers")->parameters, "lockstep_design=v6");
}

TEST_F(Cache, WhatIsListedHasAName) {
  publish("7.3", "7.3.1");
  publish(built_name(Flavour::fast), "6.1.9");
  std::string found;
  for (const auto& kernel : list_kernels()) {
    EXPECT_EQ(find_kernel(kernel.name).has_value(), kernel.status.starts_with("in the cache: ")) << kernel.status;
    if (find_kernel(kernel.name)) found += kernel.name + " ";
  }
  EXPECT_EQ(found, "7.3 v5 v5-intended v6 ");
}

TEST_F(Cache, OtherNamesAreRefused) {
  for (const auto* name :
       {"", "v7", "6", "6.1.2", "../x", "6.1@sanitizers", "v5@fast", "@sanitizers", "newest@sanitizers"})
    EXPECT_THROW(find_kernel(name), UnknownKernel) << name;
}

TEST_F(Cache, TheNewestIsNewerThanWhatDebian12Has) {
  publish("6.1", "6.1.9"), publish("6.12", "6.12.9");
  EXPECT_FALSE(find_kernel("newest"));
  EXPECT_EQ(kernel_remedy("newest"), "lockstep kernel fetch newest");
  publish("7.2", "7.2.1"), publish("7.10", "7.10.0");
  EXPECT_EQ(find_kernel("newest")->release, "7.10.0");
}

TEST_F(Cache, SomethingThatIsNoImageIsNotPublished) {
  Workshop workshop({});
  fs::create_directory(workshop.folder() / "made");
  write_file(workshop.folder() / "made/bzImage", "half of it");
  EXPECT_THROW(workshop.publish(workshop.folder() / "made", "6.1", "x\n"), Unavailable);
  EXPECT_FALSE(fs::exists(kernels_folder() / "6.1"));
}

TEST_F(Cache, AKilledProcessLeavesNothingThatCounts) {
  publish("6.1", "6.1.9");
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    Workshop workshop({});
    write_file(workshop.folder() / "half", "x");
    if (write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_TRUE(fs::exists(kernels_folder() / ".work/half"));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(find_kernel("6.1")->release, "6.1.9");
  Workshop next({});
  EXPECT_TRUE(fs::is_empty(next.folder()));
  close(ready[0]), close(ready[1]);
}

TEST_F(Cache, OneAtATimeAndWhoeverWaitsCanBeStopped) {
  Workshop first({});
  std::string said;
  int asked = 0;
  const Work work{.say = [&](const std::string& text) { said += text; }, .stop = [&] { return ++asked == 3; }};
  EXPECT_THROW(Workshop second(work), Stopped);
  EXPECT_EQ(said, "waiting for another process that makes a kernel");
  EXPECT_TRUE(fs::exists(first.folder()));
}

TEST_F(Cache, WhereNothingCanBeWrittenIsSaid) {
  write_file(folder_ / "file", "x");
  setenv("LOCKSTEP_CACHE", (folder_ / "file").c_str(), 1);
  try {
    Workshop workshop({});
    FAIL();
  } catch (const Unavailable& error) {
    EXPECT_NE(std::string(error.what()).find("LOCKSTEP_CACHE"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace lockstep::kernels
