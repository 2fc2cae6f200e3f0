// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/ownership_graph.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

#include "model/utf8.h"
#include "oracle/graph.h"
#include "reports/changes.h"
#include "reports/graph_columns.h"
#include "reports/graph_labels.h"
#include "reports/graph_style.h"
#include "reports/markup.h"
#include "reports/plain_text.h"
#include "reports/state_words.h"

namespace lockstep {

namespace {

class PanelWriter {
 public:
  PanelWriter(const Panel& panel, size_t number)
      : panel_(panel),
        now_(*panel.now),
        number_(number),
        changes_(panel.before, now_),
        explanation_(explain(now_)),
        labels_(panel, changes_, explanation_) {}

  std::string write() {
    out_ = fmt::format("  subgraph cluster_{} {{\n    peripheries=0; margin=10;\n", number_);
    heading();
    for (size_t i = 0; i < now_.tasks.size(); ++i) task(i);
    for (size_t i = 0; i < now_.objects.size(); ++i) object(i);
    if (!now_.filters)
      stand_in_columns();
    else
      stand_left();
    for (const auto& p : now_.pointers) pointer(p);
    return out_ + "  }\n";
  }

 private:
  std::string task_id(size_t task) const { return fmt::format("p{}t{}", number_, task); }
  std::string object_id(size_t object) const { return fmt::format("p{}o{}", number_, object); }

  void heading() {
    std::string text;
    auto line = [&](const char* color, const std::string& words) {
      if (!words.empty())
        text += fmt::format("<FONT COLOR=\"{}\">{}</FONT><BR ALIGN=\"LEFT\"/>", color, markup_attribute(words));
    };
    if (!panel_.heading.empty()) text += "<B>" + markup_attribute(panel_.heading) + "</B><BR ALIGN=\"LEFT\"/>";
    for (const auto& fault : now_.faults) line(kWrong, fault);
    line(kWrong, labels_.only_other());
    auto gone = changes_.objects_gone(), tasks = changes_.tasks_gone();
    if (!tasks.empty()) line(kNew, list_of(tasks) + " is gone");
    if (!gone.empty()) line(kNew, fmt::format("freed in this step (names as before it): {}", list_of(gone)));
    if (!text.empty()) out_ += fmt::format("    labeljust=l; fontsize=11; label=<{}>;\n", text);
  }

  void task(size_t i) {
    const bool wrong = labels_.task_wrong(i), changed = changes_.task_made(i) || changes_.task_changed(i);
    const bool zombie = now_.tasks[i].life == Life::zombie;
    const auto tint = tint_of(Kind::task);
    out_ += fmt::format("    {} [style=\"rounded,filled{}\", fillcolor=\"{}\", color=\"{}\", penwidth={}, label={}];\n",
                        task_id(i), zombie ? ",dashed" : "",
                        wrong    ? kWrongFill
                        : zombie ? kZombieFill
                                 : tint.fill,
                        wrong     ? kWrong
                        : changed ? kNew
                                  : tint.line,
                        wrong || changed ? 2 : 1, labels_.task(i));
  }

  void object(size_t i) {
    const auto& o = now_.objects[i];
    if (o.freed) {
      out_ += fmt::format("    {} [style=\"striped,dashed\", fillcolor=\"{}\", color=\"{}\", label={}];\n",
                          object_id(i), kGone.fill, kGone.line, labels_.freed(i));
      return;
    }
    if (o.kind == Kind::events || o.kind == Kind::node) {
      out_ += fmt::format("    {} [shape=plain, label={}];\n", object_id(i), labels_.with_ports(i));
      return;
    }
    const bool wrong = labels_.object_wrong(i), made = changes_.object_made(i);
    const auto tint = tint_of(o.kind);
    out_ += fmt::format("    {} [style=\"rounded,filled\", fillcolor=\"{}\", color=\"{}\", penwidth={}, label={}];\n",
                        object_id(i), wrong ? kWrongFill : tint.fill,
                        wrong  ? kWrong
                        : made ? kNew
                               : tint.line,
                        wrong || made ? 2 : 1, labels_.object(i));
  }

  void stand_in_columns() {
    const auto columns = columns_of(now_);
    for (const auto& p : now_.pointers)
      if (p.link == Link::rule_prev) linked_.emplace(object_id(p.from), object_id(p.to));
    stand(tasks(), "tasks");
    stand(ids(columns.events), "events");
    for (size_t i = 0; i < columns.nodes.size(); ++i) stand(ids(columns.nodes[i]), fmt::format("nodes{}", i));
    stand(ids(columns.rules), "rules");
    stand(ids(columns.progs), "progs");
  }

  void stand_left() {
    out_ += "    { rank=same;";
    for (const auto& task : tasks()) out_ += fmt::format(" {};", task);
    out_ += " }\n";
  }

  std::vector<std::string> tasks() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < now_.tasks.size(); ++i) names.push_back(task_id(i));
    return names;
  }
  std::vector<std::string> ids(const std::vector<size_t>& objects) const {
    std::vector<std::string> names;
    for (auto object : objects) names.push_back(object_id(object));
    return names;
  }

