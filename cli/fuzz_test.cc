// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/test_run.h"
#include "harness/vm/vm_test_run.h"

namespace lockstep {
namespace {

class VmFuzzCommand : public test::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    unsetenv("LOCKSTEP_CACHE");
    vm::need_guest("6.12");
  }
};

// The preset of other kernels diverges soon, whatever the crowd does.
TEST_F(VmFuzzCommand, AFindIsReproducedWithAllThatItsRunWasGiven) {
  const auto given = [&](const std::string& crowd) {
    std::vector<std::string> words{"fuzz",     "--model", "seccomp@6.1", "--target",      "vm:6.12", "--no-drain",
                                   "--traces", "300",     "--observe",   "results,views", "--seed",  "7"};
    if (!crowd.empty()) words.insert(words.end(), {crowd, "--no-faults"});
    return run(words).out;
  };
  const auto alone = given(""), beside = given("--crowd");
  EXPECT_NE(alone.find(".trace --model seccomp@6.1 --target vm:6.12 --observe results,views --no-drain\n"),
            std::string::npos)
      << alone;
  EXPECT_NE(beside.find("lockstep fuzz --model seccomp@6.1 --target vm:6.12 --crowd --traces 300 --no-faults "
                        "--observe results,views --no-drain --seed 7\n"),
            std::string::npos)
      << beside;
}

}  // namespace
}  // namespace lockstep
