// SPDX-License-Identifier: GPL-2.0-or-later
#include <nlohmann/json.hpp>

#include "reports/mutant_report.h"
#include "reports/run.h"

namespace lockstep {

namespace {

using Json = nlohmann::ordered_json;
constexpr int kSchemaVersion = 1;

Json trial_of(const std::optional<Trial>& trial) {
  if (!trial) return nullptr;
  Json json = {{"killed", trial->kill.has_value()}, {"steps", trial->steps}, {"seconds", trial->seconds}};
  if (!trial->open.empty()) json["open"] = trial->open;
  if (trial->out_of_time) json["out_of_time"] = true;
  if (!trial->kill) return json;
  json["property"] = trial->kill->property;
  json["length"] = trial->kill->length;
  return json;
}

Json matrix_of(const MutantMatrix& matrix) {
  Json mutants = Json::array();
  for (const auto& row : matrix.rows) {
    Json trials = Json::object();
    for (size_t d = 0; d < matrix.detectors.size(); ++d) trials[matrix.detectors[d]] = trial_of(row.trials[d]);
    mutants.push_back({{"name", row.mutant.name},
                       {"place", row.mutant.place},
                       {"fate", name_of(row.fate)},
                       {"argument", row.argument},
                       {"trials", trials}});
  }
  return {{"model", matrix.model},
          {"verdict", name_of(matrix.verdict())},
          {"killed", matrix.killed()},
          {"faults", matrix.faults()},
          {"equivalent", matrix.count(Fate::equivalent)},
          {"unreached", matrix.count(Fate::unreached)},
          {"known_holes", matrix.count(Fate::known_hole)},
          {"holes", matrix.count(Fate::hole)},
          {"excuses_refuted", matrix.count(Fate::excuse_refuted)},
          {"unproved", matrix.count(Fate::unproved)},
          {"full_search", matrix.full_search},
          {"interrupted", matrix.interrupted},
          {"seconds", matrix.seconds},
          {"seed", matrix.seed},
          {"reach", matrix.reach},
          {"mutants", mutants}};
}

}  // namespace

std::string mutant_json(std::span<const MutantMatrix> matrices, const RenderOptions& options) {
  Json all = Json::array();
  for (const auto& matrix : matrices) all.push_back(matrix_of(matrix));
  Json report = {{"schema_version", kSchemaVersion},
                 {"tool", {{"name", "lockstep"}}},
                 {"verdict", name_of(verdict_of(matrices))},
                 {"verdict_line", verdict_line(matrices)},
                 {"models", all}};
  if (options.run != nullptr) report["tool"]["version"] = options.run->provenance.tool_version;
  return report.dump(2) + "\n";
}

}  // namespace lockstep
