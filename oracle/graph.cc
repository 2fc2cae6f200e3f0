// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/graph.h"

#include <fmt/format.h>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/depth_first_search.hpp>

namespace lockstep {

namespace {

// One vertex a task, then one an object; the vertex after the last is the root that leads to every task.
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

bool holds_up(const PointerFacts& p) { return p.link != Link::owner; }  // an owner is an address, not a reference

Graph build(const Snapshot& s) {
  const size_t tasks = s.tasks.size();
  Graph graph(tasks + s.objects.size() + 1);
  const Vertex root = tasks + s.objects.size();
  for (Vertex task = 0; task < tasks; ++task) add_edge(root, task, graph);
  for (const auto& p : s.pointers)
    if (holds_up(p)) add_edge(starts_at_task(p.link) ? p.from : tasks + p.from, tasks + p.to, graph);
  return graph;
}

struct CycleFinder : boost::default_dfs_visitor {
  bool* found;
  explicit CycleFinder(bool* f) : found(f) {}
  void back_edge(const Graph::edge_descriptor&, const Graph&) const { *found = true; }
};

struct Marker : boost::default_bfs_visitor {
  std::vector<Explained>* objects;
  size_t tasks;
  Marker(std::vector<Explained>* o, size_t t) : objects(o), tasks(t) {}
  void discover_vertex(Vertex v, const Graph&) const {
    if (v >= tasks && v - tasks < objects->size()) (*objects)[v - tasks].reachable = true;
  }
};

}  // namespace

void Explainer::count(const Snapshot& s) {
  result_.objects.assign(s.objects.size(), {});
  result_.cyclic = false;
  for (const auto& p : s.pointers) {
    if (!holds_up(p)) continue;
    auto& counter = result_.objects[p.to].counter;
    const auto held = held_by(p.link, starts_at_task(p.link) ? 0 : s.objects[p.from].counter[1]);
    for (size_t c = 0; c < held.size(); ++c) counter[c] += held[c];
  }
}

// Walks from the tasks and from what nothing leads to, to each object once all that leads to it has been met. Where
// that meets every object there is no cycle, and it is known what tasks reach.
bool Explainer::walk_in_order(const Snapshot& s) {
  const size_t count = s.objects.size();
  first_.assign(count + 1, 0);  // first_[i]: where the targets of object i - 1 begin, then of object i
  open_.resize(count);          // references to an object that the walk has not come by
  ready_.clear();
  for (size_t i = 0; i < count; ++i) {
    open_[i] = static_cast<uint16_t>(result_.objects[i].counter[0]);
    if (open_[i] == 0) ready_.push_back(static_cast<uint16_t>(i));
  }
  const auto arrive = [&](uint16_t object, bool reachable) {
    result_.objects[object].reachable |= reachable;
    if (--open_[object] == 0) ready_.push_back(object);
  };
  for (const auto& p : s.pointers)
    if (holds_up(p) && !starts_at_task(p.link)) ++first_[p.from + 1u];
  for (size_t i = 0; i < count; ++i) first_[i + 1] = static_cast<uint16_t>(first_[i + 1] + first_[i]);
  targets_.resize(first_[count]);
  for (const auto& p : s.pointers) {
    if (!holds_up(p)) continue;
    if (starts_at_task(p.link))
      arrive(p.to, true);
    else
      targets_[first_[p.from]++] = p.to;  // afterwards first_[i] is where the targets of object i end
  }
  for (size_t i = 0; i < ready_.size(); ++i) {
    const auto object = ready_[i];
    for (auto t = object == 0 ? 0 : first_[object - 1u]; t < first_[object]; ++t)
      arrive(targets_[t], result_.objects[object].reachable);
  }
  return ready_.size() == count;
}

const Explanation& Explainer::explain(const Snapshot& s) {
  count(s);
  if (walk_in_order(s)) return result_;
  const Graph graph = build(s);
  breadth_first_search(graph, num_vertices(graph) - 1, visitor(Marker(&result_.objects, s.tasks.size())));
  depth_first_search(graph, visitor(CycleFinder(&result_.cyclic)));
  return result_;
}

Explanation explain(const Snapshot& snapshot) { return Explainer().explain(snapshot); }

std::string residual_words(const std::string& name, int32_t counter, int32_t explained) {
  return fmt::format(
      "{} is {} but {}{} explain{} it{}", name, counter_text(counter), counter > explained ? "only " : "",
      explained == 1 ? "1 reference" : fmt::format("{} references", explained), explained == 1 ? "s" : "",
      counter >= 0 && counter < explained ? ": it will come to 0 too early" : "");
}

}  // namespace lockstep
