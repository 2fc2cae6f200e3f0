// SPDX-License-Identifier: GPL-2.0-or-later
// A whole build, with a source of a few lines, and stand-ins for apt and make that do as each test says.
#include "harness/kernels/build.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "harness/kernels.h"
#include "harness/kernels/cache.h"
#include "harness/kernels/insertions.h"
#include "harness/kernels/packages.h"
#include "model/target.h"

namespace lockstep::kernels {
namespace {

namespace fs = std::filesystem;

// A line that an anchor of ours matches.
std::string line_for(const std::string& anchor) {
  std::string line;
  bool escaped = false;
  for (const char c : anchor) {
    if (escaped)
      line += c == 't' ? '\t' : c;
    else if (c != '^' && c != '$' && c != '\\')
      line += c;
    escaped = !escaped && c == '\\';
  }
  return line;
}

class Build : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "lockstep-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    setenv("LOCKSTEP_CACHE", (folder_ / "cache").c_str(), 1);
    setenv("STAND_IN", folder_.c_str(), 1);
    path_ = std::getenv("PATH");
    setenv("PATH", ((folder_ / "bin:").string() + path_).c_str(), 1);
    make_source();
    for (const auto* tool : {"gcc", "make", "ld", "flex", "bison", "bc", "pahole", "perl"})
      program(tool, "echo '" + std::string(tool) + " 1'");
    program("apt-cache", "echo '  Candidate: '$(cat $STAND_IN/version)");
    program("apt-get", "cp $STAND_IN/source.tar.xz package.deb || { echo 'E: No route'; exit 100; }");
    program("dpkg-deb", "mkdir -p $3/usr/src && cp $2 $3/usr/src/linux-source-6.1.tar.xz");
    offer("6.1.9-1");
    make_does("true");
  }
  void TearDown() override {
    setenv("PATH", path_.c_str(), 1);
    unsetenv("LOCKSTEP_CACHE"), unsetenv("STAND_IN");
    fs::remove_all(folder_);
  }

  void make_source() {
    const auto tree = folder_ / "linux-source-6.1";
    for (const auto& insertion : parse_insertions(source_text("linux/insertions"))) {
      const auto file = tree / insertion.file;
      fs::create_directories(file.parent_path());
      write_file(file, read_file(file) + line_for(insertion.anchor) + "\n");
    }
    ASSERT_EQ(run({.words = {"tar", "-cJf", "source.tar.xz", "linux-source-6.1"}, .folder = folder_}, {}).code, 0);
  }
  void program(const std::string& name, const std::string& text) {
    fs::create_directories(folder_ / "bin");
    write_file(folder_ / "bin" / name, "#!/bin/sh\n" + text + "\n");
    chmod((folder_ / "bin" / name).c_str(), 0755);
  }
  void offer(const std::string& version) { write_file(folder_ / "version", version); }
  // Configures and compiles, but for `also`.
  void make_does(const std::string& also) {
    program("make",
            "cp lockstep.config .config; mkdir -p arch/x86/boot; echo '  CC      x.o'; echo run >> $STAND_IN/runs\n"
            "{ head -c 514 /dev/zero; printf HdrS; head -c 8 /dev/zero; printf '\\200\\000'; head -c 112 /dev/zero;"
            " printf '6.1.9-lockstep (x)'; } > arch/x86/boot/bzImage; touch vmlinux\n" +
                also);
  }
  Built build(
      Flavour flavour = Flavour::fast, std::function<bool()> stop = [] { return false; }) {
    return build_kernel(flavour,
                        {.say = [this](const std::string& text) { said_ += text + "\n"; }, .stop = std::move(stop)});
  }
  std::string refusal() {
    try {
      build();
    } catch (const Unavailable& error) {
      return error.what();
    }
    return "";
  }
  bool is_clean() const { return !fs::exists(kernels_folder() / ".work"); }

  fs::path folder_;
  std::string path_, said_;
};

TEST_F(Build, MakesAKernelThatIsFound) {
  EXPECT_TRUE(build().made);
  ASSERT_TRUE(find_kernel("v5"));
  EXPECT_EQ(find_kernel("v5")->release, "6.1.9-lockstep");
  EXPECT_EQ(read_file(kernels_folder() / built_name(Flavour::fast) / "made-from"), "linux-source-6.1 6.1.9-1\ngcc 1\n");
  EXPECT_NE(said_.find("compiling: 1 files"), std::string::npos) << said_;
  EXPECT_FALSE(find_kernel("v5@sanitizers"));
  EXPECT_TRUE(is_clean());
}

