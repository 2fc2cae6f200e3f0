// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_prover.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "oracle/mutant_explorer.h"
#include "oracle/prove_model.h"
#include "oracle/prove_queue.h"

namespace lockstep {

namespace {

using Clock = std::chrono::steady_clock;
// Of an obligation of a mutant. Whatever is open is mostly found open at once, so that all paths are looked at quickly
// first, and then those again where somebody was still thinking.
constexpr std::chrono::milliseconds kTimeouts[] = {std::chrono::milliseconds(300), std::chrono::milliseconds(4000)};

// Paths that are not looked at yet, of transitions in turn: what one of them hides behind many paths another may show
// at once.
class PathsInTurn {
 public:
  void add(size_t transition) { todo_.push_back({transition, {{}}}); }
  void add(std::vector<std::vector<bool>>& paths) {
    std::move(paths.begin(), paths.end(), std::back_inserter(todo_[turn_].paths));
  }
  // False: there is none left.
  bool next(size_t& transition, std::vector<bool>& decisions) {
    for (size_t tries = 0; tries < todo_.size(); ++tries) {
      turn_ = (turn_ + 1) % todo_.size();
      auto& mine = todo_[turn_];
      if (mine.paths.empty()) continue;
      transition = mine.transition;
      decisions = std::move(mine.paths.back());
      mine.paths.pop_back();
      return true;
    }
    return false;
  }

 private:
  struct Of {
    size_t transition;
    std::vector<std::vector<bool>> paths;
  };
  std::vector<Of> todo_;
  size_t turn_ = 0;
};

// Until an obligation is open or `over()`.
void look(const ModelProofs& proofs, PathsInTurn paths, const std::function<bool()>& over, Trial& trial) {
  size_t transition = 0;
  for (std::vector<bool> decisions; paths.next(transition, decisions);) {
    if (over()) {
      trial.out_of_time = true;
      return;
    }
    auto result = proofs.run(transition, decisions);
    ++trial.steps;
    for (size_t i = 0; i < result.obligations.size(); ++i) {
      const auto answer = result.obligations[i].answer;
      if (answer == ProofAnswer::unknown) trial.out_of_time = true;
      if (answer != ProofAnswer::open) continue;
      trial.open = result.properties[i] ? name_of(*result.properties[i]) : "an invariant";
      trial.out_of_time = false;
      return;
    }
    paths.add(result.open);
  }
}

}  // namespace

std::optional<ProofCache::Entry> ProofMemory::find(const std::string& key) {
  const std::lock_guard guard(mutex_);
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::nullopt : std::optional(found->second);
}

void ProofMemory::put(const std::string& key, const Entry& entry) {
  const std::lock_guard guard(mutex_);
  if (entry.answer != ProofAnswer::unknown) entries_.emplace(key, entry);
}

MutantProver::MutantProver(const std::string& model, const MutantProverOptions& options) : options_(options) {
  const ExploreOptions exploring{.scope = mutant_scope(model), .jobs = options.jobs, .stop = options.stop};
  for (const auto& [property, broken] : explore(model, exploring).broken) refuted_.insert(property);
  const auto proofs = mutant_proofs({.model = model}, {.refuted = refuted_, .cache = memory_.get()});
  auto answers = std::move(answer_all({proofs.get()}, {.jobs = options.jobs, .stop = options.stop})[0]);
  if (options.stop && options.stop()) return;  // whoever stopped it asks nothing more
  const auto open = std::count_if(answers.obligations.begin(), answers.obligations.end(),
                                  [](const auto& each) { return each.first.answer != ProofAnswer::proved; });
  if (open != 0) throw std::runtime_error(fmt::format("{} obligations of {} itself are open", open, model));
  sites_ = std::move(answers.sites);
}

Trial MutantProver::run(const Mutant& mutant) const {
  const auto begin = Clock::now(), deadline = begin + options_.budget;
  const auto over = [&] { return Clock::now() >= deadline || (options_.stop && options_.stop()); };
  PathsInTurn paths;
  for (size_t t = 0; t < sites_.size(); ++t)
    if (sites_[t].contains(mutant.site)) paths.add(t);
  Trial trial;
  for (const auto timeout : kTimeouts) {
    const auto proofs = mutant_proofs(
        mutant,
        {.refuted = refuted_, .timeout = timeout, .cache = memory_.get(), .deadline = deadline, .to_first_open = true});
    trial.out_of_time = false;
    look(*proofs, paths, over, trial);
    if (!trial.out_of_time) break;
  }
  trial.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return trial;
}

}  // namespace lockstep
