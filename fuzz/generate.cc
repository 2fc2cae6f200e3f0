// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/generate.h"

#include <algorithm>
#include <array>

#include "fuzz/shrink.h"

namespace lockstep {

namespace {

class Draw {
 public:
  explicit Draw(const rc::Random& random) : random_(random) {}
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(random_.next() % bound); }
  uint32_t between(uint32_t low, uint32_t high) { return low + below(high - low + 1); }
  bool percent(uint32_t chance) { return below(100) < chance; }
  template <class Container>
  auto of(const Container& all) {
    return all[below(static_cast<uint32_t>(all.size()))];
  }

 private:
  rc::Random random_;
};

// What one trace is made of. Every operation may be rare or missing, and arguments plain or wild.
struct Mix {
  std::array<uint32_t, 7> weight{};  // by Op
  uint32_t odd_argument = 0;         // percent of the steps with an argument that is not the default
  uint32_t fault = 0;                // percent of the steps with a failing allocation
  bool large = false;                // programs that come near the limit
  int steps = 0;
};

constexpr uint32_t kBaseWeight[] = {10, 10, 6, 3, 2, 3, 5};  // append, attach, fork, thread, exec, exit, reap

Mix draw_mix(Draw& draw, const GenerateOptions& options) {
  Mix mix;
  for (size_t op = 0; op < mix.weight.size(); ++op) mix.weight[op] = kBaseWeight[op] * draw.between(0, 3);
  // A trace without rules or without children shows little.
  for (auto op : {Op::append, Op::attach, Op::fork}) {
    auto& weight = mix.weight[static_cast<size_t>(op)];
    weight = std::max(weight, 8u);
  }
  mix.odd_argument = draw.percent(30) ? draw.between(10, 60) : draw.between(0, 5);
  mix.fault = options.faults ? (draw.percent(40) ? draw.between(10, 50) : 0) : 0;
  mix.large = draw.percent(20);
  mix.steps = static_cast<int>(
      draw.between(static_cast<uint32_t>(options.max_steps) / 4, static_cast<uint32_t>(options.max_steps)));
  return mix;
}

class TraceMaker {
 public:
  TraceMaker(const GenerateOptions& options, const Grammar& grammar, Model& model, const rc::Random& random)
      : options_(options), grammar_(grammar), model_(model), draw_(random) {}

  Trace make() {
    trace_.model = options_.model;
    mix_ = draw_mix(draw_, options_);
    if (draw_.percent(8)) trace_.start = {draw_.percent(50), draw_.percent(40)};
    model_.reset(trace_.start);
    for (int i = 0; i < mix_.steps; ++i)
      if (!add_step()) break;
    return std::move(trace_);
  }

 private:
  bool add_step() {
    const auto& processes = model_.processes();
    alive_.clear();
    zombies_or_children_.clear();
    for (auto task : processes.tasks()) {
      if (processes.alive(task)) alive_.push_back(task);
      if (task != 1) zombies_or_children_.push_back(task);
    }
    if (alive_.empty()) return false;
    const auto* operation = pick_operation();
    if (operation == nullptr) return false;
    Step step;
    step.op = operation->op;
    step.task = draw_.of(alive_);
    if (step.op == Op::reap && !choose_child(step)) return true;  // nobody to wait for: another try
    for (const auto& argument : operation->arguments) choose(step, argument);
    finish(step);
    return true;
  }

  const Operation* pick_operation() {
    uint32_t total = 0;
    std::array<uint32_t, 7> weight{};
    for (const auto& operation : grammar_.operations) {
      auto& w = weight[static_cast<size_t>(operation.op)];
      w = allowed(operation.op) ? mix_.weight[static_cast<size_t>(operation.op)] : 0;
      total += w;
    }
    if (total == 0) return nullptr;
    uint32_t pick = draw_.below(total);
    for (const auto& operation : grammar_.operations) {
      const auto w = weight[static_cast<size_t>(operation.op)];
      if (pick < w) return &operation;
      pick -= w;
    }
    return nullptr;
  }

