// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/race.h"

#include <fmt/format.h>

#include "oracle/compare_shown.h"

namespace lockstep {

namespace {

// One order of the two, as the model has it.
struct Order {
  std::array<Outcome, 2> outcomes;  // of the steps as the trace has them
  Snapshot facts;
};

class Racer {
 public:
  Racer(const RaceOptions& options, const Trace& trace, Target& target)
      : trace_(trace), target_(target), first_(trace.steps.size() - 2) {
    const auto model = make_model(options.model);
    const auto& can = target.capabilities().facts;
    compared_.views = can.views;
    compared_.counters = can.counters && target.capabilities().layout == model->info().layout;
    orders_ = {run(*model, 0), run(*model, 1)};
  }

  void once(RaceResult& result) {
    try {
      target_.reset(trace_);
      if (before(result)) judge(result);
      target_.end();
    } catch (const TargetFault& fault) {
      add(result, {"target", uint32_t(first_ + 1), "target race fault", fault.what()});
    }
    ++result.times;
  }

 private:
  Order run(Model& model, size_t one) {
    Order order;
    model.reset(trace_.start);
    before_.clear();
    for (size_t i = 0; i < first_; ++i) before_.push_back(model.step(trace_.steps[i]));
    for (const size_t which : {one, 1 - one}) order.outcomes[which] = model.step(trace_.steps[first_ + which]);
    model.observe(order.facts);
    canonical(order.facts);
    return order;
  }

  bool before(RaceResult& result) {
    for (size_t i = 0; i < first_; ++i)
      if (const auto outcome = target_.step(trace_.steps[i]); outcome != before_[i]) {
        add(result, {"results", uint32_t(i + 1), "results before the race",
                     fmt::format("{} gave {}, expected {}", name_of(trace_.steps[i].op), result_text(outcome),
                                 result_text(before_[i]))});
        return false;
      }
    return true;
  }

  void judge(RaceResult& result) {
    const std::array<Outcome, 2> outcomes{target_.step(trace_.steps[first_]), target_.step(trace_.steps[first_ + 1])};
    observe_canonical(target_, facts_);
    result.incomplete = !facts_.complete;
    std::string why[2], kind;
    for (size_t i = 0; i < 2; ++i) {
      const auto difference = compare_shown(orders_[i].facts, facts_, compared_);
      if (outcomes == orders_[i].outcomes && !difference) {
        ++result.in_order[i];
        return;
      }
      why[i] = outcomes != orders_[i].outcomes
                   ? fmt::format("the results are {} and {}, expected {} and {}", result_text(outcomes[0]),
                                 result_text(outcomes[1]), result_text(orders_[i].outcomes[0]),
                                 result_text(orders_[i].outcomes[1]))
                   : difference->text;
      if (kind.empty()) kind = outcomes != orders_[i].outcomes ? "results" : difference->counter;
    }
    add(result, {"linearizable", uint32_t(trace_.steps.size()), "linearizable race " + why[0] + "; " + why[1],
                 fmt::format("came out as in no order: if P{}'s {} had been first, {}; if P{}'s had been, {}",
                             trace_.steps[first_].task, name_of(trace_.steps[first_].op), why[0],
                             trace_.steps[first_ + 1].task, why[1])});
  }

  static void add(RaceResult& result, Divergence divergence) {
    auto& entry = result.in_none[divergence.cause];
    if (entry.second++ == 0) entry.first = std::move(divergence);
  }

  const Trace& trace_;
  Target& target_;
  size_t first_;
  FactSet compared_;
  std::array<Order, 2> orders_;
  std::vector<Outcome> before_;
  Snapshot facts_;
};

}  // namespace

uint64_t RaceResult::none() const {
  uint64_t sum = 0;
  for (const auto& [cause, entry] : in_none) sum += entry.second;
  return sum;
}

RaceResult race(const RaceOptions& options, const Trace& trace, Target& target) {
  if (trace.steps.size() < 2 || trace.steps.back().task == trace.steps[trace.steps.size() - 2].task)
    throw NotCapable("a race is between the last two steps of a trace, of different tasks");
  RaceResult result;
  Racer racer(options, trace, target);
  while (result.times < options.times && !(options.stop && options.stop())) {
    target.announce(trace);
    try {
      racer.once(result);
    } catch (const std::runtime_error& why) {
      if (result.times == 0) throw;
      result.ended = why.what();
      break;
    }
    if (options.progress) options.progress(result.times, result.none());
  }
  return result;
}

}  // namespace lockstep
