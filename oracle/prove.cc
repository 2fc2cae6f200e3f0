// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/prove.h"

#include <fmt/format.h>
#include <z3.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>

#include "model/model.h"
#include "oracle/branch_witness.h"
#include "oracle/explore.h"
#include "oracle/induction.h"
#include "oracle/mutant_explorer.h"
#include "oracle/prove_model.h"
#include "oracle/prove_queue.h"
#include "oracle/unroll.h"

namespace lockstep {

const char* name_of(ProofStatus status) {
  constexpr const char* kNames[] = {"proved", "refuted", "unknown", "n/a"};
  return kNames[static_cast<size_t>(status)];
}
const char* name_of(ProofAnswer answer) {
  constexpr const char* kNames[] = {"proved", "open", "unknown"};
  return kNames[static_cast<size_t>(answer)];
}
const char* name_of(SideStatus status) {
  constexpr const char* kNames[] = {"reachable", "dead", "unknown"};
  return kNames[static_cast<size_t>(status)];
}

std::string solver_name() {
  unsigned major = 0, minor = 0, build = 0, revision = 0;
  Z3_get_version(&major, &minor, &build, &revision);
  return fmt::format("Z3 {}.{}.{}", major, minor, build);
}

namespace {

using Clock = std::chrono::steady_clock;
double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

struct OneModel {
  std::string name;
  Exploration search;  // of a scope, for what breaks
  Scope scope;
  std::unique_ptr<ModelProofs> proofs;
  ModelAnswers answers;
};

bool is_na(const std::string& model, Property property) {
  return expected_outcome(model, property).expected == Expected::not_applicable;
}

// What the row's status rests on: its own obligations, and all that carry every property of the model.
size_t open_in(const std::vector<Obligation>& obligations) {
  return static_cast<size_t>(std::count_if(obligations.begin(), obligations.end(),
                                           [](const auto& o) { return o.answer != ProofAnswer::proved; }));
}

std::string scope_words(const Scope& scope) {
  return fmt::format("up to {} tasks and {} appends, any number of steps", scope.tasks, scope.ops);
}

ProofRow row_of(const OneModel& model, Property property, bool stopped) {
  ProofRow row{.model = model.name, .property = property};
  const auto& expected = expected_outcome(model.name, property);
  if (is_na(model.name, property)) {
    row.status = ProofStatus::not_applicable;
    row.reason = expected.reason;
    return row;
  }
  for (const auto& [obligation, of] : model.answers.obligations)
    if (of == property) row.obligations.push_back(obligation);
  for (const auto& obligation : row.obligations) row.seconds += obligation.seconds;
  if (const auto broken = model.search.broken.find(property); broken != model.search.broken.end()) {
    row.status = ProofStatus::refuted;
    row.scope = scope_words(model.scope);
    row.trace = broken->second.trace;
    row.reason = expected.expected == Expected::broken ? std::string(expected.reason) : "the trace breaks it";
    return row;
  }
  row.scope = "unbounded";
  const auto open_lemmas = model.answers.open_invariants;
  const auto open = open_in(row.obligations);
  if (stopped || open != 0 || open_lemmas != 0 || row.obligations.empty()) {
    row.status = ProofStatus::unknown;
    row.reason = stopped ? "stopped early"
                         : fmt::format("{} obligations of its own are open, {} of the invariants", open, open_lemmas);
    return row;
  }
  row.status = ProofStatus::proved;
  row.reason =
      fmt::format("{} obligations of its own on {} paths of {} transitions, beside {} that carry the invariants",
                  row.obligations.size(), model.answers.paths, model.answers.transitions,
                  model.answers.obligations.size() - row.obligations.size());
  return row;
}

// Each side of each branch of the model's text: a trace that takes it, or the proof that nothing does.
std::vector<BranchProof> branch_proofs(const OneModel& model, bool stopped) {
  const auto& info = *find_model(model.name);
  Sides possible = model.answers.sides;
  const auto witnesses = branch_witnesses(model.name, possible);
  std::vector<BranchProof> proofs;
  for (const auto branch : info.branches)
    for (const bool side : {true, false}) {
      BranchProof proof{.model = model.name, .branch = branch, .side = side};
      const auto witness = witnesses.find({branch, side});
      if (witness != witnesses.end()) {
        proof.status = SideStatus::reachable;
        proof.witness = witness->second;
      } else if (!possible[static_cast<size_t>(branch)][side] && !stopped && model.answers.open_invariants == 0) {
        proof.status = SideStatus::dead;
        proof.why = fmt::format("wherever the text comes to it, on {} paths, the invariants leave only the other way",
                                model.answers.paths);
      } else {
        proof.status = SideStatus::unknown;
        proof.why = "no trace was found that takes it, and no proof that none does";
      }
      proofs.push_back(std::move(proof));
    }
  return proofs;
}

ProofRow branch_row(const OneModel& model, const std::vector<BranchProof>& branches) {
  ProofRow row{.model = model.name, .property = Property::reachable_branches, .scope = "unbounded"};
  std::string dead, unknown;
  size_t sides = 0;
  for (const auto& proof : branches) {
    if (proof.model != model.name) continue;
    ++sides;
    const auto words =
        fmt::format("{}{} {}taken", dead.empty() ? "" : ", ", name_of(proof.branch), proof.side ? "" : "not ");
    if (proof.status == SideStatus::dead) dead += words;
    if (proof.status == SideStatus::unknown) unknown += fmt::format(" {} {}", name_of(proof.branch), proof.side);
  }
  if (!unknown.empty()) {
    row.status = ProofStatus::unknown;
    row.reason = "undecided:" + unknown;
  } else if (!dead.empty()) {
    // A branch that nothing takes is what the property is about; no trace can show it, a proof does.
    row.status = ProofStatus::refuted;
    row.reason = "dead code, proved: " + dead;
  } else {
    row.status = ProofStatus::proved;
    row.reason = fmt::format("a trace for each of {} sides", sides);
  }
  return row;
}

// Whether the solver, left to choose, comes to the same as the search.
void unroll_refuted(const OneModel& model, const ProveOptions& options, std::vector<ProofRow>& rows) {
  std::vector<ProofRow*> refuted;
  UnrollOptions how{.steps = options.unroll, .stop = options.stop};
  for (auto& row : rows)
    if (row.model == model.name && row.status == ProofStatus::refuted && row.trace) {
      refuted.push_back(&row);
      how.goals.push_back({row.property});
    }
  if (refuted.empty() || model.proofs == nullptr) return;
  const auto all = unroll(*model.proofs, how);
  for (size_t i = 0; i < all.size(); ++i) {
    auto& row = *refuted[i];
    const size_t found = row.trace->steps.size();
    row.reason += fmt::format("; shortest by unrolling: {}; by search: {} step{}", words_of(all[i]), found,
                              found == 1 ? "" : "s");
    row.unrolled = all[i];
    if (all[i].trace ? all[i].trace->steps.size() == found : all[i].kept < found) continue;
    row.status = ProofStatus::unknown;
    row.reason = "unrolling and search do not agree, a fault of lockstep: " + row.reason;
  }
}

std::vector<std::string> chosen_models(const ProveOptions& options) {
  if (!options.models.empty()) return options.models;
  std::vector<std::string> names;
  for (const auto& info : models())
    if (options.all_presets || info.name.find('@') == std::string::npos) names.push_back(info.name);
  return names;
}

std::vector<Property> chosen_properties(const ProveOptions& options) {
  std::vector<Property> all;
  for (int i = 0; i < kProperties; ++i) {
    const auto property = static_cast<Property>(i);
    const auto& asked = options.properties;
    if (property != Property::linearizable &&
        (asked.empty() || std::find(asked.begin(), asked.end(), property) != asked.end()))
      all.push_back(property);
  }
  return all;
}

}  // namespace

Proofs prove(const ProveOptions& options) {
  const auto begin = Clock::now();
  Proofs result;
  result.solver = solver_name();
  std::vector<OneModel> models;
  const auto stopping = [&] { return options.stop && options.stop(); };
  for (const auto& name : chosen_models(options)) {
    OneModel model{.name = name};
    model.scope = mutant_scope(name);
    model.search = explore(name, {.scope = model.scope, .jobs = options.jobs, .stop = options.stop});
    ModelProofOptions how{.timeout = options.timeout, .cache = options.cache};
    for (const auto& [property, broken] : model.search.broken) how.refuted.insert(property);
    how.try_refuted = options.unroll != 0;
    model.proofs = model_proofs(name, how);
    models.push_back(std::move(model));
  }
  std::vector<const ModelProofs*> work;
  for (const auto& model : models)
    if (model.proofs) work.push_back(model.proofs.get());
  auto answers = answer_all(work, options);
  result.stopped = stopping();
  const auto properties = chosen_properties(options);
  size_t answered = 0;
  for (size_t i = 0; i < models.size(); ++i) {
    auto& model = models[i];
    if (model.proofs)
      model.answers = std::move(answers[answered++]);
    else
      model.answers.open_invariants = 1;  // nobody has said what they are
    if (model.proofs && options.unroll != 0)
      classify_open(*model.proofs, {.steps = options.unroll, .stop = options.stop}, model.answers);
    result.obligations += model.answers.obligations.size();
    for (const auto& [obligation, of] : model.answers.obligations) {
      result.from_cache += obligation.cached;
      if (!obligation.cached) result.slowest = std::max(result.slowest, obligation.seconds);
      const bool refuted = of && model.search.broken.contains(*of);
      if (!of || (obligation.answer != ProofAnswer::proved && !refuted)) result.lemmas.push_back(obligation);
    }
    for (const auto property : properties) {
      if (property == Property::reachable_branches) {
        auto branches = branch_proofs(model, result.stopped);
        result.rows.push_back(branch_row(model, branches));
        std::move(branches.begin(), branches.end(), std::back_inserter(result.branches));
      } else {
        result.rows.push_back(row_of(model, property, result.stopped));
      }
    }
    if (options.unroll != 0) unroll_refuted(model, options, result.rows);
  }
  result.seconds = since(begin);
  return result;
}

}  // namespace lockstep
