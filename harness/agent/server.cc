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

Server::Server(Port& port, const Settings& settings) : port_(port), settings_(settings) {
  if (settings.crowd) crowd_.emplace(settings.live.drain);
}

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
  if (crowd_) crowd_->start();
  while (!over_) {
    const vm::Message message = port_.hear();
    if (message.what == What::trace)
      run(vm::get_trace(message.bytes));
    else if (message.what == What::look)
      look_for_leaks();
    else if (message.what == What::where)
      tell_code_reached();
    else
      throw vm::WireError("the host says what only a guest may say");
  }
}

void Server::tell_code_reached() {
  reply_.clear();
  vm::put_addresses(reply_, target_->code_reached());
  port_.say(What::reached, reply_.bytes());
}

void Server::look_for_leaks() {
  reply_.clear();
  vm::put_leaks(reply_, leaks_.look());
  port_.say(What::leaks, reply_.bytes());
}

void Server::run(const Trace& trace) {
  leaks_.begin_trace();
  try {
    take_steps(trace);
    for (const int pid : target_->pids()) leaks_.belongs(pid);
    target_->end();
    reply_.clear();
    reply_.put_number(leaks_.programs_left());
    reply_.put_number(crowd_ ? crowd_->rounds() : 0);
    vm::put_texts(reply_, notes());
    port_.say(What::ended, reply_.bytes());
  } catch (const NotCapable& why) {
    port_.say(What::skipped, why.what());
  } catch (const TargetFault& why) {
    over_ = true;
    show_blocked_tasks();
    port_.say(What::fault, why.what());
  } catch (const std::exception& why) {
    over_ = true;
    port_.say(What::broken, why.what());
  }
}

std::vector<std::string> Server::notes() const {
  auto all = target_->notes();
  if (!port_.direct())
    all.emplace_back("it answers on its serial line, which is slow: the kernel lets nobody write to a port");
  if (crowd_ && crowd_->failed()) all.emplace_back("its crowd cannot attach all of its filters");
  return all;
}

void Server::take_steps(const Trace& trace) {
  if (settings_.together && trace.steps.size() < 2) throw NotCapable("live: two steps are to be taken at once");
  target_->reset(trace);
  snapshots_.begin();
  reply_.clear();
  observe();
  port_.say(What::begun, reply_.bytes());
  const size_t apart = trace.steps.size() - (settings_.together ? 2 : 0);
  int number = 0;
  for (size_t i = 0; i < apart; ++i) {
    if (!can_step(trace.steps[i])) return;
    misbehave(++number);
    tell(target_->step(trace.steps[i]));
  }
  if (!settings_.together) return;
  const Step &one = trace.steps[apart], &other = trace.steps[apart + 1];
  if (!can_step(one) || !can_step(other)) return;
  const auto outcomes = target_->step_together(one, other);
  tell(outcomes.first);
  tell(outcomes.second);
}

// False: something came out otherwise than the trace foresees; the host has seen it by now.
bool Server::can_step(const Step& step) {
  if (lives(step.task)) return true;
  port_.say(What::stopped, fmt::format("P{} does not live, so it cannot {}", step.task, name_of(step.op)));
  return false;
}

void Server::tell(Outcome outcome) {
  reply_.clear();
  reply_.put_number(static_cast<uint32_t>(outcome.error));
  put_fault();
  observe();
  port_.say(What::stepped, reply_.bytes());
}

void Server::put_fault() {
  const auto hit = target_->fault_hit();
  reply_.put_number(uint32_t(!hit ? vm::Fault::none : *hit ? vm::Fault::hit : vm::Fault::missed));
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
  } else if (how == "broken") {
    throw std::runtime_error("live: something of the agent's own broke");
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
