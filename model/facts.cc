// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace lockstep {

namespace {
constexpr const char* kKinds[] = {"task", "events", "node", "rule", "prog", "filter"};
constexpr const char* kLinks[] = {"task.events", "events.slot", "node.prev",   "node.rule", "rule.prev",  "rule.prog",
                                  "node.owner",  "task.filter", "filter.prev", "task.node", "node.filter"};

// Gives each object its place: as a walk along the counted pointers, from the tasks in order, meets it.
class Order {
 public:
  explicit Order(const Snapshot& s) : s_(s), place_(s.objects.size(), kNone) {}

  std::vector<uint16_t> places() {
    for (const auto& p : s_.pointers)  // sorted: task pointers first, then by place of their start
      if (starts_at_task(p.link)) visit(p.to);
    std::vector<uint16_t> rest(s_.objects.size());
    std::iota(rest.begin(), rest.end(), uint16_t{0});
    std::sort(rest.begin(), rest.end(), [&](auto a, auto b) {
      return std::tuple(s_.objects[a].kind, s_.objects[a].birth) < std::tuple(s_.objects[b].kind, s_.objects[b].birth);
    });
    for (auto object : rest) visit(object);
    return place_;
  }

 private:
  static constexpr uint16_t kNone = 0xffff;
  void visit(uint16_t root) {
    if (place_[root] != kNone) return;
    place_[root] = next_++;
    std::vector<uint16_t> todo{root};
    for (size_t i = 0; i < todo.size(); ++i) {
      auto first = std::lower_bound(s_.pointers.begin(), s_.pointers.end(), todo[i], [](const auto& p, uint16_t from) {
        return starts_at_task(p.link) || p.from < from;
      });
      for (auto p = first; p != s_.pointers.end() && p->from == todo[i]; ++p)
        if (p->link != Link::owner && place_[p->to] == kNone) {
          place_[p->to] = next_++;
          todo.push_back(p->to);
        }
    }
  }
  const Snapshot& s_;
  std::vector<uint16_t> place_;
  uint16_t next_ = 0;
};

void sort_pointers(Snapshot& s) {
  std::sort(s.pointers.begin(), s.pointers.end(), [](const auto& a, const auto& b) {
    return std::tuple(!starts_at_task(a.link), a.from, a.link, a.event, a.to) <
           std::tuple(!starts_at_task(b.link), b.from, b.link, b.event, b.to);
  });
}

void sort_tasks(Snapshot& s) {
  if (std::is_sorted(s.tasks.begin(), s.tasks.end(), [](auto& a, auto& b) { return a.number < b.number; })) return;
  std::vector<uint16_t> order(s.tasks.size()), place(s.tasks.size());
  std::iota(order.begin(), order.end(), uint16_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return s.tasks[a].number < s.tasks[b].number; });
  for (uint16_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  std::vector<TaskFacts> tasks;
  for (auto i : order) tasks.push_back(std::move(s.tasks[i]));
  s.tasks = std::move(tasks);
  for (auto& p : s.pointers) {
    if (starts_at_task(p.link)) p.from = place[p.from];
    if (p.link == Link::owner && s.owner_is_task) p.to = place[p.to];
  }
}

std::string list(const std::vector<uint16_t>& view, char letter) {
  std::string text;
  for (auto number : view)
    text +=
        (text.empty() ? "" : " ") + (number == 0 ? fmt::format("{}?", letter) : fmt::format("{}{}", letter, number));
  return text.empty() ? "no rules" : text;
}

using What = Difference::What;

std::optional<Difference> compare_tasks(const Snapshot& expected, const Snapshot& actual) {
  for (size_t i = 0; i < std::max(expected.tasks.size(), actual.tasks.size()); ++i) {
    if (i >= actual.tasks.size() || (i < expected.tasks.size() && expected.tasks[i].number < actual.tasks[i].number))
      return Difference{What::task, expected.tasks[i].number, 0, "task.exists",
                        fmt::format("P{} is gone, expected it to exist", expected.tasks[i].number)};
    if (i >= expected.tasks.size() || actual.tasks[i].number < expected.tasks[i].number)
      return Difference{What::task, actual.tasks[i].number, 0, "task.exists",
                        fmt::format("P{} exists, expected it to be gone", actual.tasks[i].number)};
    const auto &e = expected.tasks[i], &a = actual.tasks[i];
    auto differs = [&](const char* what, int is, int should) {
      return Difference{What::task, e.number, 0, fmt::format("task.{}", what),
                        fmt::format("P{}'s {} is {}, expected {}", e.number, what, is, should)};
    };
    if (a.life != e.life)
      return Difference{
          What::task, e.number, 0, "task.life",
          fmt::format("P{} is {}, expected the opposite", e.number, a.life == Life::alive ? "alive" : "a zombie")};
    if (a.mode != e.mode) return differs("mode", a.mode, e.mode);
    if (a.filter_count != e.filter_count) return differs("filter_count", a.filter_count, e.filter_count);
    if (a.nnp != e.nnp) return differs("nnp", a.nnp, e.nnp);
  }
  return std::nullopt;
}

std::optional<Difference> compare_views(const Snapshot& expected, const Snapshot& actual) {
  bool as_sets = !expected.ordered || !actual.ordered;
  for (size_t i = 0; i < expected.tasks.size(); ++i)
    for (int event = 0; event < kEvents; ++event) {
      auto e = expected.tasks[i].view[event], a = actual.tasks[i].view[event];
      if (as_sets) {
        std::sort(e.begin(), e.end());
        std::sort(a.begin(), a.end());
      }
      if (e == a) continue;
      const char letter = expected.filters ? 'F' : 'R';
      return Difference{
          What::view, expected.tasks[i].number, static_cast<uint8_t>(event), "view",
          fmt::format("P{}'s view{} is {}, expected {}", expected.tasks[i].number,
                      letter == 'R' ? fmt::format(" of event {}", event) : "", list(a, letter), list(e, letter))};
    }
  return std::nullopt;
}

std::optional<Difference> compare_objects(const Snapshot& expected, const Snapshot& actual) {
  for (size_t i = 0; i < std::min(expected.objects.size(), actual.objects.size()); ++i) {
    const auto &e = expected.objects[i], &a = actual.objects[i];
    if (e.freed && a.freed && e.kind == a.kind) continue;  // what freed memory holds is nobody's promise
    if (e.kind != a.kind || e.number != a.number || e.freed != a.freed)
      return Difference{
          What::object, 0, 0, fmt::format("{}.exists", name_of(e.kind)),
          fmt::format("{} stands where {} is expected", object_name(actual, i), object_name(expected, i))};
    for (int c = 0; c < counters_of(e.kind); ++c)
      if (e.counter[c] != a.counter[c])
        return Difference{What::counter, 0, 0, fmt::format("{}.{}", name_of(e.kind), counter_name(e.kind, c)),
                          fmt::format("{}.{} is {}, expected {}", object_name(expected, i), counter_name(e.kind, c),
                                      counter_text(a.counter[c]), e.counter[c])};
    if (e.size != a.size)
      return Difference{What::object, 0, 0, fmt::format("{}.size", name_of(e.kind)),
                        fmt::format("{}'s size is {}, expected {}", object_name(expected, i), a.size, e.size)};
  }
  if (expected.objects.size() == actual.objects.size()) return std::nullopt;
  bool missing = expected.objects.size() > actual.objects.size();
  const auto& longer = missing ? expected : actual;
  size_t at = std::min(expected.objects.size(), actual.objects.size());
  return Difference{What::object, 0, 0, fmt::format("{}.exists", name_of(longer.objects[at].kind)),
                    fmt::format("{} {}", object_name(longer, at), missing ? "does not exist" : "exists, unexpected")};
}

std::optional<Difference> compare_pointers(const Snapshot& expected, const Snapshot& actual) {
  if (expected.pointers == actual.pointers) return std::nullopt;
  auto [e, a] =
      std::mismatch(expected.pointers.begin(), expected.pointers.end(), actual.pointers.begin(), actual.pointers.end());
  auto describe = [](const Snapshot& s, const PointerFacts& p) {
    auto from = starts_at_task(p.link) ? fmt::format("P{}", s.tasks[p.from].number) : object_name(s, p.from);
    auto to =
        p.link == Link::owner && s.owner_is_task ? fmt::format("P{}", s.tasks[p.to].number) : object_name(s, p.to);
    return fmt::format("{} of {} leads to {}", name_of(p.link), from, to);
  };
  auto is = a == actual.pointers.end() ? "nothing more is there" : describe(actual, *a);
  auto should = e == expected.pointers.end() ? "nothing more" : describe(expected, *e);
  auto link = e == expected.pointers.end() ? a->link : e->link;
  return Difference{What::pointer, 0, 0, name_of(link), fmt::format("{}, expected: {}", is, should)};
}

}  // namespace

