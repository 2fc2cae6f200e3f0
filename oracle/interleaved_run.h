// SPDX-License-Identifier: GPL-2.0-or-later
// One program at one point of one schedule: shared memory, how far each task is, and what its operations gave. It goes
// on where it is told to, and is written down as bytes that can be compared and hashed.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "oracle/interleave.h"
#include "oracle/interleaved_world.h"

namespace lockstep {

// Plain values to bytes and back.
struct ByteWriter {
  std::string& out;
  template <class V>
  void operator()(const V& value) {
    static_assert(std::has_unique_object_representations_v<V>);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
};
struct ByteReader {
  const char* at;
  template <class V>
  void operator()(V& value) {
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
  }
};

enum class Went : uint8_t { on, waits, wrong };

// From its start to its end, in whatever world; the view of a check is built in `view`.
template <class Machine>
ActionResult run_whole(Machine& machine, const Action& operation, std::vector<uint16_t>& view) {
  if (!operation.check) return {machine.step(operation.step).error, {}};
  view.clear();
  machine.check(operation.step.task, operation.step.event, [&](uint16_t number) { view.push_back(number); });
  return {0, view};
}

// Machine: over InterleavedWorld, or a mutated one.
template <class Machine>
class InterleavedRun {
 public:
  // `start` runs whole steps and has the same memory. REQUIRES: program and contention outlive this.
  template <class Sequential>
  InterleavedRun(const Sequential& start, Machine machine, const Program& program, Contention& contention)
      : machine_(std::move(machine)), program_(program), contention_(contention) {
    world().memory = start.world.memory;
    world().processes = start.processes.numbers();
    world().set_first_free();
    for (size_t i = 0, number = 0; i < program.size(); ++i) {
      first_operation_[i] = static_cast<uint8_t>(number);
      number += program[i].size();
    }
  }

  // Goes on until the next step is one that others can notice, after `noticeable` such steps, or until the task is
  // done.
  Went advance(int who, int noticeable, std::vector<AtomicStep>* steps = nullptr) {
    auto& task = tasks_[who];
    const auto& operations = program_[who];
    while (task.next < operations.size()) {
      const auto operation = static_cast<uint8_t>(first_operation_[who] + task.next);
      const auto place = static_cast<uint8_t>(who);
      world().start({place, task.next, operation, noticeable}, task.flight, contention_, steps);
      const bool fresh = task.flight.done == 0;
      const size_t told = steps == nullptr ? 0 : steps->size();
      if (steps != nullptr && fresh) steps->push_back({AtomicStep::What::begin, place, task.next});
      auto& result = results_[operation];
      try {
        result = run(operations[task.next]);
      } catch (const StopsHere&) {
        if (steps != nullptr && fresh && steps->size() == told + 1) steps->pop_back();
        return Went::on;
      } catch (const MustWait&) {
        return Went::waits;
      } catch (const WentWrong& wrong) {
        fault_ = wrong.fault;
        return Went::wrong;
      }
      noticeable = world().noticeable_steps_left();
      if (steps != nullptr)
        steps->push_back(
            {.what = AtomicStep::What::end, .who = place, .action = task.next, .value = value_of(result.error)});
      ++task.next;
      task.flight.clear();
    }
    return Went::on;
  }
  bool done(int who) const { return tasks_[who].next == program_[who].size(); }
  bool done() const {
    for (size_t i = 0; i < program_.size(); ++i)
      if (!done(static_cast<int>(i))) return false;
    return true;
  }
  void pack(std::string& out) const {
    out.clear();
    ByteWriter put{out};
    world().memory.each_pool([&](const auto& pool) {
      put(pool.live_mask());
      pool.each([&](uint16_t index) { each_field(pool[index], put); });
    });
    put(world().processes);
    put(world().locks);
    for (size_t i = 0; i < program_.size(); ++i) {
      put(tasks_[i].next);
      put(tasks_[i].flight.done);
      put(static_cast<uint16_t>(tasks_[i].flight.log.size()));
      for (auto value : tasks_[i].flight.log) put(value);
      for (int done = 0; done < tasks_[i].next; ++done) {
        const auto& result = results_[first_operation_[i] + done];
        put(result.error);
        put(static_cast<uint16_t>(result.view.size()));
        for (auto rule : result.view) put(rule);
      }
    }
  }
  void unpack(const std::string& bytes) {
    ByteReader get{bytes.data()};
    world().memory.each_pool([&](auto& pool) {
      uint32_t live = 0;
      get(live);
      pool.clear();
      for (; live != 0; live &= live - 1)
        each_field(pool[pool.alloc_at(static_cast<uint16_t>(std::countr_zero(live)))],
                   [&](auto& field) { get(field); });
    });
    get(world().processes);
    get(world().locks);
    for (size_t i = 0; i < program_.size(); ++i) {
      uint16_t size = 0;
      get(tasks_[i].next);
      get(tasks_[i].flight.done);
      get(size);
      tasks_[i].flight.log.resize(size);
      for (auto& value : tasks_[i].flight.log) get(value);
      for (int done = 0; done < tasks_[i].next; ++done) {
        auto& result = results_[first_operation_[i] + done];
        get(result.error);
        get(size);
        result.view.resize(size);
        for (auto& rule : result.view) get(rule);
      }
    }
  }

  const Fault& fault() const { return fault_; }  // after Went::wrong
  const ActionResult& result(int operation) const { return results_[operation]; }
  // For looking at once all is done.
  const Machine& machine() {
    machine_.processes.numbers() = world().processes;
    return machine_;
  }

 private:
  struct Task {
    uint8_t next = 0;  // operation of its list
    Flight flight;
  };
  auto& world() { return machine_.world; }
  const auto& world() const { return machine_.world; }
  ActionResult run(const Action& operation) { return run_whole(machine_, operation, view_); }

  Machine machine_;
  const Program& program_;
  Contention& contention_;
  std::array<Task, kMaxColumns> tasks_;
  std::array<uint8_t, kMaxColumns> first_operation_{};
  std::array<ActionResult, kMaxOperations> results_;
  std::vector<uint16_t> view_;  // of a check in flight
  Fault fault_;
};

}  // namespace lockstep
