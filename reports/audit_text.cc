// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "reports/audit.h"
#include "reports/audit_holders.h"
#include "reports/paint.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {

constexpr size_t kWidth = 100;
constexpr uint32_t kDeepest = 12;  // further filters of a path are not moved further to the right

size_t tasks_of(const AuditReport& report) {
  size_t count = 0;
  for (const auto& filter : report.filters) count += filter.view.tasks.size();
  return count;
}

std::string head_of(const AuditReport& r, const Paint& paint) {
  std::string out = paint.bold("audit") + "  seccomp filters of this host, and who holds them\n";
  out += fmt::format("  {}, {} with them of {} on the host; {} in {:.2f} s\n", count_of(r.filters.size(), "filter"),
                     count_of(tasks_of(r), "task"), r.tasks_seen, count_of(r.looks, "look"), r.seconds);
  if (r.gone != 0) out += fmt::format("  {} besides went before they could be judged\n", count_of(r.gone, "filter"));
  return out;
}

std::string loud(Finding finding) {
  std::string word = name_of(finding);
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
  return word;
}

std::string findings_of(const AuditReport& r, const Paint& paint) {
  std::string out;
  for (const auto* suspect : r.suspects()) {
    out += fmt::format("\n{}  {}\n", paint.red(loud(suspect->finding)), suspect->name());
    for (const auto& sentence : residuals_of(*suspect)) out += wrap(sentence, kWidth, "  ", "    ");
  }
  if (!r.with(Finding::too_many).empty())
    out +=
        wrap("A holder that was not looked at would look the same as a leak: see NOT LOOKED AT.", kWidth, "  ", "  ");
  for (const auto* open : r.with(Finding::unsettled)) {
    const auto residuals = residuals_of(*open);
    out += fmt::format("\n{}  {}: who holds it, or its counters, changed from look to look{}\n",
                       paint.yellow(loud(open->finding)), open->name(),
                       residuals.empty() ? "" : "; in the last one " + list_of(residuals));
  }
  return out;
}

std::string counter(int32_t kernel, int32_t explained) {
  return kernel == explained ? fmt::format("{}", kernel) : fmt::format("{}≠{}", kernel, explained);
}

std::string holders_text(const AuditReport& r, const AuditedFilter& filter) {
  std::vector<std::string> parts;
  for (const auto& holders : holders_of(filter.view)) parts.push_back(words_for(holders));
  size_t shown_children = 0;
  for (const auto& other : r.filters) {
    if (other.prev != filter.number) continue;
    parts.push_back(other.name());
    ++shown_children;
  }
  if (const auto children = filter.view.children.size(); children > shown_children)
    parts.push_back(count_of(children - shown_children, "filter") + " not shown");
  if (filter.view.facts.listened || !filter.view.descriptors.empty()) parts.push_back(listener_words(filter.view));
  return parts.empty() ? "nothing" : list_of(parts);
}

std::string table_of(const AuditReport& r, const Paint& paint) {
  if (r.filters.empty()) return "";
  size_t width = 6;
  for (const auto& f : r.filters) width = std::max(width, 2 * std::min(f.depth, kDeepest) + f.name().size());
  std::string out = "\n" + paint.bold(fmt::format("  {:<{}}  {:>5}  {:>7}  {:>7}  {}\n", "filter", width, "insns",
                                                  "refs", "users", "held by"));
  for (const auto& f : r.filters) {
    const auto explained = f.view.explained;
    const auto line = fmt::format("  {:<{}}  {:>5}  {:>7}  {:>7}  ",
                                  std::string(2 * std::min(f.depth, kDeepest), ' ') + f.name(), width, f.view.facts.len,
                                  counter(f.view.facts.refs, explained[0]), counter(f.view.facts.users, explained[1]));
    const std::string indent(columns(line), ' ');
    auto text = wrap(holders_text(r, f), std::max(kWidth, indent.size() + 40), indent, indent).substr(indent.size());
    out += (f.view.exact() ? line : paint.red(line)) + text;
  }
  return out;
}

std::string not_looked_at_text(const AuditReport& r, const Paint& paint) {
  std::string out = "\n";
  for (const auto& place : not_looked_at(r)) out += paint.yellow("NOT LOOKED AT:") + " " + place + "\n";
  return out;
}

}  // namespace

std::string audit_text(const AuditReport& report, const RenderOptions& options) {
  const Paint paint(options.color);
  return head_of(report, paint) + findings_of(report, paint) + table_of(report, paint) +
         not_looked_at_text(report, paint) + verdict_line(result_of(report)) + "\n";
}

}  // namespace lockstep
