// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/trace_names.h"

#include <fmt/format.h>

#include <cerrno>

namespace lockstep {

TraceNames::TraceNames() : dead_(kMaxTasks + 1), gone_(kMaxTasks + 1) {
  made_[0].resize(kMaxTasks + 1);
  made_[1].resize(kMaxNames + 1);
  made_[2].resize(kMaxNames + 1);
}

void TraceNames::take(const Line& line, const Step& step) {
  check_actor(line, step);
  if (step.op == Op::reap) check_reap(line, step);
  if (step.error != 0) return;  // a step that failed has changed nothing here
  if (step.made != 0) {
    check_made(line, step);
    made_[book_of(step.op)][step.made] = line.number;
  }
  const bool was_thread = table_.leader(step.task) != step.task;
  run(step);
  note_events(step, was_thread);
}

void TraceNames::check_actor(const Line& line, const Step& step) const {
  if (table_.alive(step.task)) return;
  const std::string& dead = dead_[step.task];
  line.refuse(line.words[0], dead.empty() ? fmt::format("P{} does not exist: no step has made it", step.task) : dead);
}

void TraceNames::check_made(const Line& line, const Step& step) const {
  const char letter = made_letter(step.op);
  if (letter == 'P' && step.made == 1) line.refuse(line.words.back(), "P1 exists from the start");
  const uint32_t before = made_[book_of(step.op)][step.made];
  if (before == 0) return;
  line.refuse(line.words.back(), fmt::format("{}{} was made in line {} already", letter, step.made, before));
}

void TraceNames::check_reap(const Line& line, const Step& step) const {
  const Word& child = line.words[2];
  if (!table_.exists(step.child)) {
    const std::string& gone = gone_[step.child];
    line.refuse(child, gone.empty() ? fmt::format("P{} does not exist: no step has made it", step.child) : gone);
  }
  const int result = table_.reap_result(step.task, step.child);
  if (result == step.error) return;
  const Word& place = step.error != 0 ? line.words.back() : line.words[1];
  if (result == 0) line.refuse(place, fmt::format("this `reap` succeeds: P{} is a dead child", step.child));
  const char* why = result == EAGAIN ? "is not waitable yet" : "is not a child of the caller's process";
  line.refuse(place, fmt::format("this `reap` gives {}: P{} {}", error_name(result), step.child, why));
}

void TraceNames::run(const Step& step) {
  switch (step.op) {
    case Op::fork:
      table_.fork(step.task, step.made);
      break;
    case Op::thread:
      table_.thread(step.task, step.made);
      break;
    case Op::exec:
      table_.exec(step.task);
      break;
    case Op::exit:
      table_.exit(step.task);
      break;
    case Op::reap:
      table_.reap(step.task, step.child);
      break;
    case Op::append:
    case Op::attach:
      break;
  }
}

void TraceNames::note_events(const Step& step, bool was_thread) {
  if (step.op == Op::append || step.op == Op::attach) return;
  for (const TaskEvent& event : table_.events()) {
    const uint16_t task = event.task;
    if (event.what == TaskEvent::What::exited) {
      dead_[task] = step.op == Op::exit ? fmt::format("P{} exited in line {}", task, step.line)
                                        : fmt::format("P{} was killed by the exec in line {}", task, step.line);
    } else if (step.op == Op::reap) {
      gone_[task] = fmt::format("P{} was reaped in line {} already", task, step.line);
    } else if (step.op == Op::exec) {
      gone_[task] = fmt::format("P{} is gone: the exec in line {} released it", task, step.line);
    } else if (task == step.task && was_thread) {
      gone_[task] = fmt::format("P{} was a thread, which nobody can reap: it exited in line {}", task, step.line);
    } else {
      gone_[task] = fmt::format("P{} is gone: init reaped it in line {}", task, step.line);
    }
  }
}

}  // namespace lockstep
