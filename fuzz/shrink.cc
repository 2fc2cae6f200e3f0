// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/shrink.h"

#include <vector>

#include "fuzz/rebuild.h"
#include "model/grammar.h"

namespace lockstep {

namespace {

// The same step with one thing made plainer.
std::vector<Step> plainer(const Step& step) {
  std::vector<Step> all;
  for (int i = 0; i < kParams; ++i) {
    const auto param = static_cast<Param>(i);
    const auto value = value_of(step, param), plain = param == Param::event ? 0 : default_of(param);
    if (value == plain) continue;
    all.push_back(step);
    set_value(all.back(), param, plain);
    const bool number = param == Param::fail || param == Param::pages || param == Param::len;
    for (uint32_t between = value; number && (between = plain + (between - plain) / 2) != plain;) {
      all.push_back(step);
      set_value(all.back(), param, between);
    }
    if (number && value - 1 != plain) {
      all.push_back(step);
      set_value(all.back(), param, value - 1);
    }
  }
  for (uint16_t actor = 1; actor < step.task; ++actor) {
    all.push_back(step);
    all.back().task = actor;
  }
  if (step.op == Op::thread) {
    all.push_back(step);
    all.back().op = Op::fork;
  }
  return all;
}

// Without a fork: what its child did is done by its parent, who does not exit before.
std::vector<Step> without_child(const std::vector<Step>& steps, size_t fork) {
  std::vector<Step> all;
  for (size_t i = 0; i < steps.size(); ++i) {
    auto step = steps[i];
    if (i == fork || (i > fork && step.op == Op::exit && step.task == steps[fork].task)) continue;
    if (i > fork && step.task == steps[fork].made) step.task = steps[fork].task;
    all.push_back(step);
  }
  return all;
}

// One rule instead of two, as large as both.
std::vector<Step> with_merged_sizes(const std::vector<Step>& steps, size_t keep, size_t drop) {
  auto all = steps;
  if (all[keep].op == Op::append)
    all[keep].pages += all[drop].pages;
  else
    all[keep].len += all[drop].len + 4;
  all.erase(all.begin() + static_cast<ptrdiff_t>(drop));
  return all;
}

std::vector<std::vector<Step>> merged(const std::vector<Step>& steps) {
  std::vector<std::vector<Step>> all;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (made_letter(steps[i].op) == 'P' && steps[i].made != 0) all.push_back(without_child(steps, i));
    for (size_t j = i + 1; j < steps.size(); ++j) {
      const bool rules = steps[i].op == steps[j].op && (steps[i].op == Op::append || steps[i].op == Op::attach);
      if (rules && steps[i].pages + steps[j].pages <= 64 && steps[i].len + steps[j].len < 8192)
        all.push_back(with_merged_sizes(steps, i, j));
    }
  }
  return all;
}

bool smaller(const Trace& candidate, const Trace& than) {
  return candidate.steps.size() <= than.steps.size() &&
         (candidate.steps != than.steps || candidate.start != than.start);
}

}  // namespace

rc::Seq<Trace> smaller_traces(const Trace& trace, const std::string& model) {
  auto rebuilt = [=](const std::vector<Step>& steps) { return lockstep::rebuilt(trace, model, steps); };
  auto fewer = rc::seq::map(rc::shrink::removeChunks(trace.steps), rebuilt);
  // Two steps that only make sense together, such as a fork and what its child does.
  std::vector<std::vector<Step>> pairs;
  for (size_t i = 0; i < trace.steps.size() && trace.steps.size() <= 40; ++i)
    for (size_t j = i + 1; j < trace.steps.size(); ++j) {
      pairs.push_back(trace.steps);
      pairs.back().erase(pairs.back().begin() + static_cast<ptrdiff_t>(j));
      pairs.back().erase(pairs.back().begin() + static_cast<ptrdiff_t>(i));
    }
  auto without_pair = rc::seq::map(rc::seq::fromContainer(std::move(pairs)), rebuilt);
  auto simpler = rc::seq::map(
      rc::shrink::eachElement(trace.steps, [](const Step& step) { return rc::seq::fromContainer(plainer(step)); }),
      rebuilt);
  rc::Seq<Trace> plain_start;
  if (trace.start != Start{}) {
    Trace plain = trace;
    plain.start = {};
    plain_start = rc::seq::just(lockstep::rebuilt(plain, model, plain.steps));
  }
  auto fewer_names = rc::seq::map(rc::seq::fromContainer(merged(trace.steps)), rebuilt);
  auto all = rc::seq::concat(std::move(fewer), std::move(plain_start), std::move(without_pair), std::move(fewer_names),
                             std::move(simpler));
  return rc::seq::filter(std::move(all), [=](const Trace& candidate) { return smaller(candidate, trace); });
}

Shrunk shrink(const Trace& trace, const std::string& model, const std::function<bool(const Trace&)>& still_holds,
              const std::function<bool()>& stop) {
  Shrunk result{trace};
  for (bool progress = true; progress;) {
    progress = false;
    auto candidates = smaller_traces(result.trace, model);
    while (auto candidate = candidates.next()) {
      if (stop && stop()) return result;
      ++result.tried;
      if (!still_holds(*candidate)) continue;
      result.trace = std::move(*candidate);
      ++result.accepted;
      progress = true;
      break;
    }
  }
  return result;
}

}  // namespace lockstep
