// SPDX-License-Identifier: GPL-2.0-or-later
#include <nlohmann/json.hpp>

#include "reports/audit.h"

namespace lockstep {

namespace {

using Json = nlohmann::ordered_json;

Json filter_of(const AuditReport& report, const AuditedFilter& f) {
  Json tasks = Json::array(), descriptors = Json::array(), children = Json::array();
  for (const auto& task : f.view.tasks)
    tasks.push_back({{"pid", task.pid}, {"process", task.process}, {"comm", task.comm}, {"exited", task.exited}});
  for (const auto& d : f.view.descriptors)
    descriptors.push_back({{"process", d.process}, {"fd", d.fd}, {"comm", d.comm}});
  for (const auto& other : report.filters)
    if (other.prev == f.number) children.push_back(other.name());
  return {{"name", f.name()},
          {"prev", f.prev == 0 ? Json() : Json("F" + std::to_string(f.prev))},
          {"instructions", f.view.facts.len},
          {"refs", f.view.facts.refs},
          {"refs_explained", f.view.explained[0]},
          {"users", f.view.facts.users},
          {"users_explained", f.view.explained[1]},
          {"finding", name_of(f.finding)},
          {"residuals", residuals_of(f)},
          {"tasks", tasks},
          {"children", children},
          {"children_not_shown", f.view.children.size() - children.size()},
          {"listener_open", f.view.facts.listened || !f.view.descriptors.empty()},
          {"listener_descriptors", descriptors}};
}

}  // namespace

std::string audit_json(const AuditReport& report, const RenderOptions& options, int indent) {
  Json filters = Json::array();
  for (const auto& filter : report.filters) filters.push_back(filter_of(report, filter));
  const Result result = result_of(report);
  Json json = Json::parse(render({&result, 1}, Format::json, options));
  json["audit"] = {{"looks", report.looks},
                   {"tasks_seen", report.tasks_seen},
                   {"filters_gone", report.gone},
                   {"filters", filters},
                   {"not_looked_at", not_looked_at(report)}};
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace lockstep
