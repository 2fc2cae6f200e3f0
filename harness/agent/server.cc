// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/agent/server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "harness/agent/init.h"
#include "harness/live/rules.h"

namespace lockstep::agent {

using vm::What;

Server::Server(Port& port, const Settings& settings) : port_(port), settings_(settings) {}

// False: no trace can be run here.
bool Server::greet() {
  try {
    target_ = make_live(settings_.live);
  } catch (const Unavailable& why) {
    port_.say(What::refusal, why.what());
    return false;
  }
  if (!live::node_design().empty()) interpret_programs();  // the observer's are translated already
  utsname kernel{};
  uname(&kernel);
  reply_.clear();
  vm::put_hello(reply_, {target_->capabilities(), kernel.release});
  port_.say(What::hello, reply_.bytes());
  return true;
}

void Server::serve() {
  if (!greet()) return;
  while (!over_) {
    const vm::Message message = port_.hear();
    if (message.what != What::trace) throw vm::WireError("the host says what only a guest may say");
    run(vm::get_trace(message.bytes));
  }
}

void Server::run(const Trace& trace) {
  try {
    take_steps(trace);
    target_->end();
    reply_.clear();
    vm::put_texts(reply_, target_->notes());
    port_.say(What::ended, reply_.bytes());
  } catch (const NotCapable& why) {
    port_.say(What::skipped, why.what());
  } catch (const std::runtime_error& why) {
    over_ = true;
    show_blocked_tasks();
    port_.say(What::fault, why.what());
  }
}

void Server::take_steps(const Trace& trace) {
  target_->reset(trace);
  snapshots_.begin();
  reply_.clear();
  observe();
  port_.say(What::begun, reply_.bytes());
  int number = 0;
  for (const Step& step : trace.steps) {
    if (!lives(step.task)) {  // something came out otherwise than the trace foresees; the host has seen it by now
      port_.say(What::stopped, fmt::format("P{} does not live, so it cannot {}", step.task, name_of(step.op)));
      return;
    }
    misbehave(++number);
    reply_.clear();
    reply_.put_number(static_cast<uint32_t>(target_->step(step).error));
    observe();
    port_.say(What::stepped, reply_.bytes());
  }
}

void Server::observe() {
  facts_.clear();
  target_->observe(facts_);
  snapshots_.put(reply_, facts_);
}

bool Server::lives(uint16_t task) const {
  return std::any_of(facts_.tasks.begin(), facts_.tasks.end(),
                     [&](const TaskFacts& facts) { return facts.number == task && facts.life == Life::alive; });
}

// "hang" is the engine's own business.
void Server::misbehave(int step) {
  if (step != settings_.misbehave_step) return;
  const std::string& how = settings_.misbehave;
  if (how == "panic") {
    const live::File trigger(open("/proc/sysrq-trigger", O_WRONLY));
    [[maybe_unused]] const auto written = write(trigger.fd(), "c", 1);
  } else if (how == "exit") {
    _exit(3);
  } else if (how == "silence") {
    for (;;) pause();
  } else if (how == "garbage") {
    port_.say_raw(std::as_bytes(std::span("this is no message")));
  } else if (how == "wrong") {
    port_.say(What::stepped, "\x80");
  } else if (how == "flood") {
    static constexpr std::array<char, 4096> kNoise{};
    const live::File console(open("/dev/console", O_WRONLY));
    for (int i = 0; i < 256; ++i)
      [[maybe_unused]] const auto written = write(console.fd(), kNoise.data(), kNoise.size());
  }
}

}  // namespace lockstep::agent
