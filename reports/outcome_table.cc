// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/outcome_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/utf8.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {

struct Table {
  std::vector<std::string> operations;  // in the order of the statistics
  std::set<std::string> errors;         // columns after "ok"
  std::map<std::pair<std::string, std::string>, uint64_t> cells;
  std::vector<std::string> never;

  void add(const OutcomeCount& row) {
    const std::string operation = shown(row.operation), condition = shown(row.condition), outcome = shown(row.outcome);
    if (std::count(operations.begin(), operations.end(), operation) == 0) operations.push_back(operation);
    if (outcome != "ok") errors.insert(outcome);
    if (row.possible) cells[{operation, outcome}] += row.count;
    if (row.count != 0) return;
    never.push_back(fmt::format("{}{}{} -> {}{}", operation, condition.empty() ? "" : " ", condition, outcome,
                                row.possible ? "" : " (not possible on this target)"));
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

std::string outcome_table(const std::vector<OutcomeCount>& outcomes_seen, const std::string& indent) {
  Table table;
  for (const auto& row : outcomes_seen) table.add(row);
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