  // An invisible point heads each column and leads to the next one; invisible arrows inside keep the order, written
  // from below, since that is how Graphviz fills a column.
  void stand(const std::vector<std::string>& members, const std::string& name) {
    if (members.empty()) return;
    const auto head = fmt::format("p{}{}", number_, name);
    out_ += fmt::format("    {{ rank=same; {} [shape=point, width=0, height=0, style=invis];", head);
    for (const auto& member : members) out_ += " " + member + ";";
    out_ += " }\n";
    if (!last_column_.empty()) out_ += fmt::format("    {} -> {} [style=invis];\n", last_column_, head);
    last_column_ = head;
    for (size_t i = 1; i < members.size(); ++i)
      if (!linked_.contains({members[i - 1], members[i]}))
        out_ += fmt::format("    {} -> {} [style=invis];\n", members[i], members[i - 1]);
    out_ += fmt::format("    {} -> {} [style=invis];\n", members[0], head);
  }

  void pointer(const PointerFacts& p) {
    const bool to_task = p.link == Link::owner && now_.owner_is_task;
    const std::string from = starts_at_task(p.link) ? task_id(p.from) : object_id(p.from);
    const std::string to = to_task ? task_id(p.to) : object_id(p.to);
    const bool dangles = p.link != Link::owner && now_.objects[p.to].freed;
    std::string looks;
    if (dangles)
      looks = fmt::format("color=\"{}\", penwidth=2, style=dashed", kWrong);
    else if (changes_.pointer_made(p))
      looks = fmt::format("color=\"{}\", penwidth=2", kNew);
    out_ += "    " + arrow(p, from, to) + (looks.empty() ? "" : " [" + looks + "]") + ";\n";
  }

  static std::string arrow(const PointerFacts& p, const std::string& from, const std::string& to) {
    switch (p.link) {
      case Link::slot:
        return fmt::format("{}:s{}:e -> {}", from, p.event, to);
      case Link::owner:
        // Turned around: written from right to left it would lead over the top of everything.
        return fmt::format("{} -> {} [dir=back, style=dashed, arrowtail=vee, weight=0, color=\"{}\", label=\"owner\"]",
                           to, from, kOwner);
      case Link::node_prev:
        return fmt::format("{}:prev:e -> {}", from, to);
      case Link::node_rule:
        return fmt::format("{}:rule:e -> {}", from, to);
      // Graphviz fills a column from below: turned around, the newest stands on top.
      case Link::rule_prev:
        return fmt::format("{} -> {} [dir=back, weight=4]", to, from);
      default:
        return fmt::format("{} -> {}", from, to);
    }
  }

  const Panel& panel_;
  const Snapshot& now_;
  size_t number_;
  Changes changes_;
  Explanation explanation_;
  GraphLabels labels_;
  std::string out_, last_column_;
  std::set<std::pair<std::string, std::string>>
      linked_;  // by an arrow inside a column, which keeps the order by itself
};

std::string title_of(const GraphText& text) {
  std::string out;
  auto line = [&](const std::string& words, const std::string& open, const std::string& close) {
    for (const auto& part : lines_of(wrap(shown(words), 90)))
      if (!part.empty()) out += open + markup_attribute(part) + close + "<BR ALIGN=\"LEFT\"/>";
  };
  line(text.title, "<B>", "</B>");
  line(text.subtitle, "", "");
  line(text.finding, fmt::format("<FONT COLOR=\"{}\">", kWrong), "</FONT>");
  return out;
}

}  // namespace

std::string dot_of(std::span<const Panel> panels, const GraphText& text) {
  std::string out = "digraph ownership {\n";
  out += fmt::format("  rankdir=LR; bgcolor={}; pad=0.25; nodesep=0.22; ranksep=0.65; newrank=false;\n", kPaper);
  out += fmt::format("  fontname=\"{0}\"; fontsize=13; fontcolor=\"{1}\"; labelloc=t; labeljust=l;\n", kFont, kInk);
  out += fmt::format("  node [fontname=\"{0}\", fontsize=12, fontcolor=\"{1}\", shape=box, margin=\"0.06,0.03\"];\n",
                     kFont, kInk);
  out += fmt::format(
      "  edge [arrowhead=normal, fontname=\"{0}\", fontsize=9, fontcolor=\"{1}\", color=\"{2}\", arrowsize=0.7];\n",
      kFont, kFaint, kArrow);
  if (const auto title = title_of(text); !title.empty()) out += "  label=<" + title + ">;\n";
  // Graphviz puts the first one lowest.
  for (size_t i = panels.size(); i-- > 0;) out += PanelWriter(panels[i], i).write();
  return out + "}\n";
}

std::string dot_of(const Snapshot& now, const Snapshot* before, const Snapshot* other, const GraphText& text) {
  const Panel panel{.now = &now, .before = before, .other = other};
  return dot_of({&panel, 1}, text);
}

}  // namespace lockstep
