// SPDX-License-Identifier: GPL-2.0-or-later
// Sees what the kernel holds about the workers. A task is called by its slot.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/worker/worker.h"
#include "model/facts.h"
#include "model/target.h"

namespace lockstep::live {

class Crew;
class Rules;

class Observer {
 public:
  virtual ~Observer() = default;
  virtual Capabilities capabilities() const = 0;

  // The nursery was made. REQUIRES: it was expected, as a child of its own slot.
  virtual void meet(Crew& crew) = 0;
  // A new trace: P1 is the only task, and nothing is attached.
  virtual void new_trace() = 0;
  // Filter `number` may be on somebody's path from now on.
  virtual void may_attach(uint32_t number) = 0;

  // The next child of `parent` will be `child`.
  virtual void expect(unsigned parent, unsigned child) = 0;
  // Nobody came: the call failed.
  virtual void expect_nobody() = 0;
  // The expected one was made. Throws if it cannot be found.
  virtual void arrived(unsigned child) = 0;
  // The task exec'd and took over the identity of its leader, which is gone.
  virtual void took_over(unsigned task, unsigned leader) = 0;
  virtual void forget(unsigned task) = 0;
  // As the kernel's log calls it, of whoever had the slot in this trace, dead or alive; 0: nobody.
  virtual int pid(unsigned slot) const = 0;

  // Reads the state of these tasks; what follows is as of that moment.
  virtual void look(const std::vector<uint16_t>& tasks) = 0;
  // A task that exits: it has done all that its exit does.
  virtual bool settled(unsigned task) const = 0;
  // Nobody of those looked at is about to be released.
  virtual bool at_rest(const std::vector<uint16_t>& tasks) const = 0;
  // The kernel has not released it.
  virtual bool present(unsigned task) const = 0;
  // Throws NotCapable if something asked for cannot be seen. REQUIRES: all of `tasks` are present.
  virtual void fill(const std::vector<uint16_t>& tasks, Snapshot& snapshot) = 0;

  // What the calibration needs (filters.h): the filters of a task, newest first. Empty if only counters would tell.
  struct Seen {
    uint32_t len;
    uint32_t mark;
  };
  virtual std::vector<Seen> filters(unsigned task) = 0;
  // Where in a converted program the filter's own number stands.
  virtual void set_mark_index(uint32_t index) = 0;
  // Whether an exit drops the filter (from 6.11), or only the reap does. Told to who cannot see it.
  virtual void set_release_at_exit(bool release) = 0;
};

// `why` tells what is missing if there is none. `rules`: of the kernel's node design, if it has one.
std::unique_ptr<Observer> make_bpf_observer(std::string& why, Rules* rules);
// What can be had without: `why` is why there is no BPF. REQUIRES: no nursery exists yet.
std::unique_ptr<Observer> make_proc_observer(Arena& arena, const std::string& why);

}  // namespace lockstep::live
