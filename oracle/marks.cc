// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "model/grammar.h"
#include "oracle/conform.h"

namespace lockstep {

namespace {

class MarkFinder {
 public:
  explicit MarkFinder(const Trace& trace) : trace_(trace), grammar_(*grammar_of(trace.model)) {}

  std::set<std::string> find() {
    Conformer conformer(trace_.model, nullptr);
    const auto outcome = conformer.run(trace_, [&](const StepRecord& record) {
      if (record.step != nullptr) add_step(record);
      before_ = *record.model;
    });
    for (const auto& [property, step] : outcome.model_violations) add("breaks {}", name_of(property));
    const auto& coverage = conformer.model().coverage();
    for (auto branch : conformer.model().info().branches) {
      const auto bit = static_cast<size_t>(branch);
      if (coverage.taken[bit]) add("branch {} taken", name_of(branch));
      if (coverage.not_taken[bit]) add("branch {} refused", name_of(branch));
    }
    return std::move(marks_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> text, Args&&... args) {
    marks_.insert(trace_.model + " " + fmt::format(text, std::forward<Args>(args)...));
  }

  void add_step(const StepRecord& record) {
    const auto& step = *record.step;
    const auto* row = grammar_.find(step.op)->row_of(step, trace_.start);
    if (row != nullptr && !(row->condition.empty() && row->error == 0))
      add("{} {} -> {}", name_of(step.op), row->condition, row->result());
    if (step.fail_alloc != 0 && step.error == 0) add("{} survives fail=alloc:{}", name_of(step.op), step.fail_alloc);
    if (step.fail_alloc != 0 && step.error != 0) add("{} dies of fail=alloc:{}", name_of(step.op), step.fail_alloc);
    if (record.predicted.error != 0) return;
    if (made_letter(step.op) == 'P') parent_[step.made] = step.task;
    if (step.op == Op::append || step.op == Op::attach) add_reach(step, *record.model);
    if (step.op == Op::exit || step.op == Op::exec || step.op == Op::reap) add_deaths(step, *record.model);
  }

  // Whom the new rule reaches and whom it does not.
  void add_reach(const Step& step, const Snapshot& now) {
    const auto events = rules_[step.task];
    const char* nth = events.empty() ? "first" : events.contains(step.event) ? "later" : "first of another event";
    rules_[step.task].insert(step.event);
    for (const auto& task : now.tasks) {
      if (task.number == step.task || task.life != Life::alive) continue;
      const auto& view = task.view[step.event];
      const bool got = std::find(view.begin(), view.end(), step.made) != view.end();
      add("{} {} by {} {} its {}", nth, name_of(step.op), rank(step.task), got ? "reaches" : "misses",
          relation(step.task, task.number));
    }
  }

  void add_deaths(const Step& step, const Snapshot& now) {
    size_t gone = 0, zombies = 0;
    for (const auto& task : before_.tasks)
      gone += std::none_of(now.tasks.begin(), now.tasks.end(), [&](const auto& t) { return t.number == task.number; });
    for (const auto& task : now.tasks) zombies += task.life == Life::zombie;
    const auto freed = before_.objects.size() - std::min(before_.objects.size(), now.objects.size());
    add("{} leaves {} gone, {} zombies, {} objects freed", name_of(step.op), gone, zombies, freed);
  }

  std::vector<uint16_t> ancestors(uint16_t task) const {
    std::vector<uint16_t> line;
    for (auto at = parent_.find(task); at != parent_.end(); at = parent_.find(at->second)) line.push_back(at->second);
    return line;
  }
  std::string rank(uint16_t task) const {
    constexpr const char* kRanks[] = {"P1", "a child", "a grandchild"};
    return kRanks[std::min<size_t>(ancestors(task).size(), 2)];
  }
  std::string relation(uint16_t of, uint16_t other) const {
    const auto up = ancestors(of), down = ancestors(other);
    auto place = [](const auto& line, uint16_t task) {
      return std::find(line.begin(), line.end(), task) - line.begin();
    };
    if (const auto n = place(down, of); n < static_cast<ptrdiff_t>(down.size())) return n == 0 ? "child" : "grandchild";
    if (const auto n = place(up, other); n < static_cast<ptrdiff_t>(up.size()))
      return n == 0 ? "parent" : "grandparent";
    return !up.empty() && !down.empty() && up[0] == down[0] ? "sibling" : "distant kin";
  }

  const Trace& trace_;
  const Grammar& grammar_;
  std::set<std::string> marks_;
  std::map<uint16_t, uint16_t> parent_;
  std::map<uint16_t, std::set<int>> rules_;
  Snapshot before_;
};

}  // namespace

std::set<std::string> marks_of(const Trace& trace) { return MarkFinder(trace).find(); }

std::vector<std::string> mark_problems(const Corpus& corpus) {
  std::vector<std::string> problems;
  std::map<std::string, std::string> carrier;
  for (const auto& [file, trace] : corpus) {
    if (!marks_of(trace).contains(trace.mark))
      problems.push_back(fmt::format("{} does not earn: {}", file, trace.mark));
    const auto [other, fresh] = carrier.emplace(trace.mark, file);
    if (!fresh) problems.push_back(fmt::format("{} and {} carry the same mark: {}", file, other->second, trace.mark));
  }
  return problems;
}

std::string own_mark(const Trace& trace, const Corpus& corpus) {
  std::set<std::string> carried, earned;
  for (const auto& [file, other] : corpus) {
    carried.insert(other.mark);
    earned.merge(marks_of(other));
  }
  Trace before = trace;
  if (!before.steps.empty()) before.steps.pop_back();
  const auto earlier = marks_of(before);
  const auto worse = [&](const std::string& mark) {
    return std::tuple(earned.contains(mark), earlier.contains(mark), mark.starts_with(trace.model + " branch "), mark);
  };
  std::string best;
  for (const auto& mark : marks_of(trace))
    if (!carried.contains(mark) && (best.empty() || worse(mark) < worse(best))) best = mark;
  return best;
}

}  // namespace lockstep
