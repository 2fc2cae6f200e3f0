// SPDX-License-Identifier: GPL-2.0-or-later
#include "reports/audit_holders.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/utf8.h"
#include "reports/plain_text.h"

namespace lockstep {

namespace {
constexpr size_t kShownPids = 3, kShownProcesses = 6;

std::string no_longer_than(std::vector<std::string> parts, size_t most) {
  if (parts.size() <= most) return list_of(parts);
  const size_t left = parts.size() - most;
  parts.resize(most);
  parts.push_back(fmt::format("{} more", left));
  return list_of(parts);
}
}  // namespace

std::vector<Holders> holders_of(const FilterView& view) {
  std::map<uint32_t, std::string> programs;  // by process
  for (const auto& task : view.tasks)
    if (task.pid == task.process || !programs.contains(task.process)) programs[task.process] = task.comm;
  std::vector<Holders> all;
  std::map<std::string, size_t> place;
  std::set<uint32_t> met;
  for (const auto& task : view.tasks) {
    const auto& program = programs[task.process];
    const auto [at, fresh] = place.emplace(program, all.size());
    if (fresh) all.push_back({.program = program});
    auto& holders = all[at->second];
    if (met.insert(task.process).second) holders.pids.push_back(task.process);
    ++holders.tasks;
    holders.exited += task.exited;
  }
  return all;
}

std::string words_for(const Holders& holders) {
  const auto count = holders.pids.size();
  std::string out = shown(holders.program.empty() ? "?" : holders.program);
  if (count > 1) out += fmt::format(" ×{}", count);
  std::string pids;
  for (size_t i = 0; i < std::min(count, kShownPids); ++i)
    pids += fmt::format("{}{}", i == 0 ? "" : ", ", holders.pids[i]);
  out += fmt::format(" [{}{}]", pids, count > kShownPids ? " …" : "");
  if (holders.tasks > count) out += fmt::format(" {} threads", holders.tasks);
  if (holders.exited != 0) out += fmt::format(" ({} dead, not reaped)", holders.exited);
  return out;
}

std::string listener_words(const FilterView& view) {
  if (view.descriptors.empty()) return "a listener that is open, but in no descriptor table";
  std::vector<std::string> processes;
  for (size_t i = 0; i < view.descriptors.size(); ++i) {
    const auto& d = view.descriptors[i];
    if (i != 0 && d.process == view.descriptors[i - 1].process)
      processes.back() += fmt::format(", {}", d.fd);
    else
      processes.push_back(fmt::format("{} [{}] fd {}", shown(d.comm), d.process, d.fd));
  }
  return "a listener in " + no_longer_than(std::move(processes), kShownProcesses);
}

}  // namespace lockstep
