// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/graph_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/graph_style.h"
#include "reports/markup.h"
#include "reports/plain_text.h"
#include "reports/state_words.h"

namespace lockstep {

namespace {

std::string bold(const std::string& text) { return "<B>" + text + "</B>"; }
std::string in_color(const char* color, const std::string& text) {
  return fmt::format("<FONT COLOR=\"{}\">{}</FONT>", color, text);
}
std::string small(const std::string& text) { return "<FONT POINT-SIZE=\"10\">" + text + "</FONT>"; }
std::string row(const std::string& cell) { return "<TR><TD ALIGN=\"LEFT\">" + cell + "</TD></TR>"; }
std::string port_row(const char* align, const std::string& port, const std::string& cell) {
  return fmt::format("<TR><TD ALIGN=\"{}\" PORT=\"{}\">{}</TD></TR>", align, port, cell);
}
std::string wrong(const std::string& text) { return in_color(kWrong, bold(text)); }

std::string table(const std::string& rows) {
  return "<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"2\">" + rows + "</TABLE>>";
}

const TaskFacts* find_task(const Snapshot* s, uint16_t number) {
  if (s == nullptr) return nullptr;
  auto at = std::find_if(s->tasks.begin(), s->tasks.end(), [&](const auto& t) { return t.number == number; });
  return at == s->tasks.end() ? nullptr : &*at;
}

bool same_view(const Snapshot& a, const Snapshot& b, std::vector<uint16_t> x, std::vector<uint16_t> y) {
  if (!a.ordered || !b.ordered) {
    std::sort(x.begin(), x.end());
    std::sort(y.begin(), y.end());
  }
  return x == y;
}

}  // namespace

const TaskFacts* GraphLabels::other_task(size_t task) const { return find_task(panel_.other, now_.tasks[task].number); }

const ObjectFacts* GraphLabels::other_object(size_t object) const {
  const auto name = object_name(now_, object);
  for (size_t i = 0; i < panel_.other->objects.size(); ++i)
    if (object_name(*panel_.other, i) == name && panel_.other->objects[i].kind == now_.objects[object].kind)
      return &panel_.other->objects[i];
  return nullptr;
}

std::string GraphLabels::view_row(size_t task, int event) const {
  const auto& facts = now_.tasks[task];
  const bool filters = now_.filters;
  const std::string label = filters ? "filters" : fmt::format("event {}", event);
  std::string view = view_words(now_, facts, event);
  if (changes_.view_changed(task, event)) view = in_color(kNew, bold(view));
  const auto* other = other_task(task);
  std::string out = in_color(kFaint, label) + " &#160;" + view;
  if (other != nullptr && !same_view(now_, *panel_.other, facts.view[event], other->view[event]))
    out += "<BR ALIGN=\"LEFT\"/>" +
           wrong(markup_attribute(panel_.other_name) + " " + view_words(*panel_.other, *other, event));
  return row(small(out + "<BR ALIGN=\"LEFT\"/>"));
}

std::string GraphLabels::task(size_t task) const {
  const auto& facts = now_.tasks[task];
  std::string title = bold(fmt::format("P{}", facts.number));
  if (facts.life == Life::zombie) title += in_color(kFaint, " zombie");
  if (panel_.other != nullptr && other_task(task) == nullptr)
    title += fmt::format(" {}", wrong("not in " + markup_attribute(panel_.other_name)));
  std::string rows = row(title);
  const bool none = std::all_of(facts.view.begin(), facts.view.end(), [](const auto& v) { return v.empty(); });
  if (none && !task_wrong(task) && !changes_.view_changed(task, 0) && !changes_.view_changed(task, 1))
    return table(rows + row(small(in_color(kFaint, "view empty"))));
  for (int event = 0; event < (now_.filters ? 1 : kEvents); ++event) rows += view_row(task, event);
  return table(rows);
}

bool GraphLabels::task_wrong(size_t task) const {
  if (panel_.other == nullptr) return false;
  const auto* other = other_task(task);
  if (other == nullptr) return true;
  for (int event = 0; event < kEvents; ++event)
    if (!same_view(now_, *panel_.other, now_.tasks[task].view[event], other->view[event])) return true;
  return false;
}

// "usage 2", or every number that there is where they do not agree: "usage 2 / kernel 3 / explained 2".
std::string GraphLabels::counter(size_t object, int counter) const {
  const auto& o = now_.objects[object];
  const int32_t explained = explanation_.objects[object].counter[counter];
  const auto* other = held_against_counters() ? other_object(object) : nullptr;
  std::string value = fmt::format("{}", o.counter[counter]);
  if (o.counter[counter] < 0)
    value = wrong(value);
  else if (changes_.counter_was(object, counter))
    value = in_color(kNew, bold(value));
  std::string out = fmt::format("{} {}", counter_name(o.kind, counter), value);
  if (auto was = changes_.counter_was(object, counter)) out += in_color(kNew, fmt::format(" (was {})", *was));
  const bool differs = other != nullptr && other->counter[counter] != o.counter[counter];
  const bool unexplained = explained != o.counter[counter] || (differs && explained != other->counter[counter]);
  if (differs) out += " / " + wrong(fmt::format("{} {}", markup_attribute(panel_.other_name), other->counter[counter]));
  if (!unexplained && !differs) return small(out);
  const auto text = fmt::format("explained {}", explained);
  return small(out + " / " + (explained != o.counter[counter] ? wrong(text) : text));
}

std::string GraphLabels::head(size_t object) const {
  std::string out = bold(markup_attribute(object_name(now_, object)));
  const auto& o = now_.objects[object];
  if (o.kind == Kind::rule && o.size != 0) out += fmt::format(" {}", small(in_color(kFaint, count_of(o.size, "page"))));
  if (o.kind == Kind::filter && o.size != 0)
    out += fmt::format(" {}", small(in_color(kFaint, fmt::format("{} insns", o.size))));
  if (now_.complete && !explanation_.objects[object].reachable) out += fmt::format(" {}", wrong("leaked"));
  if (held_against_counters() && other_object(object) == nullptr)
    out += fmt::format(" {}", wrong("not in " + markup_attribute(panel_.other_name)));
  return out;
}

std::string GraphLabels::object(size_t object) const {
  const auto kind = now_.objects[object].kind;
  if (kind == Kind::prog) return table(row(small(head(object)) + " " + counter(object, 0)));
  std::string rows = row(head(object));
  for (int c = 0; c < counters_of(kind); ++c) rows += row(counter(object, c));
  return table(rows);
}

std::string GraphLabels::with_ports(size_t object) const {
  const auto kind = now_.objects[object].kind;
  const bool is_wrong = object_wrong(object), made = changes_.object_made(object);
  const auto tint = tint_of(kind);
  std::string out = fmt::format(
      "<<TABLE BORDER=\"{}\" STYLE=\"ROUNDED\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"3\" COLOR=\"{}\" "
      "BGCOLOR=\"{}\">",
      is_wrong || made ? 2 : 1,
      is_wrong ? kWrong
      : made   ? kNew
               : tint.line,
      is_wrong ? kWrongFill : tint.fill);
  if (kind == Kind::node)
    return out + port_row("LEFT", "prev", head(object)) + port_row("LEFT", "rule", counter(object, 0)) + "</TABLE>>";
  out += row(head(object)) + row(counter(object, 0)) + "<HR/>";
  for (int event = 0; event < kEvents; ++event)
    out += port_row("RIGHT", fmt::format("s{}", event), small(in_color(kFaint, fmt::format("event {}", event))));
  return out + "</TABLE>>";
}

std::string GraphLabels::freed(size_t object) const {
  return table(row(bold(markup_attribute(object_name(now_, object)))) +
               row(small(wrong("freed, and a pointer leads here"))));
}

bool GraphLabels::object_wrong(size_t object) const {
  if (unexplained(now_, explanation_, object)) return true;
  if (!held_against_counters()) return false;
  const auto* other = other_object(object);
  return other == nullptr || other->counter != now_.objects[object].counter || other->freed;
}

std::string GraphLabels::only_other() const {
  if (!held_against_counters()) return "";
  std::set<std::string> here;
  for (size_t i = 0; i < now_.objects.size(); ++i) here.insert(object_name(now_, i));
  std::vector<std::string> extra;
  for (size_t i = 0; i < panel_.other->objects.size(); ++i)
    if (auto name = object_name(*panel_.other, i); !here.contains(name)) extra.push_back(name);
  return extra.empty() ? "" : fmt::format("{} besides: {}", panel_.other_name, list_of(extra));
}

}  // namespace lockstep
