// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/read_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "model/trace_text.h"

namespace lockstep {

namespace {

using Json = nlohmann::json;

Named statistic_from(const Json& s) {
  if (!s.contains("operation")) return {s.at("name"), s.at("value")};
  const auto condition = s.at("condition").get<std::string>();
  const auto& count = s.at("count");
  return {fmt::format("{} {}{}-> {}", s.at("operation").get<std::string>(), condition, condition.empty() ? "" : " ",
                      s.at("outcome").get<std::string>()),
          count.is_null() ? s.at("reason").get<std::string>() : fmt::format("{}", count.get<uint64_t>())};
}

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
  for (const auto& statistic : r.at("statistics")) result.statistics.push_back(statistic_from(statistic));
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
