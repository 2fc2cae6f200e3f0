// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's init, and its only program.
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "harness/agent/init.h"
#include "harness/agent/server.h"

int main(int count, char** words) {
  using namespace lockstep;
  if (getpid() != 1) {
    std::fputs("lockstep-agent is the init of a guest that `lockstep ... --target vm:` starts\n", stderr);
    return 2;
  }
  agent::set_up_guest();
  try {
    agent::Port port;
    try {
      agent::Server(port, agent::parse_settings(count - 1, words + 1)).serve();
    } catch (const Unavailable& why) {
      port.say(vm::What::refusal, why.what());
    }
  } catch (const std::exception& why) {
    std::fprintf(stderr, "lockstep-agent: %s\n", why.what());
  }
  agent::end_guest();
}
