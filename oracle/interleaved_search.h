// SPDX-License-Identifier: GPL-2.0-or-later
// All schedules of one program, breadth first, each state once.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "oracle/interleaved_run.h"

namespace lockstep {

template <class Machine>
class InterleavedSearch {
 public:
  enum class What : uint8_t { ending, fault, deadlock };
  struct Find {
    What what{};
    uint32_t node = 0;  // the state; for a fault the one before it
    int who = 0;        // a fault's task
    Fault fault;
  };
  enum class Order : uint8_t { fewest_stops, fewest_switches };

  // REQUIRES: `start` has not begun to run.
  InterleavedSearch(const InterleavedRun<Machine>& start, int tasks, Order order)
      : run_(start), tasks_(tasks), order_(order) {}

  // found(Find) for each ending, fault and deadlock; true: that is enough. more(bytes), now and then: false: end here.
  // Returns whether the search went to its end.
  template <class Found, class More>
  bool search(Found found, More more) {
    for (int who = 0; who < tasks_; ++who)
      if (run_.advance(who, 0) == Went::wrong) {
        found(Find{What::fault, 0, who, run_.fault()});
        return true;
      }
    add(kNone, 0);
    while (!open_.empty()) {
      const uint32_t at = open_.front();
      open_.pop_front();
      if (nodes_[at].closed) continue;
      nodes_[at].closed = true;
      if ((++expanded_ & 0xff) == 0 && !more(bytes_)) return false;
      if (expand(at, found)) return true;
    }
    return true;
  }
  uint64_t states() const { return nodes_.size(); }
  uint64_t transitions() const { return transitions_; }
  // The run in that state.
  InterleavedRun<Machine>& at(uint32_t node) {
    load(node);
    return run_;
  }
  // Whose turn it was, from the start on; a fault's task last.
  std::vector<int> schedule(const Find& find) const {
    std::vector<int> turns;
    if (find.what == What::fault) turns.push_back(find.who);
    if (!nodes_.empty())
      for (uint32_t at = find.node; nodes_[at].parent != kNone; at = nodes_[at].parent) turns.push_back(nodes_[at].who);
    return {turns.rbegin(), turns.rend()};
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr char kNobody = 127;
  struct Node {
    const std::string* bytes = nullptr;
    uint32_t parent = kNone;
    uint16_t switches = 0;
    uint8_t who = 0;  // that came here from the parent
    bool closed = false;
  };

  void load(uint32_t node) { run_.unpack(*nodes_[node].bytes); }
  template <class Found>
  bool expand(uint32_t at, Found found) {
    load(at);
    if (run_.done()) return found(Find{What::ending, at, 0, {}});
    bool moved = false;
    for (int who = 0; who < tasks_; ++who) {
      load(at);
      if (run_.done(who)) continue;
      const auto went = run_.advance(who, 1);
      if (went == Went::waits) continue;
      moved = true;
      ++transitions_;
      if (went == Went::on)
        add(at, who);
      else if (found(Find{What::fault, at, who, run_.fault()}))
        return true;
    }
    return !moved && found(Find{What::deadlock, at, 0, {}});
  }
  void add(uint32_t parent, int who) {
    const bool count = order_ == Order::fewest_switches;
    run_.pack(packed_);
    if (count) packed_.push_back(parent == kNone ? kNobody : static_cast<char>(who));
    const bool same = parent == kNone || nodes_[parent].parent == kNone || nodes_[parent].who == who;
    const auto switches = static_cast<uint16_t>(!count || parent == kNone ? 0 : nodes_[parent].switches + !same);
    const auto [found, is_new] = known_.try_emplace(packed_, static_cast<uint32_t>(nodes_.size()));
    if (is_new) {
      nodes_.emplace_back();
      bytes_ += sizeof(Node) + sizeof(*found) + packed_.capacity() + 4 * sizeof(void*);
    }
    auto& node = nodes_[found->second];
    if (!is_new && (node.closed || switches >= node.switches)) return;
    node = {&found->first, parent, switches, static_cast<uint8_t>(who), false};
    if (count && same)
      open_.push_front(found->second);
    else
      open_.push_back(found->second);
  }

  InterleavedRun<Machine> run_;
  int tasks_;
  Order order_;
  std::unordered_map<std::string, uint32_t> known_;
  std::vector<Node> nodes_;
  std::deque<uint32_t> open_;
  std::string packed_;
  uint64_t transitions_ = 0, expanded_ = 0, bytes_ = 0;
};

}  // namespace lockstep