const char* name_of(Kind kind) { return kKinds[static_cast<size_t>(kind)]; }
const char* name_of(Link link) { return kLinks[static_cast<size_t>(link)]; }
const char* counter_name(Kind kind, int counter) {
  if (kind == Kind::filter) return counter == 0 ? "refs" : "users";
  return kind == Kind::prog ? "refs" : "usage";
}

std::vector<std::string> names_of(FactSet facts) {
  std::vector<std::string> names;
  if (facts.results) names.emplace_back("results");
  if (facts.views) names.emplace_back("views");
  if (facts.counters) names.emplace_back("counters");
  return names;
}

std::string counter_text(int32_t counter) {
  return saturated(counter) ? fmt::format("saturated ({})", counter) : std::to_string(counter);
}

void Snapshot::clear() {
  tasks.clear();
  objects.clear();
  pointers.clear();
  faults.clear();
  owner_is_task = filters = false;
  complete = ordered = true;
}

void canonical(Snapshot& s) {
  sort_tasks(s);
  sort_pointers(s);
  auto place = Order(s).places();
  std::vector<ObjectFacts> objects(s.objects.size());
  for (size_t i = 0; i < place.size(); ++i) objects[place[i]] = s.objects[i];
  s.objects.swap(objects);
  for (auto& p : s.pointers) {
    if (!starts_at_task(p.link)) p.from = place[p.from];
    if (p.link != Link::owner || !s.owner_is_task) p.to = place[p.to];
  }
  sort_pointers(s);
}

