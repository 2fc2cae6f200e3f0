// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/change_words.h"

#include <fmt/format.h>

#include "reports/changes.h"
#include "reports/plain_text.h"
#include "reports/state_words.h"

namespace lockstep {

namespace {

void tell_views_changed(const Snapshot& now, const Changes& changes, std::vector<std::string>& out) {
  const bool filters = now.filters;
  for (size_t i = 0; i < now.tasks.size(); ++i) {
    const auto& task = now.tasks[i];
    for (int event = 0; event < (filters ? 1 : kEvents); ++event)
      if (changes.view_changed(i, event) || (changes.task_made(i) && !task.view[event].empty()))
        out.push_back(fmt::format("P{}'s view{} is now {}.", task.number,
                                  filters ? "" : fmt::format(" of event {}", event), view_words(now, task, event)));
  }
}

void tell_objects_changed(const Snapshot& now, const Changes& changes, std::vector<std::string>& out) {
  if (const auto gone = changes.tasks_gone(); !gone.empty()) out.push_back("Gone: " + list_of(gone) + ".");
  if (const auto made = changes.objects_made(); !made.empty()) out.push_back("Made: " + list_of(made) + ".");
  if (const auto gone = changes.objects_gone(); !gone.empty()) out.push_back("Freed: " + list_of(gone) + ".");
  std::vector<std::string> renamed, counters;
  for (const auto& [old, name] : changes.renamed()) renamed.push_back(old + " is now called " + name);
  for (size_t i = 0; i < now.objects.size(); ++i)
    for (int c = 0; c < counters_of(now.objects[i].kind); ++c)
      if (const auto was = changes.counter_was(i, c))
        counters.push_back(fmt::format("{}.{} {} -> {}", object_name(now, i), counter_name(now.objects[i].kind, c),
                                       *was, now.objects[i].counter[c]));
  if (!renamed.empty()) out.push_back("Numbered anew: " + list_of(renamed) + ".");
  if (!counters.empty()) out.push_back("Counters: " + list_of(counters) + ".");
}

}  // namespace

std::vector<std::string> change_words(const Snapshot& before, const Snapshot& now) {
  std::vector<std::string> out;
  const Changes changes(&before, now);
  tell_views_changed(now, changes, out);
  tell_objects_changed(now, changes, out);
  for (size_t i = before.faults.size(); i < now.faults.size(); ++i) out.push_back("Fault: " + now.faults[i] + ".");
  return out;
}

}  // namespace lockstep