  // Keeps a trace alive and wide enough to be worth running.
  bool allowed(Op op) const {
    const int live = model_.processes().live_tasks();
    switch (op) {
      case Op::fork:
      case Op::thread:
        return live < options_.max_live_tasks && next_task_ < kMaxTasks;
      case Op::exit:
        return live > 3 || (live > 1 && trace_.steps.size() > 20);
      case Op::exec:
        return live > 2;
      case Op::append:
      case Op::attach:
        return rules_ < options_.max_rules;
      case Op::reap:
        return true;
    }
    return true;
  }

  // A child mostly, a dead one if there is one, sometimes somebody else's.
  bool choose_child(Step& step) {
    const auto& processes = model_.processes();
    if (!draw_.percent(12)) {
      std::erase_if(zombies_or_children_, [&](auto task) {
        return processes.leader(task) != task || processes.parent(task) != processes.leader(step.task);
      });
    }
    std::erase(zombies_or_children_, step.task);
    const auto dead = std::find_if(zombies_or_children_.begin(), zombies_or_children_.end(),
                                   [&](auto task) { return processes.reap_result(step.task, task) == 0; });
    if (dead != zombies_or_children_.end() && draw_.percent(70)) {
      step.child = *dead;
      return true;
    }
    if (zombies_or_children_.empty()) return false;
    step.child = draw_.of(zombies_or_children_);
    return true;
  }

  void choose(Step& step, const Argument& argument) {
    if (argument.required) {
      set_value(step, argument.param, draw_.between(argument.low, argument.high));
    } else if (argument.param == Param::fail) {
      if (draw_.percent(mix_.fault))
        set_value(step, argument.param, draw_.between(argument.low, std::min(argument.high, 6u)));
    } else if (argument.known != 0 && draw_.percent(25)) {
      set_value(step, argument.param, argument.known);
    } else if (argument.param == Param::pages || argument.param == Param::len) {
      if (mix_.large && draw_.percent(70))
        set_value(step, argument.param, draw_.between(argument.high / 4, argument.high));
      else if (draw_.percent(25))
        set_value(step, argument.param, draw_.between(argument.low, argument.low + 12));
    } else if (draw_.percent(mix_.odd_argument)) {
      set_value(step, argument.param, argument.is_word() ? word(argument) : number(argument));
    }
  }
  uint32_t word(const Argument& argument) {
    std::vector<uint32_t> all;
    for (uint32_t bit = 0; bit < 32; ++bit)
      if ((argument.words & (1u << bit)) != 0) all.push_back(bit);
    return draw_.of(all);
  }
  uint32_t number(const Argument& argument) {
    uint32_t bit = 1u << draw_.below(32);
    return (bit & argument.reserved) == 0 && bit >= argument.low && bit <= argument.high ? bit : argument.low;
  }

  // Names what the step would make, and asks the model what comes of it.
  void finish(Step& step) {
    const bool rule = step.op == Op::append || step.op == Op::attach;
    rules_ += rule;
    if (rule) step.made = next_rule_;
    if (step.op == Op::fork || step.op == Op::thread) step.made = next_task_;
    step.error = model_.step(step).error;
    if (step.error != 0)
      step.made = 0;
    else if (rule)
      ++next_rule_;
    else if (step.made != 0)
      ++next_task_;
    trace_.steps.push_back(step);
  }

  const GenerateOptions& options_;
  const Grammar& grammar_;
  Model& model_;
  Draw draw_;
  Mix mix_;
  Trace trace_;
  std::vector<uint16_t> alive_, zombies_or_children_;
  uint16_t next_task_ = 2, next_rule_ = 1;
  int rules_ = 0;
};

}  // namespace

rc::Gen<Trace> trace_generator(const GenerateOptions& options) {
  const auto* grammar = grammar_of(options.model);
  std::shared_ptr<Model> model = make_model(options.model);
  return rc::Gen<Trace>([=](const rc::Random& random, int) {
    auto trace = TraceMaker(options, *grammar, *model, random).make();
    return rc::shrinkable::shrinkRecur(std::move(trace),
                                       [=](const Trace& each) { return smaller_traces(each, options.model); });
  });
}

rc::Shrinkable<Trace> generate(const rc::Gen<Trace>& generator, uint64_t seed, uint64_t index) {
  return generator(rc::Random(rc::Random::Key{seed, index, 0, 0}), rc::kNominalSize);
}

}  // namespace lockstep
