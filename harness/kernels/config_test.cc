// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/config.h"

#include <gtest/gtest.h>

#include "harness/kernels/sources.h"

namespace lockstep::kernels {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kWanted = "# why\nCONFIG_A=y\nCONFIG_N=4\n\nCONFIG_S=\"a b\"\nCONFIG_OFF=n\n";

TEST(Config, IsWrittenAsTheKernelReadsIt) {
  EXPECT_EQ(fragment_for_kconfig(kWanted), "CONFIG_A=y\nCONFIG_N=4\nCONFIG_S=\"a b\"\n# CONFIG_OFF is not set\n");
  for (const auto* bad : {"A=y\n", "CONFIG_A\n", "CONFIG_A=\n"})
    EXPECT_THROW(fragment_for_kconfig(bad), std::invalid_argument);
}

TEST(Config, AnOptionThatDroppedOutIsNamed) {
  const std::string all = "#\nCONFIG_A=y\nCONFIG_N=4\nCONFIG_S=\"a b\"\nCONFIG_MORE=y\n";
  EXPECT_EQ(dropped_options(kWanted, all), Lines{});
  EXPECT_EQ(dropped_options(kWanted, all + "# CONFIG_OFF is not set\n"), Lines{});
  EXPECT_EQ(dropped_options(kWanted, "CONFIG_N=4\nCONFIG_S=\"a b\"\n"), Lines{"CONFIG_A=y"});
  EXPECT_EQ(dropped_options(kWanted, "# CONFIG_A is not set\nCONFIG_N=4\nCONFIG_S=\"a b\"\n"), Lines{"CONFIG_A=y"});
  EXPECT_EQ(dropped_options(kWanted, "CONFIG_A=m\nCONFIG_N=42\nCONFIG_S=\"a b\"\n"),
            (Lines{"CONFIG_A=y", "CONFIG_N=4"}));
  EXPECT_EQ(dropped_options(kWanted, all + "CONFIG_OFF=y\n"), Lines{"CONFIG_OFF=n"});
  EXPECT_EQ(dropped_options(kWanted, all + "CONFIG_OFF_TOO=y\n"), Lines{}) << "a name that only begins alike";
}

TEST(Config, OursHasWhatEachFlavourIsFor) {
  const auto fast = fragment_for_kconfig(config_fragment(Flavour::fast));
  const auto sanitizers = fragment_for_kconfig(config_fragment(Flavour::sanitizers));
  for (const auto* common : {"CONFIG_SECURITY_LOCKSTEP=y\n", "CONFIG_DEBUG_INFO_BTF=y\n", "CONFIG_SMP=y\n"}) {
    EXPECT_NE(fast.find(common), std::string::npos) << common;
    EXPECT_NE(sanitizers.find(common), std::string::npos) << common;
  }
  for (const auto* option : {"KASAN", "DEBUG_KMEMLEAK", "FAULT_INJECTION", "FAILSLAB", "KCOV"}) {
    const auto on = std::string("CONFIG_") + option + "=y\n";
    EXPECT_NE(sanitizers.find(on), std::string::npos) << on;
    EXPECT_EQ(fast.find(on), std::string::npos) << on;
  }
}

}  // namespace
}  // namespace lockstep::kernels
