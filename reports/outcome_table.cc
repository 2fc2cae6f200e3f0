// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/outcome_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/utf8.h"
#include "reports/plain_text.h"

namespace lockstep {

OutcomeTable::OutcomeTable(const std::vector<OutcomeCount>& rows) {
  std::set<std::string> errors;
  for (const auto& row : rows) {
    if (std::find(operations.begin(), operations.end(), row.operation) == operations.end())
      operations.push_back(row.operation);
    if (row.outcome != "ok") errors.insert(row.outcome);
    if (row.possible) cells_[{row.operation, row.outcome}] += row.count;
    if (row.count == 0) never.push_back(row);
  }
  outcomes.emplace_back("ok");
  outcomes.insert(outcomes.end(), errors.begin(), errors.end());
}

std::optional<uint64_t> OutcomeTable::count(const std::string& operation, const std::string& outcome) const {
  const auto at = cells_.find({operation, outcome});
  return at == cells_.end() ? std::nullopt : std::optional(at->second);
}

std::string outcome_words(const OutcomeCount& row) {
  return fmt::format("{}{}{} -> {}{}", row.operation, row.condition.empty() ? "" : " ", row.condition, row.outcome,
                     row.possible ? "" : " (not possible on this target)");
}

namespace {

std::string cell(const OutcomeTable& table, const std::string& operation, const std::string& outcome) {
  const auto count = table.count(operation, outcome);
  return count ? fmt::format("{}", *count) : ".";
}

size_t width_of(const OutcomeTable& table, const std::string& outcome) {
  size_t width = columns(shown(outcome));
  for (const auto& operation : table.operations) width = std::max(width, cell(table, operation, outcome).size());
  return width;
}

}  // namespace

std::string outcome_table(const std::vector<OutcomeCount>& outcomes_seen, const std::string& indent) {
  const OutcomeTable table(outcomes_seen);
  if (table.operations.empty()) return "";
  size_t first = columns("operation");
  for (const auto& operation : table.operations) first = std::max(first, columns(shown(operation)));

  std::string out = fmt::format("{}{:<{}}", indent, "operation", first);
  for (const auto& outcome : table.outcomes) out += fmt::format("  {:>{}}", shown(outcome), width_of(table, outcome));
  for (const auto& operation : table.operations) {
    out += fmt::format("\n{}{:<{}}", indent, shown(operation), first);
    for (const auto& outcome : table.outcomes)
      out += fmt::format("  {:>{}}", cell(table, operation, outcome), width_of(table, outcome));
  }
  out += '\n';
  for (const auto& row : table.never) out += fmt::format("{}never: {}\n", indent, shown(outcome_words(row)));
  return out;
}

}  // namespace lockstep
