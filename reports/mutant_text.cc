// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/mutant_report.h"
#include "reports/paint.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {

constexpr size_t kWidth = 100;

std::string milliseconds(double seconds) { return fmt::format("{:.2f} ms", seconds * 1e3); }

// The trials of one detector that ended in a kill.
std::vector<Trial> kills_by(const MutantMatrix& matrix, size_t detector) {
  std::vector<Trial> kills;
  for (const auto& row : matrix.rows)
    if (row.trials[detector] && row.trials[detector]->kill) kills.push_back(*row.trials[detector]);
  return kills;
}

// Properties that kills were first noticed by: the gravest first, what merely differed last.
std::vector<std::string> seen_properties(const MutantMatrix& matrix) {
  std::set<std::string> seen;
  for (size_t d = 0; d < matrix.detectors.size(); ++d)
    for (const auto& kill : kills_by(matrix, d)) seen.insert(kill.kill->property);
  std::vector<std::string> order;
  for (int i = 0; i < kProperties; ++i)
    if (seen.erase(name_of(static_cast<Property>(i))) != 0) order.emplace_back(name_of(static_cast<Property>(i)));
  order.insert(order.end(), seen.begin(), seen.end());
  return order;
}

// One line of the table: a head, and cell(kills) of each detector that there is for this model.
template <class Cell>
std::string line(const MutantMatrix& matrix, const std::string& head, Cell cell) {
  std::string out = fmt::format("  {:<22}", head);
  for (size_t d = 0; d < matrix.detectors.size(); ++d) {
    const bool exists =
        std::any_of(matrix.rows.begin(), matrix.rows.end(), [&](const auto& r) { return r.trials[d].has_value(); });
    out += fmt::format("{:>11}", exists ? cell(kills_by(matrix, d)) : "n/a");
  }
  return out + "\n";
}

// show(value of the middle kill).
template <class Value, class Show>
std::string median_line(const MutantMatrix& matrix, const std::string& head, Value value, Show show) {
  return line(matrix, head, [&](const std::vector<Trial>& kills) {
    std::vector<std::decay_t<decltype(value(kills[0]))>> values;
    values.reserve(kills.size());
    for (const auto& kill : kills) values.push_back(value(kill));
    if (values.empty()) return std::string("-");
    const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return show(*middle);
  });
}

std::string table_of(const MutantMatrix& matrix) {
  std::string out = fmt::format("\n  {:<22}", "first noticed as");
  for (const auto& detector : matrix.detectors) out += fmt::format("{:>11}", detector);
  out += "\n";
  for (const auto& property : seen_properties(matrix))
    out += line(matrix, property, [&](const std::vector<Trial>& kills) {
      return fmt::format("{}", std::count_if(kills.begin(), kills.end(),
                                             [&](const auto& each) { return each.kill->property == property; }));
    });
  auto number = [](auto n) { return fmt::format("{}", n); };
  out += line(matrix, "killed", [&](const std::vector<Trial>& kills) { return number(kills.size()); });
  out += median_line(
      matrix, "median time", [](const Trial& t) { return t.seconds; }, milliseconds);
  out += median_line(
      matrix, "median steps", [](const Trial& t) { return t.steps; }, number);
  out += median_line(
      matrix, "median trace", [](const Trial& t) { return t.kill->length; }, number);
  return out;
}

std::string head_of(const MutantMatrix& m, const Paint& paint) {
  const auto faults = m.faults();
  auto out = fmt::format("{}  {} in {:.1f} s, seed {}\n", paint.bold(m.model), count_of(m.rows.size(), "mutant"),
                         m.seconds, m.seed);
  out += fmt::format("  {} of {} killed", m.killed(), count_of(faults, "fault"));
  if (faults != 0)
    out += fmt::format(" ({:.1f} %)", 100. * static_cast<double>(m.killed()) / static_cast<double>(faults));
  for (auto fate : {Fate::equivalent, Fate::unreached, Fate::known_hole, Fate::hole, Fate::excuse_refuted})
    if (const auto count = m.count(fate); count != 0) out += fmt::format(", {} {}", count, name_of(fate));
  return out + "\n";
}

std::string survivors_of(const MutantMatrix& matrix, const Paint& paint) {
  std::string out;
  for (const auto& row : matrix.rows) {
    if (row.fate == Fate::killed || row.fate == Fate::unreached) continue;
    const bool news = row.fate == Fate::hole || row.fate == Fate::excuse_refuted;
    const auto fate = std::string(name_of(row.fate));
    out += wrap(fmt::format("{}: {} ({}){}{}", news ? paint.red(fate) : fate, row.mutant.name, row.mutant.place,
                            row.argument.empty() ? "" : ": ", row.argument),
                kWidth, "  ", "    ");
  }
  std::vector<std::string> unreached;
  for (const auto& row : matrix.rows)
    if (row.fate == Fate::unreached) unreached.push_back(row.mutant.name);
  if (!unreached.empty())
    out += wrap(fmt::format("unreached: {} in text that the model never came to in {}: {}",
                            count_of(unreached.size(), "mutant"), matrix.reach, list_of(unreached)),
                kWidth, "  ", "    ");
  return out.empty() ? "" : "\n" + out;
}

std::string cell_of(const std::optional<Trial>& trial) {
  if (!trial) return "n/a";
  if (!trial->kill) return fmt::format("- ({} in {})", count_of(trial->steps, "step"), milliseconds(trial->seconds));
  return fmt::format("{} ({} in {})", trial->kill->property, count_of(trial->steps, "step"),
                     milliseconds(trial->seconds));
}

std::string rows_of(const MutantMatrix& matrix) {
  std::string out = "\n";
  for (const auto& row : matrix.rows) {
    out += fmt::format("  {:<44} {:<11}", row.mutant.name, name_of(row.fate));
    for (size_t d = 0; d < matrix.detectors.size(); ++d)
      out += fmt::format(" {} {:<40}", matrix.detectors[d], cell_of(row.trials[d]));
    out.erase(out.find_last_not_of(' ') + 1);
    out += "\n";
  }
  return out;
}

}  // namespace

std::string mutant_text(std::span<const MutantMatrix> matrices, bool every_mutant, const RenderOptions& options) {
  const Paint paint(options.color);
  std::string out;
  for (const auto& matrix : matrices) {
    out += head_of(matrix, paint) + table_of(matrix);
    if (every_mutant) out += rows_of(matrix);
    out += survivors_of(matrix, paint) + "\n";
    if (matrix.interrupted) out += paint.yellow("INCONCLUSIVE:") + " interrupted: mutants are missing\n\n";
    if (!matrix.full_search) out += "note: the search was cut down; a whole one may kill what survived\n\n";
  }
  return out + verdict_line(matrices) + "\n";
}

}  // namespace lockstep
