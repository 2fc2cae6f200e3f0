// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/statistics_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "model/utf8.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {

std::optional<uint64_t> number_in(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct Table {
  std::vector<std::string> operations;  // in the order of the statistics
  std::set<std::string> errors;         // columns after "ok"
  std::map<std::pair<std::string, std::string>, uint64_t> cells;
  std::vector<std::string> never;

  void add(const OutcomeCount& row) {
    if (std::count(operations.begin(), operations.end(), row.operation) == 0) operations.push_back(row.operation);
    if (row.outcome != "ok") errors.insert(row.outcome);
    if (row.count) cells[{row.operation, row.outcome}] += *row.count;
    if (row.count.value_or(0) != 0) return;
    never.push_back(fmt::format("{}{} -> {}{}", row.operation, row.condition.empty() ? "" : " " + row.condition,
                                row.outcome, row.count ? "" : " (" + row.text + ")"));
  }
  std::string cell(const std::string& operation, const std::string& outcome) const {
    const auto at = cells.find({operation, outcome});
    return at == cells.end() ? "." : fmt::format("{}", at->second);
  }
};

size_t width_of(const Table& table, const std::string& column) {
  size_t width = columns(column);
  for (const auto& operation : table.operations) width = std::max(width, table.cell(operation, column).size());
  return width;
}

}  // namespace

std::optional<OutcomeCount> outcome_count(const Named& statistic) {
  const auto arrow = statistic.name.find("-> ");
  if (arrow == std::string::npos) return std::nullopt;
  OutcomeCount row{.outcome = shown(statistic.name.substr(arrow + 3)),
                   .count = number_in(statistic.value),
                   .text = shown(statistic.value)};
  std::string left = shown(statistic.name.substr(0, arrow));
  while (left.ends_with(' ')) left.pop_back();
  const auto space = std::min(left.find(' '), left.size());
  row.operation = left.substr(0, space);
  if (space < left.size()) row.condition = left.substr(space + 1);
  return row;
}

std::string statistics_table(const std::vector<Named>& statistics, const std::string& indent) {
  Table table;
  for (const auto& statistic : statistics)
    if (auto row = outcome_count(statistic)) table.add(*row);
  if (table.operations.empty()) return "";
  std::vector<std::string> outcomes{"ok"};
  outcomes.insert(outcomes.end(), table.errors.begin(), table.errors.end());
  size_t first = columns("operation");
  for (const auto& operation : table.operations) first = std::max(first, columns(operation));

  std::string out = fmt::format("{}{:<{}}", indent, "operation", first);
  for (const auto& outcome : outcomes) out += fmt::format("  {:>{}}", outcome, width_of(table, outcome));
  for (const auto& operation : table.operations) {
    out += fmt::format("\n{}{:<{}}", indent, operation, first);
    for (const auto& outcome : outcomes)
      out += fmt::format("  {:>{}}", table.cell(operation, outcome), width_of(table, outcome));
  }
  out += '\n';
  for (const auto& never : table.never) out += fmt::format("{}never: {}\n", indent, never);
  return out;
}

}  // namespace lockstep
