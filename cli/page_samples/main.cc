// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the reports that reports/page_test.py looks at in a browser: `page_samples FOLDER`. Finds come from real fuzz
// runs; what stands around them (names, notes, earlier runs) is chosen to be awkward.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "fuzz/fuzz.h"
#include "harness/targets.h"
#include "model/model.h"
#include "model/trace_text.h"
#include "oracle/explore.h"
#include "oracle/prove_result.h"
#include "reports/counterexample.h"
#include "reports/report_page.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHostile =
    "<script>document.title='owned'</script><img src=x onerror=alert(1)>\"'&amp;]]>--></style></script></pre>"
    "\x1b[31m\r\n\t\x7f\xff\xc3(\xe2\x80\xae"
    "abc\xe2\x80\xac\xef\xbb\xbf{}";

std::string hostile() { return kHostile + std::string(1, '\0') + "end"; }
std::string endless() { return std::string(100000, 'w'); }

Result run_fuzz(const std::string& job, const std::string& model, const std::string& target_name, uint64_t traces,
                uint64_t seed = 1) {
  auto target = make_target(target_name);
  auto result = fuzz({.model = model, .seed = seed, .traces = traces, .repeats = 1}, *target).result;
  result.job = job;
  return result;
}

std::vector<Obligation> obligations(const std::string& model, size_t count, double seconds) {
  std::vector<Obligation> all;
  for (size_t i = 0; i < count; ++i)
    all.push_back({model, i % 3 == 0 ? "append event=0" : "exit",
                   fmt::format("{}: first_append !no_events, walk_refs round", i % 7),
                   fmt::format("rule.usage = in.rule_prev + in.node_rule after every path ({})", i),
                   fmt::format("{}-{}", model, i), ProofAnswer::proved, seconds / static_cast<double>(count),
                   i % 2 == 0});
  return all;
}

// As they would come out, without a solver: what the explorer finds broken is refuted by its trace.
Result proofs_of(const std::string& model) {
  const auto seen = explore(model, {.scope = {.tasks = 2, .events = 1, .ops = 2}});
  Proofs proofs{.seconds = 3.2, .solver = "Z3 4.8.12"};
  for (int i = 0; i < kProperties - 1; ++i) {
    const auto property = static_cast<Property>(i);
    const auto& expected = expected_outcome(model, property);
    ProofRow row{.model = model, .property = property, .scope = "unbounded", .reason = std::string(expected.reason)};
    if (expected.expected == Expected::not_applicable) row.status = ProofStatus::not_applicable;
    if (const auto broken = seen.broken.find(property); broken != seen.broken.end()) {
      row.status = ProofStatus::refuted;
      row.trace = broken->second.trace;
      row.scope = fmt::format("{} steps", row.trace->steps.size());
    }
    if (row.status == ProofStatus::proved && expected.expected == Expected::broken &&
        property != Property::reachable_branches)
      continue;  // this scope is too small to break it
    if (row.status != ProofStatus::not_applicable)
      row.obligations = obligations(model, 12 + 5 * i, row.seconds = 0.1 * i);
    proofs.rows.push_back(row);
  }
  const auto& info = *find_model(model);
  for (const auto branch : info.branches)
    for (const bool side : {false, true}) {
      const bool dead = side && std::count(info.dead_branches.begin(), info.dead_branches.end(), branch) != 0;
      BranchProof way{model, branch, side, dead ? SideStatus::dead : SideStatus::reachable, {}, ""};
      if (dead)
        way.why = "whoever has events owns the nodes in its slots";
      else
        way.witness = parse_trace("lockstep 1\nP1 exec\n", "t");
      proofs.branches.push_back(way);
    }
  return prove_results(proofs, {model}).at(0);
}

