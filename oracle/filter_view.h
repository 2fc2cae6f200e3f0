// SPDX-License-Identifier: GPL-2.0-or-later
// One filter of a host, all that holds it, and what that explains, in one look; and what two looks prove together.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/host_facts.h"

namespace lockstep {

// The gravest first.
enum class Finding : uint8_t {
  too_few,    // the kernel counts less than there are: use after free
  saturated,  // the kernel caught the counter beyond its bounds, and nothing frees the filter any more
  too_many,   // the kernel counts more: a leak, or a holder that nobody looks at
  explained,
  unsettled,  // never stable, or not for long enough to confirm a residual
};
const char* name_of(Finding finding);  // "use-after-free suspect"

struct FilterView {
  struct Child {
    uint64_t id = 0;
    bool used = false;  // it has users itself
    bool operator==(const Child&) const = default;
  };
  HostFilter facts;
  uint64_t prev = 0;  // id; 0: none
  std::array<int32_t, 2> explained{};
  std::vector<HostTask> tasks;
  std::vector<Child> children;
  std::vector<HostDescriptor> descriptors;

  std::array<int32_t, 2> counter() const { return {facts.refs, facts.users}; }
  bool exact() const { return counter() == explained && !facts.unreadable; }
  Finding finding() const;  // of this look alone
};
// In the snapshot's order.
std::vector<FilterView> views_of(const HostSnapshot& snapshot, bool ignore_listeners = false);

// Nothing about the filter changed from one look to the next, so that all of `now` was so at one moment between them
// (oracle/audit.h says why). REQUIRES: they are of consecutive looks.
bool stable(const FilterView& before, const FilterView& now);
// Not another one that took its place in memory.
bool same_filter(const FilterView& a, const FilterView& b);
bool saturated(const FilterView& view);

}  // namespace lockstep
