// SPDX-License-Identifier: GPL-2.0-or-later
// An operation in flight as plain data, and its run: which of its atomic steps were done in earlier runs, what they
// gave, and where this run stops.
#pragma once

#include <cstdint>
#include <vector>

#include "model/world.h"
#include "oracle/atomic_step.h"
#include "oracle/contention.h"

namespace lockstep {

struct Flight {
  uint16_t done = 0;         // atomic steps
  std::vector<int32_t> log;  // what they gave
  void clear() {
    done = 0;
    log.clear();
  }
};

// Who runs next, and how far.
struct Turn {
  uint8_t who = 0;           // place of the task
  uint8_t action = 0;        // place of the operation in the task's list,
  uint8_t operation = 0;     // and in the whole program
  int noticeable_steps = 0;  // that may be done before the run stops
};

// What ends a run before its operation's end.
struct StopsHere {};  // the next step is one that others can notice
struct MustWait {};   // for a lock
struct WentWrong {
  Fault fault;
};

class StepLog {
 public:
  // REQUIRES: `flight` and `contention` outlive the run. steps: to tell what is done; may be null.
  void start(const Turn& turn, Flight& flight, Contention& contention, std::vector<AtomicStep>* steps) {
    turn_ = turn;
    flight_ = &flight;
    contention_ = &contention;
    steps_ = steps;
    seen_ = taken_ = 0;
  }
  const Turn& turn() const { return turn_; }

  // True: the next step was done in an earlier run.
  bool replayed() {
    if (seen_ == flight_->done) return false;
    ++seen_;
    return true;
  }
  // What it gave.
  int32_t logged() { return flight_->log[taken_++]; }
  int32_t log(int32_t value) {
    flight_->log.push_back(value);
    ++taken_;
    return value;
  }

  // Before a new step to [place, place + bytes): stops where that is due, or says whether others can notice it.
  bool pass(size_t place, size_t bytes, bool writes, bool is_private) {
    const bool shared = !is_private && contention_->contended(place);
    if ((shared || contention_->everywhere()) && turn_.noticeable_steps == 0) throw StopsHere{};
    if (!is_private) contention_->note(place, bytes, turn_.who, writes);
    return shared;
  }
  // It is done.
  void finish(bool shared) {
    shared_ = shared;
    if (shared || contention_->everywhere()) --turn_.noticeable_steps;
    ++flight_->done;
    ++seen_;
  }
  void tell(AtomicStep::What what, ObjectId object, const char* field, int slot = -1, StepValue value = {},
            bool freed = false) {
    if (steps_ != nullptr)
      steps_->push_back({what, turn_.who, turn_.action, shared_, freed, object, field, slot, value});
  }

 private:
  Turn turn_;
  Flight* flight_ = nullptr;
  Contention* contention_ = nullptr;
  std::vector<AtomicStep>* steps_ = nullptr;
  uint16_t seen_ = 0;    // steps of this run so far
  size_t taken_ = 0;     // log entries
  bool shared_ = false;  // the last step was to a contended place
};

}  // namespace lockstep