TEST_F(Build, OnlyTheSanitizersKeepWhatTurnsAddressesIntoLines) {
  build(Flavour::fast), build(Flavour::sanitizers);
  EXPECT_FALSE(fs::exists(kernels_folder() / built_name(Flavour::fast) / "vmlinux"));
  EXPECT_TRUE(fs::exists(kernels_folder() / built_name(Flavour::sanitizers) / "vmlinux"));
}

TEST_F(Build, TheSameInputsAreNotBuiltTwice) {
  build();
  const auto runs = read_file(folder_ / "runs");
  EXPECT_FALSE(build().made);
  EXPECT_EQ(read_file(folder_ / "runs"), runs);
  offer("6.1.10-1");
  EXPECT_TRUE(build().made) << "a newer source";
  program("gcc", "echo gcc 2");
  EXPECT_TRUE(build().made) << "another compiler";
  offer("(none)");
  EXPECT_FALSE(build().made) << "without package lists what is there is taken";
}

TEST_F(Build, AnOptionThatDroppedOutIsNamed) {
  make_does("sed -i /CONFIG_DEBUG_INFO_BTF/d .config");
  EXPECT_EQ(refusal(),
            "the kernel's configuration left out CONFIG_DEBUG_INFO_BTF=y; do this source, this compiler and "
            "pahole have it?");
  EXPECT_FALSE(find_kernel("v5"));
  EXPECT_TRUE(is_clean());
}

TEST_F(Build, ACompilerErrorIsShownAndTheLogKept) {
  make_does("case \"$*\" in *bzImage*) echo 'x.c:1: error: no'; echo 'make: gone'; exit 2;; esac");
  const auto log = kernels_folder() / "build.log";
  EXPECT_EQ(refusal(), "the kernel's build failed: x.c:1: error: no; its output is in " + log.string());
  EXPECT_NE(read_file(log).find("make: gone"), std::string::npos);
  EXPECT_FALSE(find_kernel("v5"));
}

TEST_F(Build, WithoutAKernelAtItsEndItIsNone) {
  make_does("case \"$*\" in *bzImage*) echo half > arch/x86/boot/bzImage;; esac");
  EXPECT_NE(refusal().find("is no kernel image"), std::string::npos);
  EXPECT_FALSE(find_kernel("v5"));
}

TEST_F(Build, WhatTheMachineLacksIsSaid) {
  fs::remove(folder_ / "source.tar.xz");
  EXPECT_EQ(refusal(),
            "linux-source-6.1 6.1.9-1: E: No route; is there a network, and are the package lists new (apt-get "
            "update)?");
  offer("(none)");
  EXPECT_NE(refusal().find("package lists do not have it; as root, on Debian 12: apt-get update"), std::string::npos);
  setenv("PATH", (folder_ / "bin:/none").c_str(), 1);
  program("env", "shift; exec \"$@\"");
  fs::create_symlink("/bin/sh", folder_ / "bin/sh");
  EXPECT_EQ(refusal(), "packages that a kernel build needs are missing; as root: apt-get install xz-utils tar");
}

TEST_F(Build, OneThatIsStoppedLeavesNothing) {
  make_does("case \"$*\" in *bzImage*) sleep 1000;; esac");
  EXPECT_THROW(build(Flavour::fast, [this] { return said_.find("compiling") != std::string::npos; }), Stopped);
  EXPECT_FALSE(find_kernel("v5"));
  EXPECT_TRUE(is_clean());
  make_does("true");
  EXPECT_TRUE(build().made);
}

// The sources of another kernel: one anchor is gone, another there twice.
TEST_F(Build, ASourceThatIsOtherThanExpectedIsRefused) {
  for (const auto* change : {"s/.*landlock.*//", "p"}) {
    fs::remove_all(folder_ / "linux-source-6.1");
    make_source();
    const auto file = folder_ / "linux-source-6.1/security/Kconfig";
    run({{"sed", "-i", change, file}}, {});
    run({.words = {"tar", "-cJf", "source.tar.xz", "linux-source-6.1"}, .folder = folder_}, {});
    EXPECT_NE(refusal().find("security/Kconfig: the anchor"), std::string::npos);
    EXPECT_FALSE(find_kernel("v5"));
  }
}

}  // namespace
}  // namespace lockstep::kernels
