// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/state_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "reports/plain_text.h"

namespace lockstep {

namespace {

// The pointers that a check by this task of this event may follow from here.
bool follows(const PointerFacts& p, int event) {
  return p.link != Link::owner && p.link != Link::rule_prog && (p.link != Link::slot || p.event == event);
}

std::string in_order(const Snapshot& s, const std::vector<size_t>& by, size_t object) {
  std::string out = object_name(s, object);
  for (size_t at = object;;) {
    const auto& p = s.pointers[by[at]];
    out.insert(0, place_of(s, p) + " -> ");
    if (starts_at_task(p.link)) return out;
    at = p.from;
  }
}

}  // namespace

std::string place_of(const Snapshot& s, const PointerFacts& p) {
  const std::string link = name_of(p.link);
  const auto field = link.substr(link.find('.') + 1);
  if (starts_at_task(p.link)) return fmt::format("P{}.{}", s.tasks[p.from].number, field);
  if (p.link == Link::slot) return fmt::format("{}.slot[{}]", object_name(s, p.from), p.event);
  return fmt::format("{}.{}", object_name(s, p.from), field);
}

std::vector<std::string> references_to(const Snapshot& s, size_t object) {
  std::vector<std::string> places;
  for (const auto& p : s.pointers)
    if (p.link != Link::owner && p.to == object) places.push_back(place_of(s, p));
  return places;
}

namespace {
// A rule of a step that should have failed has no number: it is called as its object is, where that is certain.
std::string rule_words(const Snapshot& s, uint16_t rule) {
  const char letter = s.filters ? 'F' : 'R';
  if (rule != 0) return fmt::format("{}{}", letter, rule);
  std::vector<size_t> unnamed;
  for (size_t i = 0; i < s.objects.size(); ++i)
    if (s.objects[i].kind == (s.filters ? Kind::filter : Kind::rule) && s.objects[i].number == 0) unnamed.push_back(i);
  return unnamed.size() == 1 ? object_name(s, unnamed[0]) : fmt::format("{}?", letter);
}
}  // namespace

std::string view_words(const Snapshot& s, const TaskFacts& task, int event) {
  std::string out;
  for (auto rule : task.view[event]) out += (out.empty() ? "" : " ") + rule_words(s, rule);
  return out.empty() ? "none" : out;
}

std::string path_words(const Snapshot& s, uint16_t task, int event, uint16_t rule) {
  constexpr size_t kNone = static_cast<size_t>(-1);
  std::vector<size_t> by(s.objects.size(), kNone);  // the pointer that first led to an object
  std::deque<size_t> todo;
  auto reach = [&](size_t pointer) {
    const auto to = s.pointers[pointer].to;
    if (by[to] != kNone) return;
    by[to] = pointer;
    todo.push_back(to);
  };
  for (size_t i = 0; i < s.pointers.size(); ++i)
    if (starts_at_task(s.pointers[i].link) && s.tasks[s.pointers[i].from].number == task) reach(i);
  while (!todo.empty()) {
    const size_t at = todo.front();
    todo.pop_front();
    const auto& object = s.objects[at];
    if ((object.kind == Kind::rule || object.kind == Kind::filter) && object.number == rule) return in_order(s, by, at);
    for (size_t i = 0; i < s.pointers.size(); ++i)
      if (!starts_at_task(s.pointers[i].link) && s.pointers[i].from == at && follows(s.pointers[i], event)) reach(i);
  }
  return "";
}

std::string counter_words(const Snapshot& s, const Explanation& explanation, size_t object, int counter) {
  const auto& o = s.objects[object];
  const int32_t references = explanation.objects[object].counter[counter];
  const std::string explained = references == 0   ? "no reference explains"
                                : references == 1 ? "1 reference explains"
                                                  : fmt::format("{} references explain", references);
  std::string out = fmt::format("{}.{} is {}; {} it", object_name(s, object), counter_name(o.kind, counter),
                                o.counter[counter], explained);
  // Not every reference on a filter is a use of it; which ones are is not told here.
  if (references != 0 && counter == 0) out += ": " + list_of(references_to(s, object));
  return out + ".";
}

bool unexplained(const Snapshot& s, const Explanation& explanation, size_t object) {
  const auto& o = s.objects[object];
  const auto& why = explanation.objects[object];
  if (o.freed || (s.complete && !why.reachable)) return true;
  for (int c = 0; c < counters_of(o.kind); ++c)
    if (o.counter[c] != why.counter[c]) return true;
  return false;
}

}  // namespace lockstep
