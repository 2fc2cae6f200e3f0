// SPDX-License-Identifier: GPL-2.0-or-later
// Results for programs; the schema is in docs/reports.md.
#include <nlohmann/json.hpp>

#include "model/trace_text.h"
#include "oracle/prove_result.h"
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
          {"identity", finding_identity(find)},
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

Json generated_of(const Generated& g) {
  Json branches = Json::array();
  for (const auto& [branch, taken, not_taken, dead] : g.branches)
    branches.push_back({{"branch", branch}, {"taken", taken}, {"not_taken", not_taken}, {"dead", dead}});
  return {{"live", g.live}, {"depth", g.depth}, {"cut", g.cut}, {"branches", branches}};
}

Json trace_or_null(const std::optional<Trace>& trace) { return trace ? Json(write_trace(*trace)) : Json(); }

Json obligations_of(std::span<const Obligation> obligations) {
  Json all = Json::array();
  for (const auto& each : obligations)
    all.push_back({{"transition", each.transition},
                   {"path", each.path},
                   {"formula", each.formula},
                   {"key", each.key},
                   {"answer", name_of(each.answer)},
                   {"seconds", each.seconds},
                   {"counterexample", each.counterexample},
                   {"cached", each.cached}});
  return all;
}

Json proof_of(const ProofRow& row, const Result& r) {
  constexpr const char* kVerdicts[] = {"as expected", "unexpected", "undecided", "n/a"};
  const auto& check = check_of(row.property);
  Json breaking = Json::array();
  for (const auto& each : r.breaking)
    if (each.property == row.property) breaking.push_back(each.file);
  return {{"property", name_of(row.property)},
          {"status", name_of(row.status)},
          {"expected", name_of(expected_outcome(row.model, row.property).expected)},
          {"verdict", kVerdicts[static_cast<size_t>(verdict_of(row, r.branches))]},
          {"scope", row.scope},
          {"reason", row.reason},
          {"seconds", row.seconds},
          {"trace", trace_or_null(row.trace)},
          {"check", {{"text", check.text}, {"file", check.file}, {"function", check.function}, {"page", check.page}}},
          {"breaking", breaking},
          {"obligations", obligations_of(row.obligations)}};
}

Json branch_of(const BranchProof& side) {
  return {{"branch", name_of(side.branch)},
          {"side", side.side},
          {"status", name_of(side.status)},
          {"why", side.why},
          {"witness", trace_or_null(side.witness)}};
}

Json named(const std::vector<Named>& all) {
  Json list = Json::array();
  for (const auto& [name, value] : all) list.push_back({{"name", name}, {"value", value}});
  return list;
}

Json run_of(const Run& run) {
  return {{"id", run.id},       {"started", run.started}, {"command", run.command}, {"plan", run.plan},
          {"shard", run.shard}, {"seed", run.seed},       {"seconds", run.seconds}};
}

Json provenance_of(const Provenance& p) {
  return {{"kernel", p.kernel}, {"btf_sha256", p.btf_hash}, {"config_sha256", p.config_hash}, {"more", named(p.more)}};
}

Json result_of(const Result& r) {
  Json outcomes = Json::array(), finds = Json::array(), proofs = Json::array(), branches = Json::array();
  for (const auto& row : r.proofs) proofs.push_back(proof_of(row, r));
  for (const auto& side : r.branches) branches.push_back(branch_of(side));
  for (const auto& row : r.outcomes)
    outcomes.push_back({{"operation", row.operation},
                        {"condition", row.condition},
                        {"outcome", row.outcome},
                        {"count", row.count},
                        {"possible", row.possible}});
  for (const auto& find : r.finds) finds.push_back(find_of(find, r));
  return {{"job", r.job},
          {"model", r.model},
          {"target", r.target},
          {"against", r.against},
          {"asked", names_of(r.asked)},
          {"no_drain", r.no_drain},
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
          {"statistics", named(r.statistics)},
          {"generated", r.generated ? generated_of(*r.generated) : Json()},
          {"proofs", proofs},
          {"lemmas", obligations_of(r.lemmas)},
          {"branches", branches}};
}

}  // namespace

std::string write_json(std::span<const Result> results, const RenderOptions& options) {
  Json all = Json::array();
  for (const auto& result : results) all.push_back(result_of(result));
  Json report = {{"schema_version", kSchemaVersion}, {"tool", {{"name", "lockstep"}}}};
  if (options.run != nullptr) {
    report["tool"]["version"] = options.run->provenance.tool_version;
    if (!options.run->id.empty()) report["run"] = run_of(*options.run);
    report["provenance"] = provenance_of(options.run->provenance);
  }
  report["results"] = all;
  // A file name need not be UTF-8, JSON must be.
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lockstep
