// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/audit_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "oracle/graph.h"

namespace lockstep {

namespace {

constexpr size_t kNone = static_cast<size_t>(-1);

// Filters as a forest; a `prev` that is not among them, or that leads round in a circle, makes a root.
class Forest {
 public:
  explicit Forest(const std::vector<AuditedFilter>& filters) : filters_(filters), prev_(filters.size(), kNone) {
    std::unordered_map<uint64_t, size_t> place;
    for (size_t i = 0; i < filters.size(); ++i) place.emplace(filters[i].view.facts.id, i);
    for (size_t i = 0; i < filters.size(); ++i)
      if (const auto at = place.find(filters[i].view.prev); at != place.end()) prev_[i] = at->second;
    rank();
    children_.resize(filters.size() + 1);
    for (size_t i = 0; i < filters.size(); ++i) children_[prev_[i] == kNone ? filters.size() : prev_[i]].push_back(i);
    for (auto& children : children_)
      std::stable_sort(children.begin(), children.end(), [&](auto a, auto b) { return rank_[a] < rank_[b]; });
  }

  // Indices, with the depth of each.
  std::vector<std::pair<size_t, uint32_t>> walk() const {
    std::vector<std::pair<size_t, uint32_t>> order, todo;
    std::vector<bool> met(filters_.size());
    auto descend = [&](const std::vector<size_t>& children, uint32_t depth) {
      for (size_t i = children.size(); i-- > 0;) todo.emplace_back(children[i], depth);
    };
    auto run = [&] {
      while (!todo.empty()) {
        const auto [at, depth] = todo.back();
        todo.pop_back();
        if (met[at]) continue;
        met[at] = true;
        order.emplace_back(at, depth);
        descend(children_[at], depth + 1);
      }
    };
    descend(children_.back(), 0);
    run();
    for (size_t i = 0; i < filters_.size(); ++i) {  // circles
      todo.emplace_back(i, 0);
      run();
    }
    return order;
  }

 private:
  // The smallest pid that leads to a filter.
  void rank() {
    rank_.assign(filters_.size(), std::numeric_limits<uint32_t>::max());
    for (size_t i = 0; i < filters_.size(); ++i) {
      uint32_t smallest = std::numeric_limits<uint32_t>::max();
      for (const auto& task : filters_[i].view.tasks) smallest = std::min(smallest, task.pid);
      for (const auto& descriptor : filters_[i].view.descriptors) smallest = std::min(smallest, descriptor.process);
      for (size_t at = i; at != kNone && smallest < rank_[at]; at = prev_[at]) rank_[at] = smallest;
    }
  }

  const std::vector<AuditedFilter>& filters_;
  std::vector<size_t> prev_;
  std::vector<uint32_t> rank_;
  std::vector<std::vector<size_t>> children_;  // the last: roots
};

Find find_of(const AuditedFilter& filter) {
  Find find;
  std::string text;
  for (const auto& sentence : residuals_of(filter)) text += (text.empty() ? "" : "; ") + sentence;
  const Property property = filter.finding == Finding::too_few    ? Property::no_use_after_free
                            : filter.finding == Finding::too_many ? Property::no_leak
                                                                  : Property::refcount_exact;
  find.divergence = {.property = name_of(property),
                     .cause = fmt::format("{} {}", name_of(property), name_of(filter.finding)),
                     .text = fmt::format("{}: {}", name_of(filter.finding), text)};
  return find;
}

}  // namespace

uint32_t FilterNames::number_of(const FilterView& view) {
  const auto next = uint32_t(numbers_.size() + 1);
  return numbers_.emplace(std::array<uint64_t, 3>{view.facts.id, view.prev, view.facts.len}, next).first->second;
}

void arrange(std::vector<AuditedFilter>& filters, FilterNames& names) {
  std::vector<AuditedFilter> arranged;
  std::unordered_map<uint64_t, uint32_t> numbers;
  for (const auto& [place, depth] : Forest(filters).walk()) {
    auto& filter = arranged.emplace_back(std::move(filters[place]));
    filter.number = numbers[filter.view.facts.id] = names.number_of(filter.view);
    filter.depth = depth;
  }
  for (auto& filter : arranged)
    if (const auto prev = numbers.find(filter.view.prev); prev != numbers.end()) filter.prev = prev->second;
  filters = std::move(arranged);
}

std::vector<const AuditedFilter*> AuditReport::with(Finding finding) const {
  std::vector<const AuditedFilter*> all;
  for (const auto& filter : filters)
    if (filter.finding == finding) all.push_back(&filter);
  return all;
}

std::vector<const AuditedFilter*> AuditReport::suspects() const {
  std::vector<const AuditedFilter*> all;
  for (const auto finding : {Finding::too_few, Finding::saturated, Finding::too_many})
    for (const auto* filter : with(finding)) all.push_back(filter);
  return all;
}

std::vector<std::string> residuals_of(const AuditedFilter& filter) {
  const auto& view = filter.view;
  if (view.facts.unreadable) return {fmt::format("a pointer leads to {}, where there is no memory", filter.name())};
  std::vector<std::string> sentences;
  for (int c = 0; c < counters_of(Kind::filter); ++c) {
    const auto name = fmt::format("{}.{}", filter.name(), counter_name(Kind::filter, c));
    const int32_t counter = view.counter()[c], explained = view.explained[c];
    if (counter < 0)
      sentences.push_back(
          fmt::format("{} is saturated: the kernel caught it out of bounds and stopped counting", name));
    else if (counter != explained)
      sentences.push_back(residual_words(name, counter, explained));
  }
  return sentences;
}

std::vector<std::string> not_looked_at(const AuditReport& report) {
  return {
      fmt::format("descriptors on their way over sockets ({})",
                  report.inflight ? "there are some now" : "of no user who has tasks here, at the moment"),
      fmt::format("files registered with io_uring, and its requests under way ({})",
                  report.rings == 0 ? "no ring is in any descriptor table"
                                    : fmt::format("{} descriptors of rings", report.rings)),
      "files that only a system call in progress still holds",
      "filters that neither a task nor a listener in a descriptor table leads to",
  };
}

Result result_of(const AuditReport& report) {
  Result result{.job = "audit",
                .model = "seccomp",
                .target = "live",
                .traces = report.looks,
                .steps = report.tasks_seen,
                .unobserved = report.with(Finding::unsettled).size(),
                .seconds = report.seconds};
  for (const auto* suspect : report.suspects()) result.finds.push_back(find_of(*suspect));
  for (const auto& place : not_looked_at(report)) result.notes.push_back("not looked at: " + place);
  if (result.unobserved != 0)
    result.notes.emplace_back("unobserved: counters of filters that did not hold still for long enough");
  return result;
}

}  // namespace lockstep
