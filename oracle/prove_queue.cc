// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/prove_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "oracle/symbolic_run.h"

namespace lockstep {

namespace {

struct Item {
  size_t model, transition;
  std::vector<bool> decisions;
  auto key() const { return std::tie(model, transition, decisions); }
  bool operator<(const Item& other) const { return key() < other.key(); }
};

class Queue {
 public:
  Queue(const std::vector<const ModelProofs*>& models, const ProveOptions& options)
      : models_(models), options_(options) {
    for (size_t m = 0; m < models.size(); ++m)
      for (size_t t = 0; t < models[m]->transitions(); ++t) todo_.push_back({m, t, {}});
    std::reverse(todo_.begin(), todo_.end());
  }

  std::map<Item, PathResult> run() {
    const unsigned jobs = options_.jobs == 0 ? std::max(1u, std::thread::hardware_concurrency()) : options_.jobs;
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    for (auto& thread : threads) thread.join();
    if (failure_) std::rethrow_exception(failure_);
    return std::move(done_);
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      more_.wait(lock, [&] { return !todo_.empty() || running_ == 0 || stopped_; });
      if (todo_.empty() || stopped_) break;
      auto item = std::move(todo_.back());
      todo_.pop_back();
      ++running_;
      lock.unlock();
      PathResult result;
      std::exception_ptr failure;
      try {
        result = models_[item.model]->run(item.transition, item.decisions);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      --running_;
      finish(std::move(item), std::move(result), failure);
      more_.notify_all();
    }
    more_.notify_all();
  }

  // REQUIRES: the lock is held.
  void finish(Item item, PathResult result, const std::exception_ptr& failure) {
    if (failure && !failure_) failure_ = failure;
    for (auto& decisions : result.open) todo_.push_back({item.model, item.transition, std::move(decisions)});
    progress_.model = models_[item.model]->model();
    progress_.obligations += result.obligations.size();
    for (const auto& obligation : result.obligations) progress_.open += obligation.answer != ProofAnswer::proved;
    if (options_.progress) options_.progress(progress_);
    stopped_ |= failure_ != nullptr || (options_.stop && options_.stop());
    done_.emplace(std::move(item), std::move(result));
  }

  const std::vector<const ModelProofs*>& models_;
  const ProveOptions& options_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<Item> todo_;
  std::map<Item, PathResult> done_;
  int running_ = 0;
  bool stopped_ = false;
  std::exception_ptr failure_;
  ProveProgress progress_;
};

}  // namespace

std::vector<ModelAnswers> answer_all(const std::vector<const ModelProofs*>& models, const ProveOptions& options) {
  std::vector<ModelAnswers> all(models.size());
  for (size_t m = 0; m < models.size(); ++m) {
    all[m].transitions = models[m]->transitions();
    all[m].sites.resize(all[m].transitions);
  }
  std::map<std::pair<size_t, size_t>, int> numbers;
  for (auto& [item, result] : Queue(models, options).run()) {
    auto& answers = all[item.model];
    ++answers.paths;
    answers.sites[item.transition].merge(result.sites);
    const int number = ++numbers[{item.model, item.transition}];
    for (size_t i = 0; i < result.obligations.size(); ++i) {
      auto& obligation = result.obligations[i];
      obligation.path = fmt::format("{}: {}", number, obligation.path);
      answers.open_invariants += result.invariant[i] && obligation.answer != ProofAnswer::proved;
      answers.obligations.emplace_back(std::move(obligation), result.properties[i]);
    }
    for (size_t b = 0; b < kBranches; ++b)
      for (const bool side : {false, true}) answers.sides[b][side] |= result.sides[b][side];
  }
  return all;
}

}  // namespace lockstep
