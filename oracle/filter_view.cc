// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/filter_view.h"

#include <algorithm>
#include <set>

#include "model/facts.h"

namespace lockstep {

namespace {

void hold(FilterView& view, std::array<int32_t, 2> held) {
  for (size_t c = 0; c < held.size(); ++c) view.explained[c] += held[c];
}

std::set<uint64_t> files_of(const FilterView& view) {
  std::set<uint64_t> files;
  for (const auto& descriptor : view.descriptors) files.insert(descriptor.file);
  return files;
}

bool same_tasks(const FilterView& a, const FilterView& b) {
  return std::equal(a.tasks.begin(), a.tasks.end(), b.tasks.begin(), b.tasks.end(), [](const auto& x, const auto& y) {
    return x.pid == y.pid && x.process == y.process && x.start == y.start;
  });
}

}  // namespace

bool same_filter(const FilterView& a, const FilterView& b) {
  return a.facts.id == b.facts.id && a.facts.len == b.facts.len && a.prev == b.prev;
}

bool stable(const FilterView& before, const FilterView& now) {
  return before.facts.births_before == now.facts.births_after && before.counter() == now.counter() &&
         before.facts.listened == now.facts.listened && before.facts.unreadable == now.facts.unreadable &&
         before.children == now.children && same_tasks(before, now) && files_of(before) == files_of(now);
}

bool saturated(const FilterView& view) { return view.facts.refs < 0 || view.facts.users < 0; }

const char* name_of(Finding finding) {
  constexpr const char* kNames[] = {"use-after-free suspect", "saturated", "leak suspect", "explained", "unsettled"};
  return kNames[static_cast<size_t>(finding)];
}

Finding FilterView::finding() const {
  if (exact()) return Finding::explained;
  if (facts.unreadable) return Finding::too_few;
  if (saturated(*this)) return Finding::saturated;
  return facts.refs < explained[0] || facts.users < explained[1] ? Finding::too_few : Finding::too_many;
}

std::vector<FilterView> views_of(const HostSnapshot& s, bool ignore_listeners) {
  std::vector<FilterView> views(s.filters.size());
  for (size_t i = 0; i < views.size(); ++i) {
    views[i].facts = s.filters[i];
    if (const auto prev = s.filters[i].prev; prev < views.size()) {
      views[i].prev = s.filters[prev].id;
      views[prev].children.push_back({s.filters[i].id, s.filters[i].users > 0});
      hold(views[prev], held_by(Link::filter_prev, s.filters[i].users));
    }
  }
  for (const auto& task : s.tasks) {
    if (task.filter >= views.size()) continue;
    views[task.filter].tasks.push_back(task);
    hold(views[task.filter], held_by(Link::task_filter, 0));
  }
  for (const auto& descriptor : s.descriptors)
    if (descriptor.filter < views.size()) views[descriptor.filter].descriptors.push_back(descriptor);
  for (auto& view : views) {
    std::sort(view.children.begin(), view.children.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    // The open file holds its filter's memory and is no user. It is open as long as the filter says so, even where no
    // table shows a descriptor.
    const auto files = int32_t(files_of(view).size());
    if (!ignore_listeners) hold(view, {std::max(files, int32_t{view.facts.listened}), 0});
  }
  return views;
}

}  // namespace lockstep
