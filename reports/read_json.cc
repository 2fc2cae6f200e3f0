// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/read_json.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "model/model.h"
#include "model/trace_text.h"

namespace lockstep {

namespace {

using Json = nlohmann::json;

// A file from elsewhere may hold -1 or 1e99, which the library would turn into some number.
template <class Number>
Number count(const Json& object, const char* name) {
  const auto& value = object.at(name);
  if (!value.is_number_unsigned() || value.get<uint64_t>() > std::numeric_limits<Number>::max())
    throw std::runtime_error(std::string(name) + " is no count");
  return value.get<Number>();
}

Find find_from(const Json& f) {
  Find find;
  find.divergence = {f.at("property"), count<uint32_t>(f, "step"), f.at("cause"), f.at("text"), f.at("also")};
  find.trace = parse_trace(f.at("trace").get<std::string>(), "trace");
  for (auto& step : find.trace.steps) step.line = 0;
  find.name = f.at("name");
  find.seed = count<uint64_t>(f, "seed");
  find.index = count<uint64_t>(f, "index");
  find.times = count<uint64_t>(f, "times");
  find.repeated = count<int>(f, "repeated");
  find.runs = count<int>(f, "runs");
  find.expected = f.at("expected");
  find.schedule = f.value("schedule", "");
  if (!find.schedule.empty()) find.command = f.at("reproduce");
  return find;
}

// A report of an older version does not say: then it was everything.
FactSet asked_from(const Json& r) {
  if (!r.contains("asked")) return {};
  const auto names = r.at("asked").get<std::vector<std::string>>();
  const auto has = [&](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  return {.results = has("results"), .views = has("views"), .counters = has("counters")};
}

Generated generated_from(const Json& g) {
  Generated generated{count<uint64_t>(g, "live"), count<uint64_t>(g, "depth"), count<uint64_t>(g, "cut"), {}};
  for (const auto& b : g.at("branches"))
    generated.branches.push_back({b.at("branch"), b.at("taken"), b.at("not_taken"), b.at("dead")});
  return generated;
}

std::vector<Named> named_from(const Json& list) {
  std::vector<Named> all;
  for (const auto& each : list) all.push_back({each.at("name"), each.at("value")});
  return all;
}

// The value of this name among the first `count`.
template <class Enum>
Enum named_value(const Json& name, size_t count) {
  for (size_t i = 0; i < count; ++i)
    if (name == name_of(static_cast<Enum>(i))) return static_cast<Enum>(i);
  throw std::runtime_error("a name that is not known: " + name.dump());
}

std::optional<Trace> trace_from(const Json& text) {
  if (text.is_null()) return std::nullopt;
  auto trace = parse_trace(text.get<std::string>(), "trace");
  for (auto& step : trace.steps) step.line = 0;
  return trace;
}

std::vector<Obligation> obligations_from(const Json& list, const std::string& model) {
  std::vector<Obligation> all;
  for (const auto& o : list)
    all.push_back({model, o.at("transition"), o.at("path"), o.at("formula"), o.at("key"),
                   named_value<ProofAnswer>(o.at("answer"), 3), o.at("seconds"), o.at("cached"),
                   o.value("counterexample", "")});
  return all;
}

ProofRow proof_from(const Json& p, const std::string& model) {
  ProofRow row{.model = model,
               .property = named_value<Property>(p.at("property"), kProperties),
               .status = named_value<ProofStatus>(p.at("status"), 4),
               .scope = p.at("scope"),
               .reason = p.at("reason"),
               .trace = trace_from(p.at("trace")),
               .seconds = p.at("seconds")};
  row.obligations = obligations_from(p.at("obligations"), model);
  return row;
}

BranchProof branch_from(const Json& b, const std::string& model) {
  return {model,
          named_value<Branch>(b.at("branch"), kBranches),
          b.at("side"),
          named_value<SideStatus>(b.at("status"), 3),
          trace_from(b.at("witness")),
          b.at("why")};
}

// What a report has that was written before there were proofs: none.
void add_proofs(const Json& r, Result& result) {
  if (!r.contains("proofs")) return;
  if (const auto& proofs = r.at("proofs"); !proofs.empty() && find_model(result.model) == nullptr)
    throw std::runtime_error("proofs of a model that is not known");
  for (const auto& proof : r.at("proofs")) {
    result.proofs.push_back(proof_from(proof, result.model));
    for (const auto& file : proof.at("breaking")) result.breaking.push_back({result.proofs.back().property, file});
  }
  result.lemmas = obligations_from(r.at("lemmas"), result.model);
  for (const auto& branch : r.at("branches")) result.branches.push_back(branch_from(branch, result.model));
}

Result result_from(const Json& r) {
  Result result{.job = r.at("job"),
                .model = r.at("model"),
                .target = r.at("target"),
                .asked = asked_from(r),
                .no_drain = r.value("no_drain", false),
                .traces = count<uint64_t>(r, "traces"),
                .steps = count<uint64_t>(r, "steps"),
                .unobserved = count<uint64_t>(r, "unobserved"),
                .skipped = count<uint64_t>(r, "skipped"),
                .missing = r.at("missing"),
                .shortcomings = r.at("shortcomings"),
                .notes = r.at("notes"),
                .statistics = named_from(r.at("statistics")),
                .seconds = r.at("seconds"),
                .seed = count<uint64_t>(r, "seed"),
                .against = r.value("against", "")};
  for (const auto& find : r.at("finds")) result.finds.push_back(find_from(find));
  for (const auto& row : r.at("outcomes"))
    result.outcomes.push_back({row.at("operation"), row.at("condition"), row.at("outcome"),
                               count<uint64_t>(row, "count"), row.at("possible")});
  if (r.contains("generated") && !r.at("generated").is_null()) result.generated = generated_from(r.at("generated"));
  add_proofs(r, result);
  return result;
}

Json parse(const std::string& text) {
  auto report = Json::parse(text);
  if (report.at("schema_version") != 1) throw std::runtime_error("a report of another schema version");
  return report;
}

std::vector<Result> results_from(const Json& report) {
  std::vector<Result> results;
  for (const auto& result : report.at("results")) results.push_back(result_from(result));
  return results;
}

}  // namespace

std::vector<Result> read_json(const std::string& text) { return results_from(parse(text)); }

Run read_run(const std::string& text) {
  const auto report = parse(text);
  Run run;
  if (report.contains("run")) {
    const auto& r = report.at("run");
    run = {.id = r.at("id"),
           .started = r.at("started"),
           .command = r.at("command"),
           .plan = r.at("plan"),
           .shard = r.at("shard"),
           .seed = count<uint64_t>(r, "seed"),
           .seconds = r.at("seconds")};
  }
  if (report.contains("provenance")) {
    const auto& p = report.at("provenance");
    run.provenance = {report.at("tool").at("version"), p.at("kernel"), p.at("btf_sha256"), p.at("config_sha256"),
                      named_from(p.at("more"))};
  }
  run.results = results_from(report);
  return run;
}

}  // namespace lockstep
