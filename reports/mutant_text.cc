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

// Of the proofs; null: they were not asked.
const Trial* proof_trial(const MutantMatrix& matrix, const MutantRow& row) {
  for (size_t d = 0; d < matrix.detectors.size(); ++d)
    if (matrix.detectors[d] == "prove" && row.trials[d]) return &*row.trials[d];
  return nullptr;
}

std::string milliseconds(double seconds) { return fmt::format("{:.2f} ms", seconds * 1e3); }

// The trials of one detector that noticed something.
std::vector<Trial> noticed_by(const MutantMatrix& matrix, size_t detector) {
  std::vector<Trial> noticed;
  for (const auto& row : matrix.rows)
    if (row.trials[detector] && !noticed_as(*row.trials[detector]).empty()) noticed.push_back(*row.trials[detector]);
  return noticed;
}
size_t out_of_time(const MutantMatrix& matrix, size_t detector) {
  return static_cast<size_t>(std::count_if(matrix.rows.begin(), matrix.rows.end(), [&](const auto& row) {
    return row.trials[detector] && row.trials[detector]->out_of_time;
  }));
}

// What mutants were first noticed as: the gravest first, what merely differed last.
std::vector<std::string> seen_properties(const MutantMatrix& matrix) {
  std::set<std::string> seen;
  for (size_t d = 0; d < matrix.detectors.size(); ++d)
    for (const auto& trial : noticed_by(matrix, d)) seen.emplace(noticed_as(trial));
  std::vector<std::string> order;
  for (int i = 0; i < kProperties; ++i)
    if (seen.erase(name_of(static_cast<Property>(i))) != 0) order.emplace_back(name_of(static_cast<Property>(i)));
  order.insert(order.end(), seen.begin(), seen.end());
  return order;
}

// One line of the table: a head, and cell(what it noticed, its number) of each detector that there is for this model.
template <class Cell>
std::string line(const MutantMatrix& matrix, const std::string& head, Cell cell) {
  std::string out = fmt::format("  {:<22}", head);
  for (size_t d = 0; d < matrix.detectors.size(); ++d) {
    const bool exists =
        std::any_of(matrix.rows.begin(), matrix.rows.end(), [&](const auto& r) { return r.trials[d].has_value(); });
    out += fmt::format("{:>11}", exists ? cell(noticed_by(matrix, d), d) : "n/a");
  }
  return out + "\n";
}

