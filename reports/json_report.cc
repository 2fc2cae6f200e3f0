// SPDX-License-Identifier: GPL-2.0-or-later
// Results for programs; the schema is in docs/reports.md.
#include <nlohmann/json.hpp>

#include "model/trace_text.h"
#include "reports/command.h"
#include "reports/conclusion.h"
#include "reports/writers.h"

namespace lockstep {

namespace {

using Json = nlohmann::ordered_json;
constexpr int kSchemaVersion = 1;

Json find_of(const Find& find, const Result& result) {
  const auto& d = find.divergence;
  return {{"name", find.name},
          {"expected", find.expected},
          {"property", d.property},
          {"step", d.step},
          {"cause", d.cause},
          {"text", d.text},
          {"also", d.also},
          {"times", find.times},
          {"flaky", find.flaky()},
          {"repeated", find.repeated},
          {"runs", find.runs},
          {"seed", find.seed},
          {"index", find.index},
          {"trace", write_trace(find.trace)},
          {"schedule", find.schedule},
          {"reproduce", reproduce_command(find, result)}};
}

Json result_of(const Result& r) {
  Json outcomes = Json::array(), statistics = Json::array(), finds = Json::array();
  for (const auto& row : r.outcomes)
    outcomes.push_back({{"operation", row.operation},
                        {"condition", row.condition},
                        {"outcome", row.outcome},
                        {"count", row.count},
                        {"possible", row.possible}});
  for (const auto& statistic : r.statistics)
    statistics.push_back({{"name", statistic.name}, {"value", statistic.value}});
  for (const auto& find : r.finds) finds.push_back(find_of(find, r));
  return {{"job", r.job},
          {"model", r.model},
          {"target", r.target},
          {"verdict", name_of(r.verdict())},
          {"verdict_line", verdict_line(r)},
          {"conclusion", name_of(conclusion_of(r))},
          {"exit_code", exit_code(r)},
          {"traces", r.traces},
          {"steps", r.steps},
          {"divergences", r.finds.size()},
          {"expected", r.expected()},
          {"unexpected", r.unexpected()},
          {"unobserved", r.unobserved},
          {"skipped", r.skipped},
          {"seconds", r.seconds},
          {"seed", r.seed},
          {"finds", finds},
          {"missing", r.missing},
          {"shortcomings", r.shortcomings},
          {"notes", r.notes},
          {"outcomes", outcomes},
          {"statistics", statistics}};
}

}  // namespace

std::string write_json(std::span<const Result> results, const RenderOptions& options) {
  Json all = Json::array();
  for (const auto& result : results) all.push_back(result_of(result));
  const Json report = {{"schema_version", kSchemaVersion},
                       {"tool", {{"name", "lockstep"}, {"version", options.tool_version}}},
                       {"results", all}};
  // A file name need not be UTF-8, JSON must be.
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lockstep