Run new_run(std::vector<Result> results) {
  Run run{.id = "20261124T013518Z-1",
          .started = "2026-11-24 01:35:18 UTC",
          .command = "lockstep nightly --for 5m --seed 1 -o report",
          .shard = "1/1",
          .seed = 1,
          .results = std::move(results)};
  run.provenance = {
      .tool_version = "0.1.0",
      .kernel = "6.18.5 x86_64",
      .btf_hash = std::string(64, 'b'),
      .config_hash = std::string(64, 'c'),
      .more = {{"libbpf", "1.1.2"}, {"graphviz", "2.43.0"}, {"seccomp", "exit drops a dead task's filter"}}};
  for (const auto& result : run.results) run.seconds += result.seconds;
  return run;
}

// Every other find was there in the run before.
RunHistory history_of(const Run& run) {
  RunHistory history;
  for (int day = 12; day < 24; ++day)
    history.earlier.push_back({.id = fmt::format("202611{}T013500Z-1", day),
                               .started = fmt::format("2026-11-{} 01:35:00 UTC", day),
                               .kernel = day < 18 ? "6.12.48 x86_64" : "6.18.5 x86_64",
                               .traces = 20000u + 100u * static_cast<uint64_t>(day),
                               .steps = 400000u + 9000u * static_cast<uint64_t>(day * day % 17),
                               .unexpected = static_cast<uint64_t>(day % 3),
                               .expected = 20,
                               .seconds = 300});
  for (size_t number = 0; const auto& result : run.results)
    for (const auto& find : result.finds) {
      const bool old = number++ % 2 == 1;
      const auto identity = finding_identity(find);
      history.sightings[identity] = {.identity = identity,
                                     .first_seen = old ? "2026-11-19 01:35:00 UTC" : run.started,
                                     .last_seen = run.started,
                                     .runs = old ? 5u : 1u,
                                     .is_new = !old};
    }
  history.gone.push_back({.identity = "0123456789abcdef",
                          .property = "refcount-exact",
                          .cause = "refcount-exact fork node.usage",
                          .job = "fuzz-v6-posted",
                          .last_seen = "2026-11-23 01:35:00 UTC"});
  return history;
}

void write_all(const Run& run, const RunHistory& history, const fs::path& folder) {
  fs::create_directories(folder);
  for (const auto& result : run.results)
    for (const auto& find : result.finds) {
      const auto name = find.trace.shows.empty() ? result.target : find.trace.shows[0];
      const auto target = name.empty() ? nullptr : make_target(name);
      write_counterexample(find, result.model, target.get(), folder / counterexample_folder(result, find),
                           {.run = &run, .result = &result, .report = "../../index.html"});
    }
  write_report(folder, run, history);
}

void nightly(const fs::path& folder) {
  auto canary = run_fuzz("canary", "v5-intended", "sim:v5", 300);
  for (auto& find : canary.finds) find.expected = true;
  auto seccomp = run_fuzz("fuzz-seccomp", "seccomp", "spec:seccomp@6.1", 300);
  if (seccomp.finds.size() > 1) seccomp.finds[1].runs = 3;  // as a find on a kernel that does not come back always
  Result skipped{.job = "fuzz-vm", .model = "seccomp", .target = "vm:6.1", .skipped = 1};
  skipped.notes = {"skipped: there is no kernel of this name here; build it with `lockstep kernel build 6.1`"};
  auto blind = run_fuzz("fuzz-v6-blind", "v6-posted", "sim:v6", 20);
  blind.unobserved = 37;
  blind.notes = {"unobserved: counters are held outside of this container", "probed: exit drops a dead task's filter"};
  auto undecided = proofs_of("v6-posted");
  undecided.proofs[2].status = ProofStatus::unknown;
  undecided.proofs[2].reason = "2 of 17 obligations were not answered in 20 s";
  undecided.shortcomings = {"append-only is not decided: " + undecided.proofs[2].reason};
  auto posted = proofs_of("v5-posted");
  posted.breaking = {{Property::refcount_exact, "corpus/v5-posted/leak-alloc-2.trace"}};
  auto run = new_run({canary, run_fuzz("fuzz-v5-posted", "v5-intended", "spec:v5-posted", 300), seccomp,
                      run_fuzz("fuzz-v6-posted", "v6-posted", "sim:v6", 200), blind, skipped, proofs_of("v5-intended"),
                      posted, undecided, proofs_of("seccomp")});
  run.results[3].missing = {"corpus/v6-posted/limit.trace expects sim:v6 to diverge (limit)"};
  write_all(run, history_of(run), folder);
}

