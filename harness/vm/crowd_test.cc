// SPDX-License-Identifier: GPL-2.0-or-later
// A guest in which others drop thousands of filters at once: what comes of it with draining, and without.
#include <chrono>

#include "harness/vm/vm_test_run.h"

namespace lockstep::vm {
namespace {

class VmCrowdTest : public VmTest {
 protected:
  // Runs traces until `enough`, or something goes wrong; says what.
  template <class Enough>
  static std::string run(Target& target, Enough enough) {
    constexpr std::chrono::minutes kLongest{5};
    const auto end = std::chrono::steady_clock::now() + kLongest;
    const Trace trace = seccomp_trace(
        "P1 attach -> F1\nP1 fork -> P2\nP2 attach -> F2\nP1 attach len=4000 -> F3\nP2 exit\nP1 reap P2\n");
    while (!enough() && std::chrono::steady_clock::now() < end) try {
        target.reset(trace);
        for (const auto& step : trace.steps) EXPECT_EQ(target.step(step).error, 0);
        EXPECT_EQ(views(target), "P1: F3 F1");
        target.end();
      } catch (const TargetFault& fault) {
        return fault.what();
      }
    return "nothing";
  }
};

TEST_F(VmCrowdTest, DrainedItDisturbsNoTrace) {
  const auto target = boot({.crowd = true});
  int after = 0;
  EXPECT_EQ(run(*target, [&] { return target->crowd_rounds() > 0 && ++after > 100; }), "nothing");
  EXPECT_GT(after, 100) << "the crowd never dropped its filters";
  EXPECT_EQ(target->boots(), 1u);
}

// docs/findings.md.
TEST_F(VmCrowdTest, UndrainedItDeadlocksTheKernelAndWhoWaitsForWhatIsTold) {
  const auto target = boot({.drain = false, .crowd = true});
  const int qemu = target->qemu();
  const std::string why = run(*target, [] { return false; });
  for (const char* words :
       {"hangs in D state", "blocked: ", "more: in ", "bpf_prog_pack_free", "flush_work", "__purge_vmap_area_lazy"})
    EXPECT_NE(why.find(words), std::string::npos) << words << "\nis not in\n" << why;
  EXPECT_FALSE(runs(qemu));
}

}  // namespace
}  // namespace lockstep::vm
