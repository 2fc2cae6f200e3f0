// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "reports/audit.h"
#include "reports/audit_holders.h"
#include "reports/graph_style.h"
#include "reports/markup.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {

std::string small(const char* color, const std::string& text) {
  return fmt::format("<BR ALIGN=\"LEFT\"/><FONT POINT-SIZE=\"10\" COLOR=\"{}\">{}</FONT>", color, text);
}

std::string box(const std::string& id, const Tint& tint, bool wrong, const std::string& label) {
  return fmt::format("  {} [fillcolor=\"{}\", color=\"{}\", penwidth={}, label=<{}<BR ALIGN=\"LEFT\"/>>];\n", id,
                     wrong ? kWrongFill : tint.fill, wrong ? kWrong : tint.line, wrong ? 2 : 1, label);
}

std::string counter(const char* name, int32_t kernel, int32_t explained) {
  if (kernel == explained) return small(kInk, fmt::format("{} {}", name, kernel));
  return small(kWrong, fmt::format("<B>{} {} / explained {}</B>", name, kernel, explained));
}

std::string filter_box(const AuditedFilter& f) {
  const auto& view = f.view;
  return box(
      f.name(), tint_of(Kind::filter), !view.exact(),
      fmt::format("<B>{}</B> <FONT POINT-SIZE=\"10\" COLOR=\"{}\">{} insns</FONT>", f.name(), kFaint, view.facts.len) +
          counter("refs", view.facts.refs, view.explained[0]) + counter("users", view.facts.users, view.explained[1]));
}

std::string holder_box(const std::string& id, const Holders& holders) {
  const auto words = words_for(holders);
  const auto name = words.substr(0, words.find(" ["));
  return box(id, tint_of(Kind::task), false,
             "<B>" + markup_attribute(name) + "</B>" + small(kFaint, markup_attribute(words.substr(name.size() + 1))));
}

}  // namespace

std::string audit_dot(const AuditReport& report) {
  std::string out = "digraph audit {\n  rankdir=LR; bgcolor=white; pad=0.2; nodesep=0.15; ranksep=0.6;\n";
  out += fmt::format("  node [fontname=\"{}\", fontsize=12, fontcolor=\"{}\", shape=box, style=\"rounded,filled\"];\n",
                     kFont, kInk);
  out += fmt::format("  edge [arrowsize=0.7, color=\"#52606d\", fontname=\"{}\", fontsize=9, fontcolor=\"{}\"];\n",
                     kFont, kFaint);
  // Graphviz fills a column from below.
  for (size_t i = report.filters.size(); i-- > 0;) {
    const auto& f = report.filters[i];
    out += filter_box(f);
    if (f.prev != 0) out += fmt::format("  {} -> F{};\n", f.name(), f.prev);
    const auto holders = holders_of(f.view);
    for (size_t h = holders.size(); h-- > 0;) {
      const auto id = fmt::format("{}t{}", f.name(), h);
      out += holder_box(id, holders[h]);
      const auto count = holders[h].tasks;
      out += fmt::format("  {} -> {}{};\n", id, f.name(), count == 1 ? "" : fmt::format(" [label=\"{}\"]", count));
    }
    if (!f.view.facts.listened && f.view.descriptors.empty()) continue;
    const auto id = f.name() + "l";
    out += box(id, tint_of(Kind::events), false,
               "<B>listener</B>" + small(kFaint, markup_attribute(listener_words(f.view).substr(2))));
    out += fmt::format("  {} -> {};\n", id, f.name());
  }
  return out + "}\n";
}

}  // namespace lockstep