std::optional<Difference> compare(const Snapshot& expected, const Snapshot& actual, FactSet facts) {
  if (auto d = compare_tasks(expected, actual)) return d;
  if (facts.views)
    if (auto d = compare_views(expected, actual)) return d;
  if (!facts.counters) return std::nullopt;
  if (auto d = compare_objects(expected, actual)) return d;
  if (auto d = compare_pointers(expected, actual)) return d;
  if (expected.faults.size() != actual.faults.size())
    return Difference{
        What::fault, 0, 0, "fault",
        actual.faults.size() > expected.faults.size() ? actual.faults.back() : "expected: " + expected.faults.back()};
  return std::nullopt;
}

std::string object_name(const Snapshot& snapshot, size_t object) {
  const auto& o = snapshot.objects[object];
  constexpr char kLetters[] = {'P', 'E', 'N', 'R', 'G', 'F'};
  char letter = kLetters[static_cast<size_t>(o.kind)];
  if (o.kind == Kind::prog) {  // named after the rule that holds it
    for (const auto& p : snapshot.pointers)
      if (p.link == Link::rule_prog && p.to == object && snapshot.objects[p.from].number != 0)
        return fmt::format("R{}.prog", snapshot.objects[p.from].number);
  }
  if (o.number != 0) return fmt::format("{}{}", letter, o.number);
  int nth = 1;
  for (size_t i = 0; i < object; ++i) nth += snapshot.objects[i].kind == o.kind && snapshot.objects[i].number == 0;
  return o.kind == Kind::rule || o.kind == Kind::filter ? fmt::format("{}?{}", letter, nth)
                                                        : fmt::format("{}{}", letter, nth);
}

}  // namespace lockstep
