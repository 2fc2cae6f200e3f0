// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/read_json.h"

#include <nlohmann/json.hpp>

#include "model/trace_text.h"

namespace lockstep {

namespace {

using Json = nlohmann::json;

Find find_from(const Json& f) {
  Find find;
  find.divergence = {f.at("property"), f.at("step"), f.at("cause"), f.at("text"), f.at("also")};
  find.trace = parse_trace(f.at("trace").get<std::string>(), "trace");
  for (auto& step : find.trace.steps) step.line = 0;
  find.name = f.at("name");
  find.seed = f.at("seed");
  find.index = f.at("index");
  find.times = f.at("times");
  find.repeated = f.at("repeated");
  find.runs = f.at("runs");
  find.expected = f.at("expected");
  find.schedule = f.value("schedule", "");
  if (!find.schedule.empty()) find.command = f.at("reproduce");
  return find;
}

Result result_from(const Json& r) {
  Result result{.job = r.at("job"),
                .model = r.at("model"),
                .target = r.at("target"),
                .traces = r.at("traces"),
                .steps = r.at("steps"),
                .unobserved = r.at("unobserved"),
                .skipped = r.at("skipped"),
                .missing = r.at("missing"),
                .shortcomings = r.at("shortcomings"),
                .notes = r.at("notes"),
                .seconds = r.at("seconds"),
                .seed = r.at("seed")};
  for (const auto& find : r.at("finds")) result.finds.push_back(find_from(find));
  for (const auto& row : r.at("outcomes"))
    result.outcomes.push_back(
        {row.at("operation"), row.at("condition"), row.at("outcome"), row.at("count"), row.at("possible")});
  for (const auto& s : r.at("statistics")) result.statistics.push_back({s.at("name"), s.at("value")});
  return result;
}

}  // namespace

std::vector<Result> read_json(const std::string& text) {
  const auto report = Json::parse(text);
  if (report.at("schema_version") != 1) throw std::runtime_error("a report of another schema version");
  std::vector<Result> results;
  for (const auto& result : report.at("results")) results.push_back(result_from(result));
  return results;
}

}  // namespace lockstep