// show(value of the middle one). What has no value is left out.
template <class Value, class Show>
std::string median_line(const MutantMatrix& matrix, const std::string& head, Value value, Show show) {
  return line(matrix, head, [&](const std::vector<Trial>& noticed, size_t) {
    std::vector<std::decay_t<decltype(*value(noticed[0]))>> values;
    for (const auto& trial : noticed)
      if (const auto each = value(trial)) values.push_back(*each);
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
    out += line(matrix, property, [&](const std::vector<Trial>& noticed, size_t) {
      return fmt::format("{}", std::count_if(noticed.begin(), noticed.end(),
                                             [&](const auto& each) { return noticed_as(each) == property; }));
    });
  auto number = [](auto n) { return fmt::format("{}", n); };
  out += line(matrix, "noticed", [&](const std::vector<Trial>& noticed, size_t) { return number(noticed.size()); });
  size_t unknown = 0;
  for (size_t d = 0; d < matrix.detectors.size(); ++d) unknown += out_of_time(matrix, d);
  if (unknown != 0)
    out += line(matrix, "unknown (time)",
                [&](const std::vector<Trial>&, size_t detector) { return number(out_of_time(matrix, detector)); });
  out += median_line(
      matrix, "median time", [](const Trial& t) { return std::optional(t.seconds); }, milliseconds);
  out += median_line(
      matrix, "median steps", [](const Trial& t) { return std::optional(t.steps); }, number);
  out += median_line(
      matrix, "median trace", [](const Trial& t) { return t.kill ? std::optional(t.kill->length) : std::nullopt; },
      number);
  return out;
}

std::string head_of(const MutantMatrix& m, const Paint& paint) {
  const auto faults = m.faults();
  auto out = fmt::format("{}  {} in {:.1f} s, seed {}\n", paint.bold(m.model), count_of(m.rows.size(), "mutant"),
                         m.seconds, m.seed);
  out += fmt::format("  {} of {} killed", m.killed(), count_of(faults, "fault"));
  if (faults != 0)
    out += fmt::format(" ({:.1f} %)", 100. * static_cast<double>(m.killed()) / static_cast<double>(faults));
  for (auto fate :
       {Fate::equivalent, Fate::unreached, Fate::known_hole, Fate::hole, Fate::unproved, Fate::excuse_refuted})
    if (const auto count = m.count(fate); count != 0) out += fmt::format(", {} {}", count, name_of(fate));
  return out + "\n";
}

std::string survivors_of(const MutantMatrix& matrix, const Paint& paint) {
  std::string out;
  for (const auto& row : matrix.rows) {
    if (row.fate == Fate::killed || row.fate == Fate::unreached) continue;
    const bool news = row.fate == Fate::hole || row.fate == Fate::excuse_refuted || row.fate == Fate::unproved;
    const auto fate = std::string(name_of(row.fate));
    auto words = fmt::format("{}: {} ({}){}{}", news ? paint.red(fate) : fate, row.mutant.name, row.mutant.place,
                             row.argument.empty() ? "" : ": ", row.argument);
    for (const auto& each : proofs_say(matrix, row)) words += "; " + each;
    out += wrap(words, kWidth, "  ", "    ");
  }
  std::vector<std::string> unreached;
  bool proved = true;
  for (const auto& row : matrix.rows) {
    if (row.fate != Fate::unreached) continue;
    unreached.push_back(row.mutant.name);
    const auto* trial = proof_trial(matrix, row);
    proved &= trial != nullptr && trial->steps == 0 && !trial->out_of_time;
  }
  if (!unreached.empty())
    out += wrap(fmt::format("unreached: {} in text that the model never came to in {}{}: {}",
                            count_of(unreached.size(), "mutant"), matrix.reach,
                            proved ? ", and that no path of the proofs leads to" : "", list_of(unreached)),
                kWidth, "  ", "    ");
  return out.empty() ? "" : "\n" + out;
}

// Faults that leave nothing open.
std::string unnoticed_by_proofs(const MutantMatrix& matrix) {
  std::vector<std::string> names;
  for (const auto& row : matrix.rows)
    if (const auto* trial = proof_trial(matrix, row); trial != nullptr && row.fate == Fate::killed)
      if (trial->open.empty()) names.push_back(row.mutant.name + (trial->out_of_time ? " (unknown: time)" : ""));
  if (names.empty()) return "";
  return wrap(fmt::format("killed, and no obligation is open: {}", list_of(names)), kWidth, "  ", "    ");
}

std::string cell_of(const std::optional<Trial>& trial) {
  if (!trial) return "n/a";
  auto what = std::string(noticed_as(*trial));
  if (!trial->open.empty()) what = "open: " + what;
  if (what.empty()) what = trial->out_of_time ? "unknown (time)" : "-";
  return fmt::format("{} ({} in {})", what, count_of(trial->steps, "step"), milliseconds(trial->seconds));
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

std::vector<std::string> proofs_say(const MutantMatrix& matrix, const MutantRow& row) {
  const auto* trial = proof_trial(matrix, row);
  if (trial == nullptr) return {};
  if (trial->out_of_time) return {"the proofs: unknown (time)"};
  if (trial->open.empty())
    return {trial->steps == 0 ? "the proofs: no path leads to this text" : "the proofs: everything is proved of it"};
  if (row.fate == Fate::unproved)
    return {fmt::format("the proofs: {} is open of it, and no trace shows a fault", trial->open)};
  return {fmt::format("the proofs: equivalent in behaviour, and not to be shown by these invariants ({} is open)",
                      trial->open)};
}

std::string mutant_text(std::span<const MutantMatrix> matrices, bool every_mutant, const RenderOptions& options) {
  const Paint paint(options.color);
  std::string out;
  for (const auto& matrix : matrices) {
    out += head_of(matrix, paint) + table_of(matrix);
    if (every_mutant) out += rows_of(matrix);
    out += survivors_of(matrix, paint) + unnoticed_by_proofs(matrix) + "\n";
    if (matrix.interrupted) out += paint.yellow("INCONCLUSIVE:") + " interrupted: mutants are missing\n\n";
    if (!matrix.full_search) out += "note: the search was cut down; a whole one may kill what survived\n\n";
  }
  return out + verdict_line(matrices) + "\n";
}

}  // namespace lockstep
