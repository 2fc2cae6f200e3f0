// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/step_table.h"

#include <fmt/format.h>

#include "model/utf8.h"
#include "oracle/graph.h"
#include "reports/changes.h"
#include "reports/paint.h"
#include "reports/plain_text.h"
#include "reports/promise_words.h"
#include "reports/state_words.h"

namespace lockstep {

namespace {

constexpr size_t kWidth = 100;
constexpr size_t kMaxView = 8;                     // rules of a view; two such views fit a line
constexpr const char* kIndent = "              ";  // under the first item

std::string items_line(const std::string& name, const std::vector<std::string>& items) {
  std::string out, line = fmt::format("  {:<10}", name);
  bool fresh = true;
  for (const auto& item : items) {
    if (!fresh && columns(line) + 2 + columns(item) > kWidth) {
      out += line + "\n";
      line = std::string(kIndent, 12);
    }
    line += "  " + item;
    fresh = false;
  }
  return out + line + "\n";
}

// A long view by its ends: it is not what the reader of a table looks for.
std::string short_view(const Snapshot& now, const TaskFacts& task, int event) {
  const auto& view = task.view[event];
  if (view.size() <= kMaxView) return view_words(now, task, event);
  TaskFacts newest;
  newest.view[0].assign(view.begin(), view.begin() + kMaxView - 2);
  return fmt::format("{} ... {}{} ({} in all)", view_words(now, newest, 0), now.filters ? 'F' : 'R', view.back(),
                     view.size());
}

std::string task_item(const Snapshot& now, const Changes& changes, size_t i) {
  const auto& task = now.tasks[i];
  const bool filters = now.filters;
  bool changed = changes.task_made(i) || changes.task_changed(i);
  std::string views;
  for (int event = 0; event < (filters ? 1 : kEvents); ++event) {
    changed |= changes.view_changed(i, event);
    if (task.view[event].empty()) continue;
    views += (views.empty() ? "" : ", ") + (filters ? "" : fmt::format("e{} ", event)) + short_view(now, task, event);
  }
  return fmt::format("{}P{}{}: {}", changed ? "*" : "", task.number, task.life == Life::zombie ? " zombie" : "",
                     views.empty() ? "none" : views);
}

std::string object_item(const Snapshot& now, const Changes& changes, const Explanation& explanation, size_t i) {
  const auto& object = now.objects[i];
  bool changed = changes.object_made(i);
  std::string counters;
  for (int c = 0; c < counters_of(object.kind); ++c) {
    changed |= changes.counter_was(i, c).has_value();
    const int32_t explained = explanation.objects[i].counter[c];
    counters += fmt::format("{}{}", c == 0 ? "" : "/", object.counter[c]);
    if (explained != object.counter[c]) counters += fmt::format("(explained {})", explained);
  }
  if (now.complete && !explanation.objects[i].reachable) counters += " leaked";
  return fmt::format("{}{}{}={}", changed ? "*" : "", unexplained(now, explanation, i) ? "!" : "", object_name(now, i),
                     object.freed ? "freed" : counters);
}

}  // namespace

std::string StepTable::head(const StepRecord& record) const {
  const Paint paint(color_);
  if (record.step == nullptr) return paint.bold("start") + "\n";
  std::string out = paint.bold(fmt::format("step {}", record.number)) + "  " + step_line(*record.step);
  const auto predicted = outcome_words(record.predicted.error);
  if (record.predicted.error != record.step->error) out += ": " + paint.red("model gives " + predicted);
  const auto differs = [&](const std::string& who, const std::optional<Outcome>& gave) {
    if (!gave || *gave == record.predicted) return std::string();
    return ": " + paint.red(fmt::format("expected {}, {} gave {}", predicted, shown(who), outcome_words(gave->error)));
  };
  out += differs(target_, record.actual) + differs(against_, record.instead);
  return out + "\n";
}

std::string StepTable::state(const Snapshot* before, const Snapshot& now, const std::string& who) const {
  const Changes changes(before, now);
  const auto explanation = explain(now);
  std::vector<std::string> tasks, objects;
  for (size_t i = 0; i < now.tasks.size(); ++i) tasks.push_back(task_item(now, changes, i));
  for (size_t i = 0; i < now.objects.size(); ++i) objects.push_back(object_item(now, changes, explanation, i));
  std::string out = who.empty() ? "" : "  " + shown(who) + "\n";
  out += items_line("views", tasks);
  if (!objects.empty()) out += items_line(now.filters ? "refs/users" : "counters", objects);
  const size_t old = before == nullptr ? 0 : before->faults.size();
  for (size_t i = old; i < now.faults.size(); ++i)
    out += wrap(fmt::format("!{}", shown(now.faults[i])), kWidth, "  ", kIndent);
  return out;
}

std::string StepTable::of_target(const StepRecord& record, const std::string& name, const Snapshot& now,
                                 Snapshot& before) const {
  std::string out = "  " + shown(name) + ": the same\n";
  if (compare(*record.model, now, {})) out = state(record.step == nullptr ? nullptr : &before, now, name);
  before = now;
  return out;
}

std::string StepTable::add(const StepRecord& record) {
  std::string out = head(record);
  out +=
      state(record.step == nullptr ? nullptr : &model_before_, *record.model, record.target != nullptr ? "model" : "");
  if (record.target != nullptr) out += of_target(record, target_, *record.target, target_before_);
  if (record.against != nullptr) out += of_target(record, against_, *record.against, against_before_);
  model_before_ = *record.model;
  if (record.violations != nullptr)
    for (const auto& v : *record.violations)
      out += wrap(fmt::format("!{}: {}", name_of(v.property), v.text), kWidth, "  ", kIndent);
  return out;
}

}  // namespace lockstep
