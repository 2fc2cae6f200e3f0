// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/fetch.h"

#include <gtest/gtest.h>

namespace lockstep::kernels {
namespace {

using Names = std::vector<std::string>;

const Names kNames = {"linux-image-6.1.0-9-cloud-amd64",      "linux-image-6.1.0-56-cloud-amd64",
                      "linux-image-6.1.0-56-cloud-amd64-dbg", "linux-image-6.1.0-57-cloud-amd64-unsigned",
                      "linux-image-6.1.0-58-amd64",           "linux-image-6.12.117+deb12-cloud-amd64",
                      "linux-image-7.2.13+deb14-cloud-amd64", "linux-binary-7.2.13+deb14-cloud-amd64",
                      "linux-binary-7.2.9+deb14-cloud-amd64", "linux-image-cloud-amd64",
                      "linux-image-6.12-cloud-amd64"};

TEST(Fetch, TheHighestPackageOfAVersionComesFirst) {
  EXPECT_EQ(kernel_packages(kNames, "6.1"),
            (Names{"linux-image-6.1.0-56-cloud-amd64", "linux-image-6.1.0-9-cloud-amd64"}));
  EXPECT_EQ(kernel_packages(kNames, "6.12"), Names{"linux-image-6.12.117+deb12-cloud-amd64"});
  EXPECT_EQ(kernel_packages(kNames, "7.2"),
            (Names{"linux-binary-7.2.13+deb14-cloud-amd64", "linux-image-7.2.13+deb14-cloud-amd64",
                   "linux-binary-7.2.9+deb14-cloud-amd64"}))
      << "the one that holds the image is before the one that only asks for it";
  EXPECT_EQ(kernel_packages(kNames, "7"), Names{});
  EXPECT_EQ(kernel_packages(kNames, "6.2"), Names{});
}

TEST(Fetch, VersionsAreNumbers) {
  EXPECT_EQ(kernel_versions(kNames), (Names{"7.2", "6.12", "6.1"}));
  EXPECT_EQ(kernel_versions({}), Names{});
  for (const auto* good : {"6.1", "6.12", "10.0"}) EXPECT_TRUE(is_version(good)) << good;
  for (const auto* bad : {"", "6", "6.", "6.1.2", "06.1", "newest", "../6.1", "6.1\n"})
    EXPECT_FALSE(is_version(bad)) << bad;
}

TEST(Fetch, TheMirrorIsTheMachinesOwn) {
  EXPECT_EQ(debian_mirror("Other Debian here:/a/\nDebian Debian-Security here:/b/\nDebian Debian here:/c/\n"),
            "here:/c/");
  EXPECT_EQ(debian_mirror("Debian Debian-Security here:/b/\n\nDebian\n"), "");
  EXPECT_EQ(debian_mirror(""), "");
}

TEST(Fetch, AnErrorSaysWhyAndWhatToDo) {
  const auto sentence = [](const Ended& ended) {
    try {
      require_success(ended, "a package", "is there a network?");
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(sentence({0, "E: no matter\n"}), "");
  EXPECT_EQ(sentence({100, "Err\nE: Unable to fetch\nW: also\n\n"}),
            "a package: E: Unable to fetch; is there a network?");
  EXPECT_EQ(sentence({2, "x\nlast\n"}), "a package: last; is there a network?");
  EXPECT_EQ(sentence({127, ""}), "a package: a program that this needs is missing; is there a network?");
}

}  // namespace
}  // namespace lockstep::kernels
