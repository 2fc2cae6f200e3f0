// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/branch_witness.h"

#include <fmt/format.h>

#include <deque>
#include <memory>
#include <set>

#include "model/model.h"
#include "oracle/choices.h"
#include "oracle/rules.h"

namespace lockstep {

namespace {

constexpr size_t kMostStates = 20000;
constexpr uint16_t kMostTasks = 3;

struct Place {
  std::unique_ptr<Model> model;
  Trace trace;
  uint16_t tasks = 1, rules = 0;  // that were named
};

// What a state looks like, names aside: enough not to look at it twice.
std::string look(const Model& model) {
  Snapshot s;
  model.observe(s);
  canonical(s);
  std::string text;
  for (const auto& task : s.tasks) {
    text += static_cast<char>('a' + static_cast<int>(task.life));
    text += static_cast<char>('0' + task.nnp);
    for (const auto& view : task.view) text += std::to_string(view.size()) + ",";
  }
  for (const auto& o : s.objects)
    text += fmt::format("{}:{}:{}:{} ", static_cast<int>(o.kind), o.counter[0], o.counter[1], o.size);
  for (const auto& p : s.pointers) text += fmt::format("{}.{}.{}.{} ", static_cast<int>(p.link), p.event, p.from, p.to);
  return text;
}

class Search {
 public:
  Search(const std::string& name, const std::array<std::array<bool, 2>, kBranches>& wanted)
      : name_(name), choices_(choices(name, Scope{}, default_sizes(name), false)) {
    for (const auto branch : find_model(name)->branches)
      for (const bool side : {false, true})
        if (wanted[static_cast<size_t>(branch)][side]) missing_.insert({branch, side});
  }
  std::map<std::pair<Branch, bool>, Trace> run() {
    for (const Start start : {Start{true, true}, Start{true, false}, Start{false, true}, Start{false, false}}) {
      Place place{.model = make_model(name_)};
      place.model->reset(start);
      place.trace.model = name_;
      place.trace.start = start;
      places_.push_back(std::move(place));
    }
    for (size_t i = 0; i < places_.size() && !missing_.empty() && i < kMostStates; ++i) {
      for (uint16_t task = 1; task <= places_[i].tasks; ++task)
        if (places_[i].model->processes().alive(task)) look_on(i, task);
      places_[i].model.reset();
    }
    return std::move(found_);
  }

 private:
  void look_on(size_t from, uint16_t task) {
    for (const auto& choice : choices_) {
      Step step = choice.step;
      step.task = task;
      if (makes_rule(step.op)) step.made = static_cast<uint16_t>(places_[from].rules + 1);
      if (makes_task(step.op)) step.made = static_cast<uint16_t>(places_[from].tasks + 1);
      if (makes_task(step.op) && step.made > kMostTasks) continue;
      if (step.op == Op::reap) {
        for (step.child = 1; step.child <= places_[from].tasks; ++step.child)
          if (step.child != task) take(from, step);
      } else {
        const auto tried = take(from, step);
        if (makes_rule(step.op) || makes_task(step.op))
          for (step.fail_alloc = 1; step.fail_alloc <= tried; ++step.fail_alloc) take(from, step);
      }
    }
  }
  uint32_t take(size_t from, Step step) {
    Place next{.model = places_[from].model->clone()};
    const auto error = next.model->step(step).error;
    const auto tried = next.model->allocations();
    next.tasks = places_[from].tasks;
    next.rules = places_[from].rules;
    if (error == 0 && makes_task(step.op)) ++next.tasks;
    if (error == 0 && makes_rule(step.op)) ++next.rules;
    step.error = error;
    if (error != 0 || !(makes_task(step.op) || makes_rule(step.op))) step.made = 0;
    next.trace = places_[from].trace;
    next.trace.steps.push_back(step);
    note(*next.model, next.trace);
    if (places_.size() < kMostStates && seen_.insert(look(*next.model)).second) places_.push_back(std::move(next));
    return tried;
  }
  void note(const Model& model, const Trace& trace) {
    for (auto at = missing_.begin(); at != missing_.end();) {
      const auto& coverage = model.coverage();
      const auto site = static_cast<size_t>(at->first);
      if ((at->second ? coverage.taken : coverage.not_taken).test(site)) {
        found_.emplace(*at, trace);
        at = missing_.erase(at);
      } else {
        ++at;
      }
    }
  }

  std::string name_;
  std::vector<Choice> choices_;
  std::set<std::pair<Branch, bool>> missing_;
  std::map<std::pair<Branch, bool>, Trace> found_;
  std::deque<Place> places_;
  std::set<std::string> seen_;
};

}  // namespace

std::map<std::pair<Branch, bool>, Trace> branch_witnesses(const std::string& model,
                                                          const std::array<std::array<bool, 2>, kBranches>& wanted) {
  return Search(model, wanted).run();
}

}  // namespace lockstep
