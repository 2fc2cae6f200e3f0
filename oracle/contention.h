// SPDX-License-Identifier: GPL-2.0-or-later
// Which places of shared memory tasks get in each other's way at: one writes what another reads or writes. Only an
// access to such a place can come out differently in another order, so only there need a scheduler choose.
//
// The set is found by searching with what is known of it, and again with more, until a search finds nothing new. Then
// it is complete: in a shortest schedule with a conflict at a place outside the set, everything before the second of
// the two accesses commutes as the set says, so the reduced search comes by both of them too. A freed object is written
// to as a whole. docs/interleaving.md says the same with an example.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lockstep {

class Contention {
 public:
  // everywhere: every access counts as contended, those to objects that nobody else can know of included.
  Contention(size_t bytes, bool everywhere) : seen_(bytes), contended_(bytes), everywhere_(everywhere) {}
  bool everywhere() const { return everywhere_; }
  bool contended(size_t place) const { return contended_[place] != 0; }
  // Task `who` (0 to 7) accesses the places [place, place + bytes).
  void note(size_t place, size_t bytes, int who, bool writes) {
    for (size_t i = place; i < place + bytes; ++i) {
      auto& seen = seen_[i];
      (writes ? seen.writers : seen.readers) |= static_cast<uint8_t>(1u << who);
    }
  }
  // Takes in what was noted; true if there was a conflict at a place that was not known.
  bool learn() {
    bool learned = false;
    for (size_t i = 0; i < seen_.size(); ++i) {
      const unsigned all = seen_[i].readers | seen_[i].writers;
      if (contended_[i] != 0 || seen_[i].writers == 0 || (all & (all - 1)) == 0) continue;
      contended_[i] = 1;
      learned = true;
    }
    return learned;
  }

 private:
  struct Seen {
    uint8_t readers = 0, writers = 0;
  };
  std::vector<Seen> seen_;
  std::vector<uint8_t> contended_;
  bool everywhere_;
};

}  // namespace lockstep