void quiet(const fs::path& folder) {
  write_all(new_run({run_fuzz("fuzz-v5-intended", "v5-intended", "sim:v5-intended", 200), proofs_of("v5-posted"),
                     run_fuzz("fuzz-v6-posted", "v6-posted", "sim:v6", 200)}),
            {}, folder);
}

void inconclusive(const fs::path& folder) {
  Result none{.job = "fuzz-seccomp", .model = "seccomp", .target = "live"};
  none.shortcomings = {"the target said nothing for 30 s"};
  write_all(new_run({none}), {}, folder);
}

// Whatever may come from outside holds markup, control characters, bytes that are no UTF-8, or is far too long.
void awkward(const fs::path& folder) {
  auto result = run_fuzz("fuzz", "v5-intended", "spec:v5-posted", 100);
  result.finds.resize(2);
  result.job = "../" + hostile();
  result.notes = {hostile(), endless(), "skipped: " + hostile()};
  result.skipped = 1;
  result.missing = {hostile()};
  result.shortcomings = {endless()};
  result.statistics = {{hostile(), hostile()}, {"branch", hostile()}};
  result.outcomes.push_back({hostile(), hostile(), hostile(), 0, true});
  for (auto& find : result.finds) {
    find.trace.shows = {result.target};  // the real one: the page is to show the other
    find.name = hostile();
    find.divergence.text = hostile() + endless();
    find.divergence.also = {hostile()};
  }
  result.finds[1].divergence.property = hostile();
  result.finds[1].divergence.cause = hostile();
  result.target = "sim:" + hostile() + ".so";
  auto proofs = proofs_of("v5-posted");
  proofs.finds.clear();
  for (auto& row : proofs.proofs) {
    row.scope = hostile();
    row.reason = hostile() + endless();
    row.obligations.resize(std::min<size_t>(row.obligations.size(), 2));
    for (auto& each : row.obligations) each.transition = each.path = each.formula = hostile();
  }
  proofs.branches.resize(2);
  for (auto& side : proofs.branches) side.why = endless();
  proofs.breaking = {{Property::isolation, hostile()}};
  auto run = new_run({result, proofs});
  run.started = run.command = run.shard = run.provenance.kernel = hostile();
  run.provenance.more = {{hostile(), endless()}};
  auto history = history_of(run);
  for (auto& earlier : history.earlier) earlier.started = earlier.kernel = hostile();
  for (auto& [identity, sighting] : history.sightings) sighting.first_seen = hostile();
  history.gone[0] = {hostile(), hostile(), endless(), hostile(), hostile()};
  write_all(run, history, folder);
}

// As many as a night can bring, of four machines that found the same. Their pages stand without pictures: what is
// measured is the report.
void thousand(const fs::path& folder) {
  std::vector<Result> results;
  size_t count = 0;
  for (uint64_t seed = 1; count < 250; ++seed) {
    auto result = run_fuzz("", "v5-intended", "spec:v5-posted", 100, seed);
    result.finds.resize(std::min(result.finds.size(), 250 - count));
    count += result.finds.size();
    for (const char* machine : {"a", "b", "c", "d"}) {
      results.push_back(result);
      results.back().job = fmt::format("fuzz-{}-{}", machine, seed);
    }
  }
  auto run = new_run(std::move(results));
  write_all(run, history_of(run), folder);
}

int make_all(const fs::path& folder) {
  nightly(folder / "nightly");
  quiet(folder / "quiet");
  inconclusive(folder / "inconclusive");
  write_all(new_run({}), {}, folder / "empty");
  awkward(folder / "awkward");
  setenv("PATH", "/nonexistent", 1);  // without `dot`
  thousand(folder / "thousand");
  return 0;
}

}  // namespace
}  // namespace lockstep

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: page_samples FOLDER\n");
    return 2;
  }
  std::filesystem::remove_all(argv[1]);
  return lockstep::make_all(argv[1]);
}
